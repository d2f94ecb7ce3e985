// What a file is to all roles: its low-level name <filegroup, inode number>, which all its copies share, and its inode.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/port/vnode.hpp"
#include "models/protocol/locus_files/version_vector.hpp"

namespace ssi::locus {

using vnode::FileId;
inline constexpr std::uint64_t kPage = 4096;

// The name in a number: generation, filegroup, the pack from whose pool the inode number is, and the number. Each pack has a pool of its
// own, so that no two ever make the same one, partition or not; a number that is used again has another generation.
struct Name {
  std::uint32_t generation{}, filegroup{};
  NodeId pool;
  std::uint32_t number{};

  static constexpr Name of(FileId file) {
    return {static_cast<std::uint32_t>(file >> 44), static_cast<std::uint32_t>(file >> 36) & 0xffU,
            NodeId{static_cast<std::uint32_t>(file >> 24) & 0xfffU}, static_cast<std::uint32_t>(file) & 0xffffffU};
  }
  constexpr FileId file() const {
    return std::uint64_t{generation} << 44 | std::uint64_t{filegroup} << 36 | std::uint64_t{pool.value} << 24 | number;
  }
};
static_assert(Name{0, 0, NodeId{0}, 1}.file() == vnode::kRoot);

struct Inode {
  VersionVector version{};
  std::uint64_t size{};       // bytes
  std::uint64_t entries{};    // of a directory
  std::uint64_t contents{};   // how often its contents were written (mtime)
  FileId parent{};            // of a directory
  bool directory = false, deleted = false;
  std::vector<NodeId> sites{};   // that have a copy, or shall

  std::uint64_t pages() const { return (size + kPage - 1) / kPage; }
  bool stored_at(NodeId site) const { return std::find(sites.begin(), sites.end(), site) != sites.end(); }
  std::uint64_t bytes() const { return 64 + version.bytes() + 2 * sites.size(); }   // on the wire
  vnode::Attributes attributes(FileId file) const { return {file, directory ? entries : size, contents, directory ? 2U : 1U, directory}; }
};
using InodePtr = std::shared_ptr<const Inode>;
inline std::uint64_t bytes_of(const InodePtr& inode) { return inode ? inode->bytes() : 0; }

}   // namespace ssi::locus
