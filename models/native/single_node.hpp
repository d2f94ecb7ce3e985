// A kernel that knows no other node, and its parts, with a platform's costs.
#pragma once
#include <memory>

#include "models/native/channels.hpp"
#include "models/native/file_part.hpp"
#include "models/native/kernel.hpp"
#include "models/native/segments.hpp"

namespace ssi::native {

// A file system on the node's own disk. `disk`: what an earlier incarnation has left there; nullptr: nothing.
template <class C>
std::unique_ptr<FileStore> store_of_one_node(NodeId self, const C& costs, const std::shared_ptr<const Durable>& disk = nullptr) {
  const auto* left = dynamic_cast<const DurableFiles*>(disk.get());
  return std::make_unique<FileStore>(self, FileCosts::of(costs), FileSettings::of(costs, true), left ? left->image : DiskImage{});
}

template <class C>
Parts parts_of_one_node(NodeId self, const C& costs, const std::shared_ptr<const Durable>& disk = nullptr) {
  Parts parts;
  parts.set(CallClass::file, std::make_unique<FilePart>(self, FileCosts::of(costs), store_of_one_node(self, costs, disk)));
  parts.set(CallClass::channel, std::make_unique<Channels>(self, ChannelSettings::of(costs)));
  parts.set(CallClass::segment, std::make_unique<Segments>(self, SegmentSettings::of(costs)));
  return parts;
}

template <class S>   // a node's setup
Kernel kernel_of_one_node(const S& setup) {
  return {setup.self, setup.incarnation, Costs::of(setup.costs), parts_of_one_node(setup.self, setup.costs, setup.disk)};
}

}   // namespace ssi::native
