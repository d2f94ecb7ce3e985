// What `ssisim fuzz` found, as text.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sim/fuzz/plan_run.hpp"

namespace ssi::cli {

struct Failure {
  std::uint64_t seed = 0;
  std::string kind;   // "invariant broken", "no progress", "bug"
  std::vector<std::string> problems, trace;
  std::string plan, replay;   // where the plan was written, and the command that runs it again
  std::string shrunk;         // "from 312 calls on 4 nodes to 5 calls on 2 nodes, in 233 runs"; empty: it was not
  friend bool operator<(const Failure& a, const Failure& b) { return a.seed < b.seed; }
};
struct Fuzzed {
  std::string strategy;
  std::uint64_t runs = 0, events = 0, calls = 0, repeated = 0;   // repeated: run twice, to compare
  std::uint64_t too_long = 0;                                    // plans of more events than can all be tried
  std::uint64_t crashes = 0, beyond = 0;   // runs in which a node crashed; that ended badly, and the design is not made for it
  std::string beyond_example;              // of what was found then
  std::vector<Failure> failures;
};

// One run of a plan, as a line through a pipe: how it went into the sums of its strategy.
std::string line_of(const fuzz::Verdict& verdict, bool repeated);
void add_line(Fuzzed& to, const std::string& line);
bool failed(const fuzz::Verdict& verdict);   // what the design is not made for is no failure

std::string name_of(fuzz::Verdict::Kind kind);
int exit_code_of(const std::vector<Fuzzed>& all);   // 1, 3, 4 or 0
// `format`: "table" or "json". `complete`: false when it was interrupted.
std::string fuzz_text(const std::string& format, const std::vector<Fuzzed>& all, bool complete);

// A failure through the pipe of a child.
std::string packed(const Failure& failure);
Failure unpacked(const std::string& text);

}   // namespace ssi::cli
