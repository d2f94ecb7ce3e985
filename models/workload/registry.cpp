#include "models/workload/registry.hpp"

namespace ssi::workload {

const std::vector<WorkloadEntry>& workloads() {
  static const std::vector<WorkloadEntry> kAll{};
  return kAll;
}

const WorkloadEntry* find_workload(std::string_view name) {
  for (const WorkloadEntry& entry : workloads())
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace ssi::workload
