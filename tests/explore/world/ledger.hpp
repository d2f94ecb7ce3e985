// What a perfect memory would know: the order in which values were written to each word. Values are unique, 0 is the first.
// Written by the hosts of the machines, never by a protocol.
#pragma once
#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "models/port/coherence.hpp"

namespace ssi::test {

struct Word {
  PageId page;
  std::uint32_t offset = 0;
  friend auto operator<=>(const Word&, const Word&) = default;
};

class Ledger {
 public:
  void wrote(Word word, std::uint64_t value) {
    Log& log = logs_[word];
    log.place[value] = log.values.size();
    log.values.push_back(value);
  }
  std::uint64_t latest(Word word) const {
    const auto found = logs_.find(word);
    return found == logs_.end() ? 0 : found->second.values.back();
  }
  std::size_t writes(Word word) const {   // the place of the latest value
    const auto found = logs_.find(word);
    return found == logs_.end() ? 0 : found->second.values.size() - 1;
  }
  // nullopt: nobody wrote it.
  std::optional<std::size_t> place(Word word, std::uint64_t value) const {
    const auto found = logs_.find(word);
    if (found == logs_.end()) return value == 0 ? std::optional<std::size_t>(0) : std::nullopt;
    const auto at = found->second.place.find(value);
    return at == found->second.place.end() ? std::nullopt : std::optional<std::size_t>(at->second);
  }
  std::vector<Word> words() const {
    std::vector<Word> words;
    for (const auto& [word, log] : logs_) words.push_back(word);
    return words;
  }

 private:
  struct Log {
    std::vector<std::uint64_t> values{0};
    std::map<std::uint64_t, std::size_t> place{{0, 0}};
  };
  std::map<Word, Log> logs_;
};

}   // namespace ssi::test
