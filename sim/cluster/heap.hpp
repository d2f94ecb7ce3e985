// The event heap: dates in picoseconds, ties in the order of insertion. A 4-ary heap keeps a node's children in one or two
// cache lines, which a binary heap does not.
#pragma once
#include <cstdint>
#include <vector>

namespace ssi::sim {

template <class Payload>
class Heap {
 public:
  struct Entry {
    std::int64_t at;
    std::uint64_t sequence;
    Payload payload;
  };

  bool empty() const { return entries_.empty(); }
  const Entry& first() const { return entries_.front(); }

  void push(std::int64_t at, Payload payload) {
    std::size_t hole = entries_.size();
    Entry entry{at, next_++, payload};
    entries_.push_back(entry);
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kArity;
      if (!before(entry, entries_[parent])) break;
      entries_[hole] = entries_[parent];
      hole = parent;
    }
    entries_[hole] = entry;
  }

  Entry pop() {
    const Entry top = entries_.front();
    const Entry last = entries_.back();
    entries_.pop_back();
    const std::size_t size = entries_.size();
    if (size == 0) return top;
    std::size_t hole = 0;
    for (;;) {
      const std::size_t child = hole * kArity + 1;
      if (child >= size) break;
      std::size_t least = child;
      const std::size_t end = child + kArity < size ? child + kArity : size;
      for (std::size_t other = child + 1; other < end; ++other)
        if (before(entries_[other], entries_[least])) least = other;
      if (!before(entries_[least], last)) break;
      entries_[hole] = entries_[least];
      hole = least;
    }
    entries_[hole] = last;
    return top;
  }

 private:
  static constexpr std::size_t kArity = 4;
  static bool before(const Entry& a, const Entry& b) { return a.at != b.at ? a.at < b.at : a.sequence < b.sequence; }

  std::vector<Entry> entries_;
  std::uint64_t next_ = 0;
};

}   // namespace ssi::sim
