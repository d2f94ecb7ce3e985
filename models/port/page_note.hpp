// What only a coherence machine can see of a page, for results: figures are derived from it elsewhere.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/port/page.hpp"

namespace ssi {

struct PageNote {
  enum class Kind : std::uint8_t {
    fault,          // an access that asks another node; one behind it that waits for the same page is none
    invalidation,   // a write elsewhere takes the copy away, if there still is one
    forward,        // a request was sent on to the owner, or towards it
    transfer,       // a whole page was sent to another node
    retry,          // a request that was refused is sent again
    eviction,
    prefetch,
    transition   // from `state` to another by `event`
  } kind;
  PageId page;
  std::string_view state{}, event{};   // of the protocol's table
  std::string_view table{};            // what the page holds; its host knows
  bool writable = false;          // `transition`: whether the node may write the page now; its host knows
};
inline constexpr std::size_t kPageNotes = 8;   // kinds

}   // namespace ssi
