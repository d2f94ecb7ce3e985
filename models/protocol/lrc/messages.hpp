// The messages about pages without homes, one closed variant. README.md gives each a line.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "models/port/clock.hpp"
#include "models/port/coherence.hpp"
#include "models/port/message.hpp"
#include "models/port/page_diff.hpp"

namespace ssi::lrc {

// Which interval: its writer, and its number there.
struct Stamp {
  NodeId node;
  std::uint32_t number = 0;
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};
using Stamps = std::vector<Stamp>;

struct GetDiffs {
  static constexpr std::string_view kName = "GET_DIFFS";
  PageId page;
  std::shared_ptr<const Stamps> wanted;
};
struct Diffs {
  static constexpr std::string_view kName = "DIFFS";
  struct One {
    Stamp stamp;
    std::shared_ptr<const PageDiff> diff;
  };
  PageId page;
  std::shared_ptr<const std::vector<One>> found;   // of what was wanted; what is left out has to be asked of its writer
};
struct GetCopy {
  static constexpr std::string_view kName = "GET_COPY";
  PageId page;
  std::shared_ptr<const Clock> needed;   // intervals whose diffs are collected: the copy has to have them
};
struct Copy {
  static constexpr std::string_view kName = "COPY";
  PageId page;
  std::shared_ptr<const Clock> has;
  PageData data{};
};

inline std::uint64_t bytes_of(const GetDiffs& m) { return kHeaderBytes + 8 + 8 * m.wanted->size(); }
inline std::uint64_t bytes_of(const Diffs& m) {
  std::uint64_t sum = kHeaderBytes + 8;
  for (const Diffs::One& one : *m.found) sum += 8 + one.diff->bytes();
  return sum;
}
inline std::uint64_t bytes_of(const GetCopy& m) { return kHeaderBytes + 8 + m.needed->bytes(); }
inline std::uint64_t bytes_of(const Copy& m) { return kHeaderBytes + 8 + m.has->bytes() + m.data.size(); }

using Message = std::variant<GetDiffs, Diffs, GetCopy, Copy>;

}   // namespace ssi::lrc
