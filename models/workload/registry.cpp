#include "models/workload/registry.hpp"

namespace ssi::workload {

// Each in the file of its name.
WorkloadEntry file_traffic_entry();
WorkloadEntry fork_storm_entry();
WorkloadEntry make_entry();
WorkloadEntry migration_entry();
WorkloadEntry signal_storm_entry();
WorkloadEntry working_set_entry();

const std::vector<WorkloadEntry>& workloads() {
  static const std::vector<WorkloadEntry> kAll{file_traffic_entry(), fork_storm_entry(),   make_entry(),
                                               migration_entry(),    signal_storm_entry(), working_set_entry()};
  return kAll;
}

const WorkloadEntry* find_workload(std::string_view name) {
  for (const WorkloadEntry& entry : workloads())
    if (entry.name == name) return &entry;
  return nullptr;
}

}   // namespace ssi::workload
