// Is a result worse than an earlier one of the same scenario? Simulated figures are exact, so any difference is one: each figure of
// each run gets a verdict, and none is left out.
#pragma once
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/report/json.hpp"
#include "sim/report/metrics.hpp"

namespace ssi::report {

// The user's file: it is no results.json of a whole run.
struct NoResult : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A difference of up to `percent` of the earlier value is none, for figures whose name matches; `*` stands for any characters.
struct Tolerance {
  std::string pattern;
  double percent{};
};
bool matches_pattern(std::string_view pattern, std::string_view name);

enum class Verdict : std::uint8_t { same, better, worse, changed, missing, fresh };   // changed: neither direction is better
std::string_view name_of(Verdict verdict);                                            // "new" for fresh
inline bool fails(Verdict verdict) { return verdict == Verdict::worse || verdict == Verdict::missing; }

struct Figure {
  std::string metric;          // as in `expect`; beyond those, the path in the run
  std::string before, after;   // JSON text, "" when it is not there
  Quantity quantity = Quantity::number;
  Better better = Better::neither;
  double change_percent{};   // of numbers; infinite from 0
  double tolerated_percent{};
  Verdict verdict = Verdict::same;
};

// The figures of one run; a run that only one result has is one figure, "run".
struct RunRegression {
  std::string label, fidelity;
  std::uint64_t seed{};
  std::vector<Figure> figures;
};

struct Regression {
  std::string scenario;
  std::vector<std::string> notes;   // what a reader must know: the scenarios differ, a run ended otherwise
  std::vector<RunRegression> runs;
  std::size_t count(Verdict verdict) const;
  bool ok() const { return count(Verdict::worse) + count(Verdict::missing) == 0; }
};

// Texts of two results.json. The last tolerance that matches counts. Throws NoResult with "baseline" or "result" in front.
Regression compare_results(const std::string& baseline, const std::string& result, std::span<const Tolerance> tolerances);

}   // namespace ssi::report
