// Runs a workload of the registry against the fake kernel: four nodes, a first program on each.
#pragma once
#include "fake_kernel.hpp"
#include "models/base/check.hpp"

namespace ssi::test {

using config::Value;
using config::Values;
using workload::Workload;
using workload::WorkloadSetup;

inline const std::vector<std::uint32_t> kAllNodes{0, 1, 2, 3};

inline std::unique_ptr<Workload> make(std::string_view name, const Values& params, std::uint64_t seed = 1,
                                      std::vector<std::uint32_t> starts = kAllNodes) {
  const workload::WorkloadEntry* entry = workload::find_workload(name);
  SSI_CHECK(entry, "no such workload");
  return entry->make(WorkloadSetup{0, 4, std::move(starts), RandomRoot(seed)}, params);
}

// A run that is over: its programs are gone, what they asked is here.
inline FakeKernel run(std::string_view name, const Values& params, FakeKernel::Options options = {}, std::uint64_t seed = 1) {
  const auto workload = make(name, params, seed);
  FakeKernel kernel(*workload, std::move(options));
  kernel.run(kAllNodes);
  return kernel;
}

inline Value text(const char* value) { return std::string(value); }
inline Value whole(std::int64_t value) { return value; }

inline const FakeKernel::Options kRemoteFails{.remote_works = false};

}   // namespace ssi::test
