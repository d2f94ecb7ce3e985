// The parts of a kernel that knows no other node, with a platform's costs.
#pragma once
#include <memory>

#include "models/native/channels.hpp"
#include "models/native/part.hpp"

namespace ssi::native {

template <class C>
Parts single_node(NodeId self, const C& costs) {
  Parts parts;
  parts.set(CallClass::channel, std::make_unique<Channels>(self, ChannelSettings::of(costs)));
  return parts;
}

}   // namespace ssi::native
