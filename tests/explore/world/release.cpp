#include "tests/explore/world/release.hpp"

#include <algorithm>
#include <string>

#include "models/base/check.hpp"

namespace ssi::test {
namespace {

void merge(std::vector<std::uint32_t>& into, const std::vector<std::uint32_t>& from) {
  into.resize(std::max(into.size(), from.size()));
  for (std::size_t i = 0; i < from.size(); ++i) into[i] = std::max(into[i], from[i]);
}

std::string text_of(Word word) { return std::to_string(word.page.value) + "+" + std::to_string(word.offset); }

}   // namespace

ReleaseChecker::Touched& ReleaseChecker::touched(Word word) {
  Touched& t = words_[word];
  t.readers.resize(now_.size());
  return t;
}

void ReleaseChecker::acquired(std::uint32_t thread, coherence::LockId lock) {
  SSI_INVARIANT(holders_.try_emplace(lock, thread).second, "L7: two threads hold lock " + std::to_string(lock.value));
  merge(now_[thread], locks_[lock]);
}

void ReleaseChecker::released(std::uint32_t thread, coherence::LockId lock) {
  holders_.erase(lock);
  locks_[lock] = now_[thread];
  ++now_[thread][thread];
}

void ReleaseChecker::arrived(std::uint32_t thread, coherence::LockId barrier) {
  Gathering& all = barriers_[barrier];
  merge(all.clock, now_[thread]);
  ++all.arrived;
  ++now_[thread][thread];
}

void ReleaseChecker::departed(std::uint32_t thread, coherence::LockId barrier) {
  const Gathering& all = barriers_[barrier];
  SSI_INVARIANT(all.arrived == now_.size(), "a barrier let thread " + std::to_string(thread) + " go before all had come");
  merge(now_[thread], all.clock);
}

void ReleaseChecker::read(std::uint32_t thread, Word word, std::uint64_t value) {
  Touched& t = touched(word);
  SSI_INVARIANT(t.at == 0 || before(t.writer, t.at, thread), "the program has a race: a read of " + text_of(word));
  SSI_INVARIANT(value == t.value, "L1: thread " + std::to_string(thread) + " reads " + std::to_string(value) + " at " + text_of(word) +
                                      ", the latest write before it was " + std::to_string(t.value));
  t.readers[thread] = now_[thread][thread];
}

void ReleaseChecker::wrote(std::uint32_t thread, Word word, std::uint64_t value) {
  Touched& t = touched(word);
  SSI_INVARIANT(t.at == 0 || before(t.writer, t.at, thread), "the program has a race: writes of " + text_of(word));
  for (std::uint32_t r = 0; r < t.readers.size(); ++r)
    SSI_INVARIANT(before(r, t.readers[r], thread), "the program has a race: a write of " + text_of(word) + " against a read");
  t.writer = thread;
  t.at = now_[thread][thread];
  t.value = value;
}

std::uint64_t ReleaseChecker::latest(Word word) const {
  const auto found = words_.find(word);
  return found == words_.end() ? 0 : found->second.value;
}

}   // namespace ssi::test
