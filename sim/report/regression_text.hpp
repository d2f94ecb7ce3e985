// A comparison of two results for people, for a program, and for what runs in CI.
#pragma once
#include <span>
#include <string>

#include "sim/report/host_regression.hpp"
#include "sim/report/regression.hpp"

namespace ssi::report {

struct Compared {
  Regression simulated;
  std::vector<HostFigure> host;   // empty: one side has no perf.json
  bool host_gates = false;        // a worse host figure fails, too
  bool ok() const;
};

std::string regression_table(const Compared& compared);
std::string regression_markdown(const Compared& compared);   // for a summary page of GitHub or GitLab
std::string regression_json(const Compared& compared);       // all that is not the same
std::string regression_junit(const Compared& compared);      // a test case a figure, also those that are the same

// Exports of the result alone, for tools that keep a history of their own. Times only, a row for each seed (Google Benchmark);
// all figures of which less is better, the mean over the seeds (github-action-benchmark).
std::string google_benchmark(const Regression& regression);
std::string custom_smaller_is_better(const Regression& regression);

}   // namespace ssi::report
