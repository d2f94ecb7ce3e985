// Short ways to what the cluster would report.
#pragma once
#include <string>

#include "sim/record/recorder.hpp"
#include "sim/report/json.hpp"
#include "sim/report/run_json.hpp"

namespace ssi::test {

std::size_t kind_of(std::string_view call);   // index of kCallNames

struct CallShape {
  std::uint64_t id = 1;
  std::string_view call = "kill";
  std::int64_t issued_ns = 0, latency_ns = 1000;
  std::uint32_t served = 0;   // asked on node 0
  Errno error = Errno::none;
  std::uint32_t path_messages = 0;
  record::PathTime where{};
};
record::FinishedCall finished(const CallShape& shape);

report::RunFacts facts();   // of a finished run of "vproc_switch" with seed 1 and one workload "make" that starts at 0

// A temporary folder of this test, removed with the value.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string content_of(const std::string& path);

}   // namespace ssi::test
