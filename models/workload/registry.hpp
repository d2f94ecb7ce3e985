// Every workload, by hand, in one table.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/random.hpp"
#include "models/config/fields.hpp"
#include "models/workload/program.hpp"

namespace ssi::workload {

struct WorkloadSetup {
  std::uint32_t index{};               // among the scenario's workloads; ProgramRef::workload
  std::uint32_t nodes{};               // nodes of the scenario (for `smp`: its sockets)
  std::vector<std::uint32_t> starts;   // nodes on which a first program starts
  RandomRoot random;                   // the demand's: the same for every strategy
};

// Values that programs read and knew: how many there were, and which were wrong.
struct ValueChecks {
  std::uint64_t checked = 0;
  std::vector<std::string> wrong{};
};

// One workload of a run: makes its programs. Shared by all nodes of the run, out of the simulated system's sight, so
// programs may meet here (pids of peers) without cost; nothing that a design should provide goes through it. Outlives its
// programs, whose frames refer to it.
class Workload {
 public:
  virtual ~Workload() = default;
  // The program that init starts on `node`, one for each entry of WorkloadSetup::starts.
  virtual ProgramRef first_program(std::uint32_t node) const = 0;
  // The coroutine for `program`. `self` outlives it.
  virtual Program make(const ProgramRef& program, Self& self) = 0;
  virtual const ValueChecks* value_checks() const { return nullptr; }   // nullptr: its programs know none
};

struct WorkloadEntry {
  std::string_view name, help, unit;   // unit of useful work: "job", "signal", "file compiled"
  std::vector<config::Field> params;
  std::unique_ptr<Workload> (*make)(const WorkloadSetup& setup, const config::Values& params);
};

const std::vector<WorkloadEntry>& workloads();
const WorkloadEntry* find_workload(std::string_view name);

}   // namespace ssi::workload
