// The messages about pages with homes, one closed variant. README.md gives each a line.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "models/port/clock.hpp"
#include "models/port/coherence.hpp"
#include "models/port/message.hpp"
#include "models/port/page_diff.hpp"

namespace ssi::hlrc {

struct Flush {
  static constexpr std::string_view kName = "FLUSH";
  PageId page;
  std::uint32_t interval = 0;   // of the sender
  std::uint32_t previous = 0;   // the sender's last one that wrote this page: it is applied first
  std::shared_ptr<const PageDiff> diff;
};
struct Fetch {
  static constexpr std::string_view kName = "FETCH";
  PageId page;
  std::shared_ptr<const Clock> needed;   // intervals that the copy has to have
};
struct Page {
  static constexpr std::string_view kName = "PAGE";
  PageId page;
  std::shared_ptr<const Clock> has;
  PageData data{};
};

inline std::uint64_t bytes_of(const Flush& m) { return kHeaderBytes + 16 + m.diff->bytes(); }
inline std::uint64_t bytes_of(const Fetch& m) { return kHeaderBytes + 8 + m.needed->bytes(); }
inline std::uint64_t bytes_of(const Page& m) { return kHeaderBytes + 8 + m.has->bytes() + m.data.size(); }

using Message = std::variant<Flush, Fetch, Page>;

}   // namespace ssi::hlrc
