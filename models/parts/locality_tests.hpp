// Places of a part where a single node's code touched a resource that may now be elsewhere, for a design that counts them.
#pragma once
#include <cstdint>
#include <optional>

#include "models/base/time.hpp"
#include "models/port/effects.hpp"

namespace ssi::parts {

struct LocalityTests {
  std::optional<std::uint32_t> first{};   // the number of the part's first one among the design's; none: they are not counted
  Duration cost{};                        // CPU time of one

  template <class Test>
  bool here(Test test, bool is_here, Effects& out) const {
    if (!first) return is_here;
    out.work(cost, Work::dispatch);
    const std::uint32_t site = *first + static_cast<std::uint32_t>(test);
    out.note(Note::Kind::locality_test, site);
    if (!is_here) out.note(Note::Kind::shipped, site);
    return is_here;
  }
};

}   // namespace ssi::parts
