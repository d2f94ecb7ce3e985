// Numbers for pages that have timers, in the order of their first use: a page's own number may be of any size, a timer's key is not.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "models/port/page.hpp"

namespace ssi {

class PageNumbers {
 public:
  std::uint64_t of(PageId page) {
    const auto [at, fresh] = numbers_.try_emplace(page, pages_.size());
    if (fresh) pages_.push_back(page);
    return at->second;
  }
  PageId page(std::uint64_t number) const { return pages_.at(number); }   // one that `of` returned

 private:
  std::map<PageId, std::uint64_t> numbers_;
  std::vector<PageId> pages_;
};

}   // namespace ssi
