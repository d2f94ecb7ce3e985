#include "models/port/page_diff.hpp"

#include "models/base/check.hpp"

namespace ssi {

PageDiff::PageDiff(const PageData& twin, const PageData& page) {
  SSI_CHECK(twin.size() == page.size(), "a diff of pages of different sizes");
  std::vector<std::byte> before(page.size()), after(page.size());
  twin.read(0, before);
  page.read(0, after);
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    if (before[i] == after[i]) continue;
    if (runs_.empty() || runs_.back().offset + runs_.back().bytes.size() != i) runs_.push_back({i, {}});
    runs_.back().bytes.push_back(after[i]);
  }
}

void PageDiff::apply(PageData& page) const {
  for (const Run& run : runs_) page.write(run.offset, run.bytes);
}

std::uint64_t PageDiff::bytes() const {
  std::uint64_t sum = 0;
  for (const Run& run : runs_) sum += 4 + run.bytes.size();
  return sum;
}

bool PageDiff::overlaps(const PageDiff& other) const {
  for (const Run& a : runs_)
    for (const Run& b : other.runs_)
      if (a.offset < b.offset + b.bytes.size() && b.offset < a.offset + a.bytes.size()) return true;
  return false;
}

void PageDiff::hash_into(StateHash& hash) const {
  for (const Run& run : runs_) {
    hash.add(run.offset);
    for (const std::byte byte : run.bytes) hash.add(std::to_integer<std::uint64_t>(byte));
  }
}

}   // namespace ssi
