// A heap of dates in picoseconds, ties by their sequence numbers. A 4-ary heap keeps a node's children in one or two
// cache lines, which a binary heap does not. An event that is taken usually leads to another one, so the place at the top stays
// open until the next push fills it: one way down instead of a way down and a way up.
#pragma once
#include <cstdint>
#include <vector>

namespace ssi::sim {

template <class Payload>
class Heap {
 public:
  struct Entry {
    std::int64_t at;          // not negative
    std::uint64_t sequence;   // no two are equal
    Payload payload;
  };

  bool empty() const { return entries_.size() == static_cast<std::size_t>(open_); }

  void push(const Entry& entry) {
    if (open_) {
      open_ = false;
      return sink(entry);
    }
    std::size_t hole = entries_.size();
    entries_.push_back(entry);
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kArity;
      if (!before(entry, entries_[parent])) break;
      entries_[hole] = entries_[parent];
      hole = parent;
    }
    entries_[hole] = entry;
  }

  // Not of an empty heap.
  const Entry& first() {
    if (open_) close();
    return entries_.front();
  }
  void drop_first() { open_ = true; }                       // after first()
  void replace_first(const Entry& entry) { sink(entry); }   // after first()

 private:
  using Key = unsigned __int128;
  static constexpr std::size_t kArity = 4;
  static Key key(const Entry& entry) { return (Key{static_cast<std::uint64_t>(entry.at)} << 64) | entry.sequence; }
  static bool before(const Entry& a, const Entry& b) { return key(a) < key(b); }

  void close() {   // there are others, or the heap would be empty
    const Entry last = entries_.back();
    entries_.pop_back();
    open_ = false;
    sink(last);
  }

  // Puts the entry into the open place at the top.
  void sink(const Entry& entry) {
    const std::size_t size = entries_.size();
    Entry* const all = entries_.data();
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size; child = hole * kArity + 1) {
      const std::size_t least = child + kArity <= size ? least_of_four(all, child) : least_of(all, child, size);
      if (!before(all[least], entry)) break;
      all[hole] = all[least];
      hole = least;
    }
    all[hole] = entry;
  }
  static std::size_t least_of_four(const Entry* all, std::size_t child) {
    const std::size_t left = before(all[child + 1], all[child]) ? child + 1 : child;
    const std::size_t right = before(all[child + 3], all[child + 2]) ? child + 3 : child + 2;
    return before(all[right], all[left]) ? right : left;
  }
  static std::size_t least_of(const Entry* all, std::size_t child, std::size_t size) {
    std::size_t least = child;
    for (std::size_t other = child + 1; other < size; ++other)
      if (before(all[other], all[least])) least = other;
    return least;
  }

  std::vector<Entry> entries_;
  bool open_ = false;   // entries_.front() has been taken
};

}   // namespace ssi::sim
