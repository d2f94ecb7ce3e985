// How a run got over each fault: derived from the notes of the machines and the answers of calls. What happens belongs to the fault that
// struck last.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/port/effects.hpp"
#include "sim/record/finished_call.hpp"
#include "sim/record/stats.hpp"

namespace ssi::record {

// Processes that died with their node: since when they lived, and what they had computed.
struct Losses {
  struct One {
    Instant born;
    Duration cpu;
  };
  void add(Instant born, Duration cpu) { all.push_back({born, cpu}); }
  std::vector<One> all{};
};

// Of a node that was to be maintained: what its operator ordered and what became of it.
struct Evacuation {
  std::uint64_t ordered = 0, moved = 0;
  std::map<Errno, std::uint64_t> refused{};
  std::optional<Instant> done{};        // the last order was answered, or the last process left
  std::uint64_t left = 0;               // processes that still run there then
  std::uint64_t pids = 0, groups = 0;   // of processes elsewhere that the node has made
  std::uint64_t messages = 0;           // to the node, from then on, on behalf of calls elsewhere
  Duration paused{}, paused_max{};      // of those that went: summed, the longest
  std::uint64_t pauses = 0;
};

struct RecoveryStats {
  std::uint32_t fault{};   // of the run's plan
  std::string kind;
  Instant at;
  std::optional<Instant> suspected{};       // first by anybody
  std::optional<Instant> view_agreed{};     // the first view that was installed after that
  std::optional<Instant> rebuilt{};         // by the last survivor
  std::optional<Instant> first_success{};   // of a call that another node served, after the first survivor had rebuilt
  std::uint64_t calls_failed = 0;           // EHOSTDOWN or EIO
  std::uint64_t calls_stalled = 0;          // asked before that view, served after it, and not because they waited for another process
  std::uint64_t conflicts = 0;              // changes of two sides of a cut that do not go together
  std::uint64_t processes = 0;              // that lived when it struck, on all nodes
  std::uint64_t processes_lost = 0;         // also with nodes that were left out or stopped because of it
  std::uint64_t of_these_lost = 0;          // of those that lived when it struck
  Duration cpu_lost{};                      // what they had computed
  bool image_lost = false;                  // nobody was left
  Instant worked{};                         // last unit of work, or the fault
  Duration without_work{};                  // the longest time between two of them
  std::optional<Evacuation> evacuation{};
  bool works_again = false;   // one was done after it, and after the loss of the image
};

class RecoveryLog {
 public:
  void struck(std::uint32_t fault, std::string_view kind, Instant at, std::uint64_t living);
  void lost(const Losses& losses, std::uint64_t still_living);
  void noted(Instant at, const Note& note);
  void answered(const FinishedCall& call);
  void work_done(Instant at);
  void evacuation_begins(std::uint64_t ordered);
  void evacuation_answered(Instant at, const Result& result);
  void evacuation_seen(std::uint64_t left, std::uint64_t pids, std::uint64_t groups);
  void left_evacuated(Instant at, Duration paused, std::uint64_t left);
  void asked_evacuated();
  const std::vector<RecoveryStats>& all() const { return all_; }
  const LossStats& lost() const { return lost_; }   // of the run

 private:
  Evacuation* evacuation();   // nullptr: the last fault is none

  LossStats lost_;
  std::vector<RecoveryStats> all_;
};

}   // namespace ssi::record
