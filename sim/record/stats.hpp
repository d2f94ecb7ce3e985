// What a Recorder has counted, as plain values that sim/report reads. Latencies hold calls that succeeded, errors are
// counted by name apart from them; `all` is made by merging `local` and `remote`.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/histogram.hpp"
#include "models/base/time.hpp"
#include "models/port/calls.hpp"
#include "models/port/page_note.hpp"

namespace ssi::record {

inline constexpr std::size_t kCalls = kCallNames.size();
inline constexpr std::size_t kErrors = kErrnos;

// Where the time of a call went, along its critical path, in ns. `blocked`: waiting for another process (wait, pause).
struct PathTime {
  std::int64_t dispatch{}, queue{}, wire{}, cpu{}, lock{}, disk{}, blocked{};
  PathTime& operator+=(const PathTime& other);
};

// How often each small number occurred: counts()[n] times n. The largest number seen bounds its size.
class SmallCounts {
 public:
  void add(std::uint32_t number, std::uint64_t times = 1) {
    if (number >= counts_.size()) counts_.resize(number + std::size_t{1});
    counts_[number] += times;
  }
  void merge(const SmallCounts& other);
  const std::vector<std::uint64_t>& counts() const { return counts_; }
  std::uint64_t total() const;   // of all numbers, each as often as it occurred

 private:
  std::vector<std::uint64_t> counts_;
};

// What crashes took with them.
struct LossStats {
  std::uint64_t processes{};
  Duration cpu{};   // that the programs of those processes had computed
};

enum class Place : std::uint8_t { local, remote };   // was the call served on the caller's node

struct CallStats {
  Histogram latency;                             // calls that succeeded
  Histogram service;                             // the same calls without the time in which they were blocked
  PathTime where;                                // sums over the same calls
  SmallCounts critical_path;                     // messages on the path of the same calls
  SmallCounts messages;                          // messages in all, also those after the answer, of the same calls
  SmallCounts messages_of_failed;                // ... of calls that failed
  std::array<std::uint64_t, kErrors> errors{};   // calls that failed, by Errno

  std::uint64_t succeeded() const { return latency.count(); }
  std::uint64_t failed() const;
  void merge(const CallStats& other);
};

struct TypeCount {
  std::string_view name;
  std::uint64_t count{}, bytes{};
};

struct MessageStats {
  std::uint64_t count{}, bytes{};
  std::uint64_t dropped{};                             // at a full card, and sent again
  std::vector<TypeCount> by_type;                      // by name
  std::vector<std::uint64_t> between, between_bytes;   // row: from, column: to; empty above kMaxMatrixNodes
};
inline constexpr std::uint32_t kMaxMatrixNodes = 256;

struct WorkStats {
  std::uint64_t done{};
  Instant last{};            // when the last unit was done, also before warmup ended
  Histogram from_intended;   // from when a unit should have begun to its end
};

// Of a node whose memory has a limit; pages, over the whole run.
struct PagingStats {
  std::uint64_t faults{};      // touches of a page that had to be brought
  std::uint64_t fresh{};       // ... that nobody had touched before: it came without being read
  std::uint64_t waits{};       // faults that found no free frame
  std::uint64_t given_up{};    // to make room
  std::uint64_t out{}, in{};   // written, read
  std::uint64_t remote{};      // of those, to and from other nodes
  PagingStats& operator+=(const PagingStats& other);
};

// What kept pages coherent.
inline constexpr std::size_t kHottestPages = 10;
struct CoherenceStats {
  struct Page {
    PageId page{};
    std::string_view table{};
    std::uint64_t faults{}, invalidations{}, transfers{};
  };
  std::array<std::uint64_t, kPageNotes> of_kind{};
  std::map<std::string, std::uint64_t> faults_by_table, transitions;   // transitions: "state+event"
  std::vector<Page> hottest;                                           // by faults, at most kHottestPages
  std::uint64_t of(PageNote::Kind kind) const { return of_kind[static_cast<std::size_t>(kind)]; }
};

// Values that programs knew when they read them.
struct ConsistencyStats {
  std::uint64_t checked{};
  std::vector<std::string> wrong;
};

struct DispatchStats {
  std::uint64_t checks{}, shipped{}, stale{};
};

struct CoreUse {
  Duration kernel{}, program{};
};
struct LinkUse {
  std::string name;
  double share{};   // of the run's time in which it was sending
};
struct CpuStats {
  Duration kernel{}, program{};
  std::vector<CoreUse> cores;   // none: the fidelity does not tell them apart
  std::optional<double> disk;   // share of the run's time
  SmallCounts queue;            // what waited for service when something more came
};

}   // namespace ssi::record
