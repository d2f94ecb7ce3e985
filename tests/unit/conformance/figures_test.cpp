// The figures of the READMEs are those of MATRIX.md, which is the program's.
#include <gtest/gtest.h>

#include "tests/unit/conformance/matrix.hpp"
#include "tests/unit/conformance/stage_run.hpp"

namespace ssi::test {
namespace {

using Outcomes = std::map<std::string, std::string>;

std::string text_of(const char* file) {
  std::ifstream in(std::string(SSISIM_SOURCE_DIR) + "/" + file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string number_that_holds(const Outcomes& outcomes, std::string_view serves = "") {
  int count = 0;
  for (const conformance::Behaviour& behaviour : conformance::behaviours())
    count += (serves.empty() || behaviour.serves == serves) && outcomes.at(std::string(behaviour.name)) == "holds";
  return std::to_string(count);
}

// "| design | process | file | channel | segment | all |"
std::string row(const std::string& design, const Outcomes& outcomes) {
  std::string out = "| " + design + " |";
  for (const char* serves : {"process", "file", "channel", "segment"}) out += " " + number_that_holds(outcomes, serves) + " |";
  return out + " " + number_that_holds(outcomes) + " |\n";
}

Outcomes under_nfs() {
  Outcomes out;
  const config::Values params{{"cover", std::vector<std::string>{"process", "file"}}, {"file", std::string("nfs")}};
  for (const conformance::Behaviour& behaviour : conformance::behaviours()) {
    StageRun run(behaviour, "vproc_switch", params);
    run.run();
    out[std::string(behaviour.name)] = name_of(run.stage.outcome());
  }
  return out;
}

TEST(Figures, OfTheRoomsReadme) {
  const Matrix matrix = golden();
  std::map<std::string, Outcomes> rows{{"... + file (`nfs`)", under_nfs()}};
  for (const auto& [label, outcomes] : matrix)
    if (label.find(' ') == std::string::npos) rows["`" + label + "`"] = outcomes;
  rows["`vproc_switch` process"] = matrix.at("vproc_switch process");
  rows["... + file (`cfs`)"] = matrix.at("vproc_switch process+file");
  rows["... + channel"] = matrix.at("vproc_switch process+channel");
  rows["... + segment"] = matrix.at("vproc_switch process+segment");
  rows["... + file (`cfs`) + channel + segment"] = matrix.at("vproc_switch process+file+channel+segment");
  const std::string readme = text_of("models/conformance/README.md");
  for (const auto& [design, outcomes] : rows) EXPECT_NE(readme.find(row(design, outcomes)), std::string::npos) << row(design, outcomes);
}

TEST(Figures, OfTheProjectsReadme) {
  const Matrix matrix = golden();
  const auto all = [&](const char* label) { return number_that_holds(matrix.at(label)); };
  const std::string readme = text_of("README.md");
  const std::string said =
      "which of " + std::to_string(conformance::behaviours().size()) + " POSIX behaviours a design delivers: all on `smp`, " +
      all("isolated") + " on `isolated`, " + all("scale_out") + "\n  on `scale_out`, " + all("vproc_switch process") + " to " +
      all("vproc_switch process+file+channel+segment") + " on `vproc_switch`, by `cover`, " + all("dsm_first") + " on `dsm_first`, " +
      all("locus_crawl") + " on `locus_crawl`.";
  EXPECT_NE(readme.find(said), std::string::npos) << said;
}

}   // namespace
}   // namespace ssi::test
