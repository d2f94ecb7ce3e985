// What a writer has changed in a page: runs of bytes that differ from the twin, the copy made before its first write. Diffs of
// writers that changed different bytes can be applied in any order (Munin, TreadMarks).
#pragma once
#include <cstdint>
#include <vector>

#include "models/port/page.hpp"

namespace ssi {

class PageDiff {
 public:
  PageDiff() = default;
  PageDiff(const PageData& twin, const PageData& page);   // pages of one size

  void apply(PageData& page) const;
  bool empty() const { return runs_.empty(); }
  std::uint64_t bytes() const;   // on the wire: 2 for the offset and 2 for the length of each run, and its bytes
  bool overlaps(const PageDiff& other) const;
  void hash_into(StateHash& hash) const;

 private:
  struct Run {
    std::uint32_t offset;
    std::vector<std::byte> bytes;
  };
  std::vector<Run> runs_;   // ascending, apart
};

}   // namespace ssi
