// Release consistency, from what threads saw: happens-before by vector clocks over locks and barriers. The program must be free
// of data races (found here too); then each read has one write that it must return, the latest that happened before it.
// Knows nothing of protocols. A finding throws InvariantBroken.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "models/port/coherence.hpp"
#include "tests/explore/world/ledger.hpp"

namespace ssi::test {

class ReleaseChecker {
 public:
  explicit ReleaseChecker(std::uint32_t threads) : now_(threads, Ticks(threads, 0)) {
    for (std::uint32_t t = 0; t < threads; ++t) now_[t][t] = 1;
  }

  void acquired(std::uint32_t thread, coherence::LockId lock);      // when the thread goes on
  void released(std::uint32_t thread, coherence::LockId lock);      // when it calls
  void arrived(std::uint32_t thread, coherence::LockId barrier);    // that all threads come to once, when it calls
  void departed(std::uint32_t thread, coherence::LockId barrier);   // when it goes on
  void read(std::uint32_t thread, Word word, std::uint64_t value);
  void wrote(std::uint32_t thread, Word word, std::uint64_t value);
  std::uint64_t latest(Word word) const;   // of a word that nobody is writing

 private:
  using Ticks = std::vector<std::uint32_t>;
  struct Touched {
    std::uint32_t writer = 0, at = 0;   // at 0: never written
    std::uint64_t value = 0;
    Ticks readers;   // when each thread read it last
  };
  bool before(std::uint32_t thread, std::uint32_t at, std::uint32_t now) const { return now_[now][thread] >= at; }
  Touched& touched(Word word);

  std::vector<Ticks> now_;
  std::map<coherence::LockId, Ticks> locks_;
  std::map<coherence::LockId, std::uint32_t> holders_;
  struct Gathering {
    Ticks clock;   // of those who have arrived
    std::size_t arrived = 0;
  };
  std::map<coherence::LockId, Gathering> barriers_;
  std::map<Word, Touched> words_;
};

}   // namespace ssi::test
