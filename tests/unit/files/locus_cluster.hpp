// Locus files on the network of cluster.hpp. One filegroup's CSS is node 0.
#pragma once
#include "models/protocol/locus_files/node.hpp"
#include "tests/unit/files/cluster.hpp"

namespace ssi::test {

using locus::kPage;

inline FilesCluster locus_cluster(const locus::Settings& given, std::uint32_t nodes = 4) {
  locus::Settings settings = given;
  settings.nodes = nodes;
  return {nodes, [=](NodeId self) -> std::unique_ptr<vnode::FileSystem> { return std::make_unique<locus::Node>(self, settings); }};
}
inline std::vector<const locus::Node*> nodes_of(const FilesCluster& cluster, std::uint32_t nodes = 4) {
  std::vector<const locus::Node*> out;
  for (std::uint32_t id = 0; id < nodes; ++id) out.push_back(&cluster.below<locus::Node>(id));
  return out;
}
inline std::string pages(std::uint64_t count, char with = 'x') { return std::string(count * kPage, with); }
inline Seek start_of(std::int32_t file) { return {file, 0, Seek::From::start}; }

}   // namespace ssi::test
