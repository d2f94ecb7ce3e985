// Everything a scenario is made of as documents: its file, the platform file that it names, and the options of the command
// line, joined into one tree before any check of meaning.
#pragma once
#include <string>

#include "sim/load/document.hpp"
#include "sim/load/load.hpp"
#include "sim/load/problems.hpp"

namespace ssi::load {

struct Inputs {
  Document document;
  Problems problems;
  Node* scenario = nullptr;                 // nullptr: unreadable
  std::string xml_file;                     // not empty: the SimGrid platform, as a path from the current folder
  std::string xml_shown;                    // the same as the scenario names it, never absolute
  bool platform_broken = false;             // its file could not be read: nothing can be said about nodes
  std::vector<std::string> labels_before;   // names and labels of the scenario's own strategies, where --strategy replaces them
};

// The tree of `path` with overrides applied and the platform file's root in place of {"file": ...}.
void gather(const std::string& path, const Overrides& overrides, Inputs& inputs);

// Reads and parses one file; nullptr: problems were added.
Node* read_document(const std::string& path, Inputs& inputs);

}   // namespace ssi::load
