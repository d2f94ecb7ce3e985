// Segments, mutexes and barriers of the fake kernel: one memory for all nodes, that can be made to lose one store.
#pragma once
#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "models/base/check.hpp"
#include "models/port/calls.hpp"

namespace ssi::test {

class FakeMemory {
 public:
  using Answers = std::vector<std::pair<Pid, Result>>;   // who is answered now; who has to wait is not
  std::uint64_t loses = 0;                               // the number of the store that has no effect; 0: none

  void serve(Pid pid, const SegmentGet& get, Answers& out) {
    auto& bytes = segments_[get.key];
    bytes.resize(std::max<std::size_t>(bytes.size(), get.bytes));
    out.emplace_back(pid, Result::of(static_cast<std::int64_t>(get.key)));
  }
  void serve(Pid pid, const Attach&, Answers& out) { out.emplace_back(pid, Result::ok()); }
  void serve(Pid pid, const Load& load, Answers& out) {
    const auto& bytes = segments_.at(load.segment);
    SSI_CHECK(load.offset + load.count <= bytes.size(), "a load outside of the segment");
    Result result = Result::of(static_cast<std::int64_t>(word(load.segment, load.offset, std::min<std::uint64_t>(load.count, 8))));
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(load.offset);
    if (load.count > 8) result.more = std::make_shared<const std::vector<std::byte>>(from, from + static_cast<std::ptrdiff_t>(load.count));
    out.emplace_back(pid, std::move(result));
  }
  void serve(Pid pid, const Store& store, Answers& out) {
    auto& bytes = segments_.at(store.segment);
    const std::size_t count = store.data ? store.data->size() : 8;
    SSI_CHECK(store.offset + count <= bytes.size(), "a store outside of the segment");
    const bool lost = ++stores_ == loses;
    for (std::size_t i = 0; !lost && i < count; ++i)
      bytes[store.offset + i] = store.data ? (*store.data)[i] : static_cast<std::byte>(store.word >> (8 * i));
    out.emplace_back(pid, Result::ok());
  }
  void serve(Pid pid, const Atomic& atomic, Answers& out) {
    const std::uint64_t before = word(atomic.segment, atomic.offset, 8);
    Answers ignored;
    serve(pid, Store{atomic.segment, atomic.offset, before + atomic.operand, {}}, ignored);
    out.emplace_back(pid, Result::of(static_cast<std::int64_t>(before)));
  }
  void serve(Pid pid, const Mutex& mutex, Answers& out) {
    auto& waiting = mutexes_[mutex.key];   // the first is the holder
    SSI_CHECK(mutex.lock || (!waiting.empty() && waiting.front() == pid), "unlocks what another holds");
    if (mutex.lock) {
      waiting.push_back(pid);
      if (waiting.size() == 1) out.emplace_back(pid, Result::ok());
      return;
    }
    waiting.pop_front();
    out.emplace_back(pid, Result::ok());
    if (!waiting.empty()) out.emplace_back(waiting.front(), Result::ok());
  }
  void serve(Pid pid, const Barrier& barrier, Answers& out) {
    auto& come = barriers_[barrier.key];
    come.push_back(pid);
    if (come.size() < barrier.parties) return;
    for (const Pid one : std::exchange(come, {})) out.emplace_back(one, Result::ok());
  }

 private:
  std::uint64_t word(std::uint64_t segment, std::uint64_t offset, std::uint64_t count) const {
    std::uint64_t value = 0;
    for (std::uint64_t i = count; i > 0; --i) value = value << 8 | std::to_integer<std::uint64_t>(segments_.at(segment)[offset + i - 1]);
    return value;
  }
  std::map<std::uint64_t, std::vector<std::byte>> segments_;
  std::map<std::uint64_t, std::deque<Pid>> mutexes_;
  std::map<std::uint64_t, std::vector<Pid>> barriers_;
  std::uint64_t stores_ = 0;
};

}   // namespace ssi::test
