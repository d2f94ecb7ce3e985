// The events of a run: dates in picoseconds, ties in the order of insertion. Most events are pushed with one of few delays (a
// latency, a piece of work), so those of one order of magnitude mostly come in order of their dates already. They stand in a lane,
// first come first served, and only its head is in the heap; what does not fit at a lane's end goes into the heap on its own. The
// heap stays small however many events wait: an event costs about the same with 64 nodes and with 1,024.
#pragma once
#include <array>
#include <bit>
#include <cstdint>

#include "sim/cluster/heap.hpp"
#include "sim/cluster/ring.hpp"

namespace ssi::sim {

template <class Payload>
class EventQueue {
 public:
  using Entry = typename Heap<Payload>::Entry;

  bool empty() const { return heap_.empty(); }

  // Not before the date of the event that was taken last.
  void push(std::int64_t at, Payload payload) {
    const auto number = static_cast<std::uint64_t>(std::bit_width(static_cast<std::uint64_t>(at - now_)));
    Lane& lane = lanes_[number];
    Entry entry{at, ++next_ << kLaneBits, payload};
    if (lane.busy && at >= lane.last) {
      lane.last = at;
      return lane.followers.push_back(entry);
    }
    if (!lane.busy) {
      lane.busy = true;
      lane.last = at;
      entry.sequence |= number + 1;
    }
    heap_.push(entry);
  }

  // Not of an empty queue.
  Entry pop() {
    const Entry first = heap_.first();
    now_ = first.at;
    const std::uint64_t number = first.sequence & kLaneMask;
    if (number == 0) heap_.drop_first();
    else bring_up(number);
    return first;
  }

 private:
  // The head of lane number - 1 is in the heap while it is busy.
  struct Lane {
    std::int64_t last = 0;   // date of the last in it
    bool busy = false;
    Ring<Entry> followers;
  };
  static constexpr unsigned kLaneBits = 7;
  static constexpr std::uint64_t kLaneMask = (1U << kLaneBits) - 1;

  void bring_up(std::uint64_t number) {
    Lane& lane = lanes_[number - 1];
    lane.busy = !lane.followers.empty();
    if (!lane.busy) return heap_.drop_first();
    Entry& next = lane.followers.front();
    next.sequence |= number;
    heap_.replace_first(next);
    lane.followers.pop_front();
  }

  Heap<Payload> heap_;
  std::array<Lane, 65> lanes_;   // by bits of the delay
  std::int64_t now_ = 0;
  std::uint64_t next_ = 0;
};

}   // namespace ssi::sim
