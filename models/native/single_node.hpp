// The parts of a kernel that knows no other node, with a platform's costs.
#pragma once
#include <memory>

#include "models/native/channels.hpp"
#include "models/native/part.hpp"
#include "models/native/segments.hpp"

namespace ssi::native {

template <class C>
Parts single_node(NodeId self, const C& costs) {
  Parts parts;
  parts.set(CallClass::channel, std::make_unique<Channels>(self, ChannelSettings::of(costs)));
  parts.set(CallClass::segment, std::make_unique<Segments>(self, SegmentSettings::of(costs)));
  return parts;
}

}   // namespace ssi::native
