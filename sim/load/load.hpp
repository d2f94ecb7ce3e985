// The only reader of JSON input: scenario and platform files into typed, validated settings. All problems of a file are
// reported at once; nothing is converted silently. No SimGrid here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/config/scenario.hpp"

namespace ssi::load {

// One problem, printed as `file:line:column: /json/pointer: what is wrong (what would be right)`.
struct Problem {
  std::string file;
  std::size_t line = 0, column = 0;   // from 1; 0: the whole file (cannot be read, say)
  std::string pointer;
  std::string text;
};
std::string to_string(const Problem& problem);

// What the command line replaces in a scenario. Applied to the document before it is checked, so that all checks and the
// echo in the results see the same thing; problems in them name the option as the file ("--set", "--strategy", ...).
struct Overrides {
  std::string text;   // not empty: the scenario itself, instead of what the file holds
  std::vector<std::string> strategies;
  std::optional<std::string> platform_file;
  std::vector<std::string> sets;   // PATH=VALUE, PATH as in platform.nodes or /platform/nodes
  std::optional<std::string> seed, replicates, fidelity;
};

struct Loaded {
  config::Scenario scenario;
  // The scenario as JSON text after defaults and overrides: platform inlined, fixed key order, quantities as strings in
  // the largest unit that holds them whole ("2us"). It is a valid scenario and echoes itself.
  std::string echo;
  std::vector<Problem> expect_places;   // where each of scenario.expect stands, for those who check metrics; text is empty
  std::vector<Problem> problems;        // sorted by position; not empty: the scenario must not be used
};

// `path`: a file, or "-" for standard input.
Loaded load_scenario(const std::string& path, const Overrides& overrides);

// JSON Schema (draft-07) of `what`: scenario, platform (results is sim/report's).
std::string schema(const std::string& what);

// The nearest of `known` to `word`, as ` (did you mean "x"?)`, or empty. Damerau-Levenshtein distance at most max(1, len/3).
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

}   // namespace ssi::load
