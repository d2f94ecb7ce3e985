#include "models/workload/registry.hpp"

namespace ssi::workload {

// Each in the file of its name.
WorkloadEntry false_sharing_entry();
WorkloadEntry file_traffic_entry();
WorkloadEntry fork_storm_entry();
WorkloadEntry hot_word_entry();
WorkloadEntry lock_contention_entry();
WorkloadEntry make_entry();
WorkloadEntry matrix_multiply_entry();
WorkloadEntry migration_entry();
WorkloadEntry migratory_entry();
WorkloadEntry producer_consumer_entry();
WorkloadEntry random_access_entry();
WorkloadEntry read_mostly_entry();
WorkloadEntry signal_storm_entry();
WorkloadEntry sor_entry();
WorkloadEntry sort_entry();
WorkloadEntry task_queue_entry();
WorkloadEntry working_set_entry();

const std::vector<WorkloadEntry>& workloads() {
  static const std::vector<WorkloadEntry> kAll{
      false_sharing_entry(), file_traffic_entry(),    fork_storm_entry(),   hot_word_entry(),  lock_contention_entry(),
      make_entry(),          matrix_multiply_entry(), migration_entry(),    migratory_entry(), producer_consumer_entry(),
      random_access_entry(), read_mostly_entry(),     signal_storm_entry(), sor_entry(),       sort_entry(),
      task_queue_entry(),    working_set_entry(),
  };
  return kAll;
}

const WorkloadEntry* find_workload(std::string_view name) {
  for (const WorkloadEntry& entry : workloads())
    if (entry.name == name) return &entry;
  return nullptr;
}

}   // namespace ssi::workload
