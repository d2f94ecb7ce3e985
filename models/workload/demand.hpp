// What all workloads share: how demand arrives, where it is put, and who the first programs are. Every draw comes from a
// stream named by workload, first program and job, so the demand does not depend on how fast anything is answered.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/base/random.hpp"
#include "models/base/time.hpp"
#include "models/config/fields.hpp"
#include "models/port/calls.hpp"
#include "models/workload/registry.hpp"

namespace ssi::workload {

// The settings that every workload has; a workload's own Settings derive from it.
struct Demand {
  std::string arrival;    // "closed" | "open"
  double rate{};          // open: per second and first program
  std::uint32_t jobs{};   // at most so many at once for each first program
  std::string placement;

  bool open() const { return arrival == "open"; }
};

inline constexpr std::array<std::string_view, 2> kArrivals{"closed", "open"};

// The rows of Demand for a table of `S`. A workload says which placements make sense for it.
template <class S>
config::Bound<S> arrival_field() {
  return {{"arrival", config::Kind::choice, std::string_view{"closed"}, 0, 0, kArrivals,
           "closed: the next begins when one ends; open: Poisson, not slowed by slow answers"},
          &S::arrival};
}
template <class S>
config::Bound<S> rate_field() {
  return {{"rate", config::Kind::ratio, 100.0, 1e-6, 1e8, {}, "open arrivals per second and first program", {}, {"arrival", "open"}},
          &S::rate};
}
template <class S>
config::Bound<S> jobs_field(std::string_view meaning, config::Needs needs = {}) {
  return {{"jobs", config::Kind::integer, std::int64_t{16}, 1, 65536, {}, meaning, {}, needs}, &S::jobs};
}
template <class S>
config::Bound<S> placement_field(std::span<const std::string_view> choices, std::string_view meaning) {
  return {{"placement", config::Kind::choice, choices.front(), 0, 0, choices, meaning}, &S::placement};
}

// Which entry of WorkloadSetup::starts a first program is. A program started again (after a crash) has its node's first.
class Starts {
 public:
  explicit Starts(std::vector<std::uint32_t> nodes) : nodes_(std::move(nodes)), claimed_(nodes_.size(), false) {}
  std::uint32_t claim(std::uint32_t node);
  std::uint32_t node(std::uint32_t start) const { return nodes_[start]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }

 private:
  std::vector<std::uint32_t> nodes_;
  std::vector<bool> claimed_;
};

// When the jobs of one first program shall begin; whoever is free takes the next. Closed: now. Open: a Poisson process,
// taken by several helpers, so that a slow answer to one holds up no other. Who is late finds the intended instant in
// the past, begins at once and is measured from that instant: with all helpers busy a backlog shows as latency instead of
// being left out ("coordinated omission", G. Tene). The number of helpers bounds what runs at once.
class Schedule {
 public:
  Schedule(std::uint64_t count, Stream gaps, std::optional<double> rate_per_second);   // nullopt: closed

  void begin(Instant at) { last_ = at; }   // helpers that were forked earlier wait for it
  bool begun() const { return last_.has_value(); }
  struct Arrival {
    std::uint64_t job;
    Instant intended;
  };
  std::optional<Arrival> take(Instant now);   // nullopt: all are taken. After begin() only.

 private:
  std::uint64_t count_, next_ = 0;
  Stream gaps_;
  std::optional<double> rate_;
  std::optional<Instant> last_;
};

inline Schedule schedule_of(const Demand& demand, std::uint64_t count, Stream gaps) {
  return {count, gaps, demand.open() ? std::optional(demand.rate) : std::nullopt};
}

// One of `active` until it says that it has finished, or is destroyed with its process.
class Participant {
 public:
  explicit Participant(std::uint32_t& active) : active_(&active) {}
  Participant(const Participant&) = delete;
  ~Participant() { finish(); }
  void finish() {
    if (active_ && *active_ > 0) --*active_;   // 0: all had finished before this one was started again
    active_ = nullptr;
  }

 private:
  std::uint32_t* active_;
};

// How often a program looks whether its peers are ready. Takes no simulated resources.
inline constexpr Duration kPoll = microseconds(100);

}   // namespace ssi::workload
