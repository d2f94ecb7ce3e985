// The programs that run, one a process. Which process lives where is the strategy's business; this table only drives
// the coroutine of a process that some node's machine has ordered to start.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "models/workload/program.hpp"
#include "sim/cluster/pool.hpp"

namespace ssi::sim {

struct Running {
  Pid pid{};
  std::uint32_t slot = 0;   // its own
  NodeId node{};
  Instant born{}, frozen_at{};
  std::uint32_t workload = 0;   // whose program it runs
  bool stopped = false;
  bool computing = false;
  bool frozen = false;                        // between depart and arrive
  bool paused = false;                        // its node is
  bool adrift = false;                        // frozen, and the node that it departed from has crashed
  Duration worked{};                          // of its computations, so far
  bool faulting = false;                      // in a computation, between two stretches of it
  workload::Self self;                        // stays where it is: the coroutine refers to it
  std::optional<workload::Program> program;   // empty until the start order is carried out
  CallId call{kNoCall};                       // that the strategy serves now
  std::uint64_t sleep = 0;                    // not 0: asleep, and which sleep
  Duration left{};                            // of a computation that a stop broke off
  std::unique_ptr<Result> held;               // an answer that came while stopped or frozen
  CallId held_call{kNoCall};                  // came to its turn while frozen
  Memory memory;
  Compute touches;   // what the computation does to the memory; cpu: of the part of it that was begun last
};

class Programs {
 public:
  Running& add(Pid pid) {
    const std::uint32_t slot = pool_.take();
    Running& program = pool_[slot] = Running{};
    program.pid = pid;
    program.slot = slot;
    slots_[pid.value] = slot;
    return program;
  }
  void remove(Pid pid) {
    const std::uint32_t slot = slots_.at(pid.value);
    pool_[slot].program.reset();   // before what it refers to
    pool_[slot] = Running{};
    pool_.give_back(slot);
    slots_.erase(pid.value);
  }
  Running* find(Pid pid) {
    auto at = slots_.find(pid.value);
    return at == slots_.end() ? nullptr : &pool_[at->second];
  }
  const Running* find(Pid pid) const { return const_cast<Programs*>(this)->find(pid); }
  Running& in_slot(std::uint32_t slot) { return pool_[slot]; }
  // In the order of the slots; `see` may remove the one that it is given.
  template <class F>
  void each(F&& see) {
    for (std::uint32_t slot = 0; slot < pool_.size(); ++slot)
      if (pool_[slot].pid != kNoPid) see(pool_[slot]);
  }
  std::size_t size() const { return slots_.size(); }

 private:
  Pool<Running> pool_;
  std::unordered_map<std::uint64_t, std::uint32_t> slots_;   // lookup only
};

}   // namespace ssi::sim
