// The diffs that a node keeps, its own and those that it has fetched: who has to have another's diff can hand it on.
// Invariant: of an interval and a page there is one diff, whoever has it.
#pragma once
#include <map>
#include <memory>
#include <tuple>

#include "models/port/digest.hpp"
#include "models/protocol/lrc/messages.hpp"

namespace ssi::lrc {

class DiffStore {
 public:
  using Diff = std::shared_ptr<const PageDiff>;

  void keep(PageId page, Stamp stamp, Diff diff) {
    const auto [at, fresh] = diffs_.try_emplace({page, stamp}, std::move(diff));
    if (fresh) bytes_ += kEntryBytes + at->second->bytes();
  }
  Diff find(PageId page, Stamp stamp) const {   // nullptr: not here
    const auto found = diffs_.find({page, stamp});
    return found == diffs_.end() ? nullptr : found->second;
  }
  void forget(const Clock& floor) {
    std::erase_if(diffs_, [&](const auto& entry) {
      const Stamp stamp = entry.first.second;
      if (stamp.number > floor.of(stamp.node)) return false;
      bytes_ -= kEntryBytes + entry.second->bytes();
      return true;
    });
  }
  std::uint64_t bytes() const { return bytes_; }
  std::size_t size() const { return diffs_.size(); }
  void hash_into(Digest& digest) const {
    StateHash contents;
    for (const auto& [key, diff] : diffs_) {
      digest.add(key.first.value);
      digest.add(key.second.node);
      digest.add(std::uint64_t{key.second.number});
      diff->hash_into(contents);
    }
    digest.add(contents.value());
  }

 private:
  static constexpr std::uint64_t kEntryBytes = 16;   // of its record
  std::map<std::pair<PageId, Stamp>, Diff> diffs_;
  std::uint64_t bytes_ = 0;
};

}   // namespace ssi::lrc
