// Programs that share memory: threads of one task on several nodes, in one segment, started together and verified by what they read.
// Between threads nothing orders accesses but mutexes and barriers, so that the same program is right under release consistency
// (race-free). Invariant: a value that a thread knows to be wrong breaks the run (exit 3): the design does not keep the consistency that it
// promises.
#pragma once
#include <cstdint>
#include <string>

#include "models/base/check.hpp"
#include "models/workload/demand.hpp"

namespace ssi::workload {

class Team : public Workload {
 public:
  Team(const WorkloadSetup& setup, std::uint32_t threads)   // of each first program
      : setup_(setup), starts_(setup.starts), threads_(threads), size_(starts_.size() * threads) {}
  ProgramRef first_program(std::uint32_t) const override { return {setup_.index, 0}; }
  Program make(const ProgramRef& program, Self& self) override;
  const ValueChecks* value_checks() const override { return &checks_; }

 protected:
  // What thread `index` of size() does. It finds its segment with key(), which is zero at first.
  virtual Program work(std::uint32_t index, Self& self) = 0;

  std::uint32_t size() const { return size_; }
  SegmentGet segment(std::uint64_t bytes) const { return {key(0), bytes}; }
  std::uint64_t key(std::uint64_t which) const { return std::uint64_t{setup_.index + 1} << 32 | which; }   // of mutexes too
  Barrier all() const { return {key(0), size_}; }
  Mutex lock(std::uint64_t which) const { return {key(which), true}; }
  Mutex unlock(std::uint64_t which) const { return {key(which), false}; }
  Stream draws(std::uint64_t index) const { return setup_.random.child("team", setup_.index).stream("thread", index); }

  // The part of `count` things that is thread `index`'s: [first(index), first(index + 1)).
  std::uint64_t first(std::uint64_t count, std::uint32_t index) const { return count * index / size_; }

  static std::uint64_t id(const Result& got) { return static_cast<std::uint64_t>(got.value); }
  static std::uint64_t word(const Result& loaded) { return static_cast<std::uint64_t>(loaded.value); }
  static Load load(std::uint64_t segment, std::uint64_t offset, std::uint64_t count = 8) { return {segment, offset, count}; }
  static Store store(std::uint64_t segment, std::uint64_t offset, std::uint64_t value) { return {segment, offset, value, {}}; }
  static Store store(std::uint64_t segment, std::uint64_t offset, const std::vector<std::uint64_t>& values);
  static std::uint64_t word_at(const Bytes& bytes, std::uint64_t index);
  void verify(const Self& self, std::uint64_t read, std::uint64_t right, const char* what);

 private:
  Program first_of(std::uint32_t start, Self& self);

  WorkloadSetup setup_;
  Starts starts_;
  std::uint32_t threads_, size_;
  ValueChecks checks_;
};

// Rows that the tables of several have; `S` has the member, and is a Demand (g++ 12 takes `bind` of a smaller struct for out of bounds).
template <class S>
config::Bound<S> threads_field() {
  return {{"threads", config::Kind::integer, std::int64_t{1}, 1, 1024, {}, "threads of each first program, on its node"}, &S::threads};
}
template <class S>
config::Bound<S> rounds_field(std::int64_t standard, std::string_view meaning) {
  return {{"rounds", config::Kind::integer, standard, 1, 1e9, {}, meaning}, &S::rounds};
}
template <class S>
config::Bound<S> compute_field(std::int64_t standard_ns, std::string_view meaning) {
  return {{"compute", config::Kind::duration, standard_ns, 0, 1e12, {}, meaning}, &S::compute};
}

}   // namespace ssi::workload
