// How a run got over each fault: derived from the notes of the machines and the answers of calls. What happens belongs to the fault that
// struck last.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/port/effects.hpp"
#include "sim/record/finished_call.hpp"

namespace ssi::record {

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
  std::uint64_t processes_lost = 0;
  std::uint64_t conflicts = 0;   // changes of two sides of a cut that do not go together
};

class RecoveryLog {
 public:
  void struck(std::uint32_t fault, std::string_view kind, Instant at, std::uint64_t processes_lost);
  void noted(Instant at, const Note& note);
  void answered(const FinishedCall& call);
  const std::vector<RecoveryStats>& all() const { return all_; }

 private:
  std::vector<RecoveryStats> all_;
};

}   // namespace ssi::record
