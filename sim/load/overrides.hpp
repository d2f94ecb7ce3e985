// What the command line replaces, written into the document.
#pragma once
#include <string>
#include <vector>

#include "sim/load/inputs.hpp"

namespace ssi::load {

struct Set {
  const Source* source = nullptr;
  std::vector<std::string> path;   // platform, nodes
  std::string value;
};

// PATH=VALUE pairs; what cannot be one is a problem.
std::vector<Set> split_sets(const std::vector<std::string>& sets, Inputs& inputs);

// Sets one value. What no check knows afterwards ("platform.nodez") is found by the checks, with a did-you-mean.
void apply_set(const Set& set, Inputs& inputs);

// --strategy, --seed, --replicates, --fidelity.
void apply_options(const Overrides& overrides, Inputs& inputs);

}   // namespace ssi::load
