#include "tests/unit/record/builders.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "models/base/check.hpp"

namespace ssi::test {

std::size_t kind_of(std::string_view call) {
  const auto found = std::find(kCallNames.begin(), kCallNames.end(), call);
  SSI_CHECK(found != kCallNames.end(), "no such call");
  return static_cast<std::size_t>(found - kCallNames.begin());
}

record::FinishedCall finished(const CallShape& shape) {
  return {.id = {shape.id},
          .kind = kind_of(shape.call),
          .caller = init_of({0}, {1}),
          .node = {0},
          .served = {shape.served},
          .issued = {shape.issued_ns},
          .answered = {shape.issued_ns + shape.latency_ns},
          .error = shape.error,
          .certainty = shape.error == Errno::none ? Certainty::ok : Certainty::fail,
          .path_messages = shape.path_messages,
          .where = shape.where};
}

report::RunFacts facts() {
  return {.strategy = "vproc_switch",
          .label = "vproc_switch",
          .fidelity = "flow",
          .seed = 1,
          .ending = "finished",
          .message = "",
          .workloads = {{"make", "file compiled", Duration{}}},
          .dispatch_sites = 7,
          .coverage = {"full", "none", "none", "none"},
          .cores_per_node = 8,
          .link_bps = 10'000'000'000};
}

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "ssisim-test-XXXXXX").string();
  SSI_CHECK(::mkdtemp(name.data()) != nullptr, "no temporary folder");
  path_ = name;
}

TempFolder::~TempFolder() { std::filesystem::remove_all(path_); }

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}   // namespace ssi::test
