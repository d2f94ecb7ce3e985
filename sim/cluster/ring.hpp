// A queue that keeps its memory: a power-of-two ring that only grows. (std::deque allocates for every third item here.)
#pragma once
#include <cstddef>
#include <utility>
#include <vector>

namespace ssi::sim {

template <class T>
class Ring {
 public:
  bool empty() const { return first_ == end_; }
  std::size_t size() const { return end_ - first_; }
  const T& operator[](std::size_t place) const { return slots_[(first_ + place) & (capacity_ - 1)]; }
  T& front() { return slots_[first_ & (capacity_ - 1)]; }
  void pop_front() { ++first_; }
  void push_back(const T& item) {
    if (size() == capacity_) grow();
    slots_[end_++ & (capacity_ - 1)] = item;
  }

 private:
  void grow() {
    std::vector<T> larger(slots_.empty() ? 8 : slots_.size() * 2);
    std::size_t n = 0;
    for (; !empty(); pop_front()) larger[n++] = std::move(front());
    slots_ = std::move(larger);
    capacity_ = slots_.size();
    first_ = 0;
    end_ = n;
  }

  std::vector<T> slots_;
  std::size_t first_ = 0, end_ = 0, capacity_ = 0;
};

}   // namespace ssi::sim
