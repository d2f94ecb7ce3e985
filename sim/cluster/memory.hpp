// A node's memory when there is not enough of it, in pages: which of each process's are here, how long it computes until it touches one
// that is not, and which make room. Arithmetic only: what a fault costs in work, disk and network is paging.cpp's.
//
// The model of touches (independent references, two kinds of pages): `locality` thousandths of a computation's touches go to its hot pages,
// which are the other (1000 - locality) thousandths of its footprint (the 80-20 rule: Knuth, TAOCP 3, 6.1); 500: all pages are alike. A
// page of one kind is touched as often as another, so all that matters is how many of a kind are missing; the number of touches before the
// next missing one is geometric. Pages of the process that this computation does not touch are its idle ones.
//
// Invariants: of each kind, resident <= pages; fresh <= missing; dirty <= resident.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "models/base/random.hpp"
#include "models/base/time.hpp"
#include "models/port/calls.hpp"

namespace ssi::sim {

class WorkingSet {
 public:
  enum Kind : std::uint8_t { kHot, kCold, kIdle };
  static constexpr std::size_t kKinds = 3;

  // A computation begins. What is here of the process stays here: hot pages first, since they were touched last.
  void begin(const Compute& compute, std::uint64_t page_bytes);
  // Pages that were never touched come without being read, as long as there is room.
  std::uint64_t take_fresh(std::uint64_t room);

  // Time until the touch of a page that is missing, at least 1 ns; none: not in the next `most`.
  std::optional<Duration> until_fault(Stream& draws, Duration most) const;
  void touched(Duration worked);   // so long, only what is here: some of it is written
  // The kind of the page whose touch faults; something must be missing.
  Kind missing(Stream& draws) const;
  // Is that page fresh?
  bool is_fresh(Stream& draws) const;
  void came(Kind kind, bool fresh, Stream& draws);   // and is touched
  // All that is missing is here again.
  void all_came();

  struct Gone {
    std::uint64_t pages = 0, dirty = 0;
  };
  Gone give_up(std::uint64_t pages, bool least_recent, Stream& draws);   // at most what is here

  std::uint64_t resident() const { return sum(&Part::resident); }
  std::uint64_t pages() const { return sum(&Part::pages); }
  std::uint64_t fresh() const { return fresh_; }
  std::uint64_t out() const { return pages() - resident() - fresh_; }   // on the disk or another node
  std::uint64_t dirty() const { return dirty_ / kUnit; }
  std::uint64_t miss_chance() const;   // in 2^-32
  void check_invariants() const;

 private:
  struct Part {
    std::uint64_t pages = 0, resident = 0;
  };
  static constexpr std::uint64_t kUnit = 65536;   // dirty pages are counted in such parts of one, since few touches make less than one

  std::uint64_t sum(std::uint64_t Part::*member) const { return parts_[kHot].*member + parts_[kCold].*member + parts_[kIdle].*member; }
  std::uint64_t missing_of(Kind kind) const { return parts_[kind].pages - parts_[kind].resident; }
  std::uint64_t chance(Kind kind) const;
  void take_out(Kind kind, std::uint64_t pages);

  std::array<Part, kKinds> parts_{};
  std::uint64_t fresh_ = 0;
  std::uint64_t dirty_ = 0;
  std::uint64_t touches_ = 1, in_ns_ = 1;   // so many touches in so much cpu time
  std::uint16_t read_share_ = 0, locality_ = 500;
};

}   // namespace ssi::sim
