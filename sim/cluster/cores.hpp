// The cores of one node in the `queue` fidelity. Kernel work is never more than there are cores (the cluster sees to it)
// and goes first: it takes an idle core, or pushes a program off one. Programs share the rest by time slices, in turn.
//
// Invariant: kernel + running <= cores, and no program waits while a core is idle.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

#include "sim/cluster/backend.hpp"

namespace ssi::sim {

// All times in picoseconds.
class Cores {
 public:
  struct Costs {
    std::int64_t slice, context_switch;
  };
  // A date at which the node wants look() to be called for `token`; an older generation is to be ignored there.
  struct Alarm {
    std::int64_t at;
    Token token;
    std::uint32_t generation;
  };

  struct Use {
    std::int64_t kernel = 0, program = 0;
  };

  Cores(std::uint32_t cores, Costs costs) : costs_(costs), use_(cores) {
    for (std::uint32_t core = cores; core-- > 0;) idle_.push_back(core);
  }

  // The core that does it: give it back to kernel_ends().
  std::uint32_t kernel_starts(std::int64_t now, std::int64_t work, std::vector<Alarm>& alarms) {
    const std::uint32_t core = idle_.empty() ? preempt(now, alarms) : take_idle();
    use_[core].kernel += work;
    return core;
  }
  void kernel_ends(std::int64_t now, std::uint32_t core, std::vector<Alarm>& alarms) {
    idle_.push_back(core);
    dispatch(now, alarms);
  }
  const std::vector<Use>& use() const { return use_; }
  void program_starts(std::int64_t now, Token token, std::int64_t work, std::vector<Alarm>& alarms) {
    waiting_.push_back({.token = token, .left = work});
    dispatch(now, alarms);
    if (!waiting_.empty()) slice_all(now, alarms);
  }

  // True: the program has done its work and is gone. Else its slice is over, or the alarm is an old one.
  bool look(std::int64_t now, Token token, std::uint32_t generation, std::vector<Alarm>& alarms) {
    auto job = std::find_if(running_.begin(), running_.end(), [&](const Job& j) { return j.token == token && j.generation == generation; });
    if (job == running_.end()) return false;
    charge(*job, now);
    if (job->left == 0) {
      idle_.push_back(job->core);
      running_.erase(job);
      dispatch(now, alarms);
      return true;
    }
    Job off = *job;
    idle_.push_back(job->core);
    running_.erase(job);
    off.switched = !waiting_.empty();   // if nobody waits any more, it goes on
    waiting_.push_back(off);
    dispatch(now, alarms);
    return false;
  }

  // Takes a program off; returns what was left of its work.
  std::int64_t cancel(std::int64_t now, Token token, std::vector<Alarm>& alarms) {
    auto is_it = [&](const Job& job) { return job.token == token; };
    if (auto job = std::find_if(running_.begin(), running_.end(), is_it); job != running_.end()) {
      charge(*job, now);
      const std::int64_t left = job->left;
      idle_.push_back(job->core);
      running_.erase(job);
      dispatch(now, alarms);
      return left;
    }
    auto job = std::find_if(waiting_.begin(), waiting_.end(), is_it);
    const std::int64_t left = job->left;
    waiting_.erase(job);
    return left;
  }

 private:
  struct Job {
    Token token = 0;
    std::int64_t left = 0;    // of its own work
    std::int64_t since = 0;   // when its own work last began or was charged; later than now while it is switched to
    std::int64_t slice_end = 0;
    std::uint32_t generation = 0;
    std::uint32_t core = 0;   // that it is on
    bool switched = false;    // it was taken off or had to wait: the next start costs a context switch
  };

  std::uint32_t take_idle() {
    const std::uint32_t core = idle_.back();
    idle_.pop_back();
    return core;
  }
  void charge(Job& job, std::int64_t now) {
    const std::int64_t done = std::clamp<std::int64_t>(now - job.since, 0, job.left);
    job.left -= done;
    job.since += done;
    use_[job.core].program += done;
  }
  void arm(std::int64_t now, Job& job, std::vector<Alarm>& alarms) {
    const std::int64_t end = job.since + job.left;
    job.generation = ++generations_;
    alarms.push_back({waiting_.empty() ? end : std::min(end, std::max(job.slice_end, now)), job.token, job.generation});
  }
  void dispatch(std::int64_t now, std::vector<Alarm>& alarms) {
    while (!idle_.empty() && !waiting_.empty()) {
      Job job = waiting_.front();
      waiting_.pop_front();
      job.core = take_idle();
      job.since = now + (job.switched ? costs_.context_switch : 0);
      job.slice_end = job.since + costs_.slice;
      running_.push_back(job);
      arm(now, running_.back(), alarms);
    }
    for (Job& job : waiting_) job.switched = true;
  }
  // Somebody waits: those that run are looked at when their slice is over.
  void slice_all(std::int64_t now, std::vector<Alarm>& alarms) {
    for (Job& job : running_)
      if (job.since + job.left > job.slice_end) arm(now, job, alarms);
  }
  // The program that was put on a core last makes way; it is the first to come back.
  std::uint32_t preempt(std::int64_t now, std::vector<Alarm>& alarms) {
    Job off = running_.back();
    running_.pop_back();
    charge(off, now);
    off.switched = true;
    waiting_.push_front(off);
    slice_all(now, alarms);
    return off.core;
  }

  std::vector<std::uint32_t> idle_;   // the last to become idle is the first to work again
  Costs costs_;
  std::vector<Use> use_;
  std::vector<Job> running_;
  std::deque<Job> waiting_;
  std::uint32_t generations_ = 0;
};

}   // namespace ssi::sim
