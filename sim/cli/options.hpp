// The command line as values. All mistakes in it are reported with the nearest right name.
#pragma once
#include <string>
#include <vector>

#include "sim/cli/trace_choice.hpp"
#include "sim/load/load.hpp"

namespace ssi::cli {

enum class Verb { run, conformance, compare, fuzz, list, schema, help, version, help_simgrid };

struct Options {
  Verb verb = Verb::run;
  std::string topic;                // of list and schema
  std::vector<std::string> words;   // what follows compare and fuzz
  std::vector<std::string> given;   // names of the options, without --
  std::string scenario;             // a file, or "-"
  load::Overrides overrides;
  std::string out;   // empty: results/<scenario name>
  TraceChoice trace;
  std::string format = "table";   // table, json; of conformance also markdown
  bool validate = false, repeat_check = false;
  std::size_t jobs = 1;
  enum class Progress { automatic, always, never } progress = Progress::automatic;
  std::vector<std::string> simgrid_arguments;   // "--cfg=...", "--log=..."
};

// Throws UserError.
Options parse_options(int argc, const char* const* argv);

// The options of a run, a line each, for --help.
std::string options_help();

const std::vector<std::string>& list_topics();   // of `ssisim list`

}   // namespace ssi::cli
