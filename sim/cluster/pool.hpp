// Slots with stable indices that are used again: steady state without allocation. Indices are handed out in an order
// that depends on the sequence of calls only.
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

namespace ssi::sim {

template <class T>
class Pool {
 public:
  std::uint32_t take() {
    if (free_.empty()) {
      slots_.emplace_back();
      return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  void give_back(std::uint32_t index) { free_.push_back(index); }
  T& operator[](std::uint32_t index) { return slots_[index]; }
  const T& operator[](std::uint32_t index) const { return slots_[index]; }

 private:
  std::deque<T> slots_;   // references stay valid while it grows
  std::vector<std::uint32_t> free_;
};

}   // namespace ssi::sim
