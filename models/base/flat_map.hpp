// A hash table for look-ups, from integers that are not 0 to small values: open addressing, no allocation but to grow. Its order
// means nothing, so there is no iteration in it but each(), for those that sort what they get.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/base/check.hpp"

namespace ssi {

template <class Value>
class FlatMap {
 public:
  std::size_t size() const { return size_; }

  // nullptr: no such key. Valid until the next change.
  Value* find(std::uint64_t key) {
    if (size_ == 0 || key == 0) return nullptr;
    for (std::size_t at = home(key);; at = next(at)) {
      if (slots_[at].key == key) return &slots_[at].value;
      if (slots_[at].key == 0) return nullptr;
    }
  }
  const Value* find(std::uint64_t key) const { return const_cast<FlatMap*>(this)->find(key); }

  // The key's value, and whether it is new.
  std::pair<Value*, bool> insert(std::uint64_t key) {
    SSI_CHECK(key != 0, "0 is no key");
    if (2 * (size_ + 1) > slots_.size()) grow();
    std::size_t at = home(key);
    for (; slots_[at].key != 0; at = next(at))
      if (slots_[at].key == key) return {&slots_[at].value, false};
    slots_[at].key = key;
    slots_[at].value = Value{};
    ++size_;
    return {&slots_[at].value, true};
  }

  // Closes the gap, so that every key stays reachable from its home (Knuth, TAOCP 3, 6.4, algorithm R).
  bool erase(std::uint64_t key) {
    if (size_ == 0 || key == 0) return false;
    std::size_t gap = home(key);
    for (; slots_[gap].key != key; gap = next(gap))
      if (slots_[gap].key == 0) return false;
    for (std::size_t at = next(gap); slots_[at].key != 0; at = next(at)) {
      const std::size_t from_home = (at - home(slots_[at].key)) & (slots_.size() - 1);
      if (from_home < ((at - gap) & (slots_.size() - 1))) continue;   // its home lies behind the gap
      slots_[gap] = std::move(slots_[at]);
      gap = at;
    }
    slots_[gap].key = 0;
    --size_;
    return true;
  }

  template <class F>
  void each(F&& tell) const {   // (key, value) in no order
    for (const Slot& slot : slots_)
      if (slot.key != 0) tell(slot.key, slot.value);
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    Value value{};
  };

  std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  std::size_t home(std::uint64_t key) const { return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15ULL) >> shift_); }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 8 : slots_.size() * 2);
    std::swap(old, slots_);
    shift_ = slots_.size() == 8 ? 61 : shift_ - 1;
    size_ = 0;
    for (Slot& slot : old)
      if (slot.key != 0) *insert(slot.key).first = std::move(slot.value);
  }

  std::vector<Slot> slots_;   // a power of two
  std::size_t size_ = 0;
  unsigned shift_ = 61;   // 64 less the bits of an index
};

}   // namespace ssi
