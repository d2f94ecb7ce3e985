// Files of the whole cluster: the vnode switch of each node over one remote file system (models/protocol/nfs or cfs), whose disk is on one
// node. Open files go along with a process. Their offsets stay shared under cfs (models/protocol/offset); under nfs each node has its own.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "models/config/platform.hpp"
#include "models/native/part.hpp"

namespace ssi::parts {

struct FileChoices {
  bool tokens = true;   // cfs; else nfs
  NodeId server{};
  Duration attribute_timeout{};          // nfs
  bool hard = true;                      // nfs
  Duration dispatch{};                   // at the vnode switch, for each operation
  std::optional<std::uint32_t> site{};   // its number among the design's locality tests, if it is one
};

std::unique_ptr<native::Part> cluster_files(NodeId self, const config::NodeCosts& costs, const std::shared_ptr<const Durable>& disk,
                                            const FileChoices& choices);

// Whether a page is writable on at most one node, and then readable on no other; always true of nfs, which promises nothing.
bool one_writer(const std::vector<const native::Parts*>& nodes);
bool one_offset(const std::vector<const native::Parts*>& nodes);   // each shared offset is valid on one node at most

}   // namespace ssi::parts
