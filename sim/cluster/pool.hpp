// Slots with stable indices that are used again: steady state without allocation. Indices are handed out in an order
// that depends on the sequence of calls only.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace ssi::sim {

template <class T>
class Pool {
 public:
  std::uint32_t take() {
    if (!free_.empty()) {
      const std::uint32_t index = free_.back();
      free_.pop_back();
      return index;
    }
    if (size_ % kBlock == 0) blocks_.push_back(std::make_unique<Block>());
    return size_++;
  }
  void give_back(std::uint32_t index) { free_.push_back(index); }
  T& operator[](std::uint32_t index) { return (*blocks_[index / kBlock])[index % kBlock]; }
  const T& operator[](std::uint32_t index) const { return (*blocks_[index / kBlock])[index % kBlock]; }
  std::uint32_t size() const { return size_; }   // of all slots, used or not

 private:
  static constexpr std::uint32_t kBlock = 64;
  using Block = std::array<T, kBlock>;

  std::vector<std::unique_ptr<Block>> blocks_;   // references stay valid while it grows
  std::uint32_t size_ = 0;
  std::vector<std::uint32_t> free_;
};

}   // namespace ssi::sim
