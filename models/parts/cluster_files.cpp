#include "models/parts/cluster_files.hpp"

#include "models/native/single_node.hpp"
#include "models/protocol/cfs/node.hpp"
#include "models/protocol/nfs/client.hpp"
#include "models/protocol/nfs/server.hpp"
#include "models/protocol/offset/tokens.hpp"

namespace ssi::parts {
namespace {

constexpr bool kStable = true;   // a server of NFS answers what is durable (RFC 1094)

std::unique_ptr<vnode::FileSystem> below(NodeId self, const config::NodeCosts& costs, const std::shared_ptr<const Durable>& disk,
                                         const FileChoices& choices) {
  const native::FileCosts own = native::FileCosts::of(costs);
  std::unique_ptr<vnode::FileSystem> store;
  if (self == choices.server) store = native::store_of_one_node(self, costs, disk);
  if (choices.tokens) {
    const cfs::Settings settings{.cache_tokens = std::max<std::uint64_t>(8, costs.page_cache / native::kBlockBytes), .site = choices.site};
    return std::make_unique<cfs::Node>(self, choices.server, settings, cfs::Costs{own.lookup, own.io, own.page, own.copy_per_kib},
                                       std::move(store));
  }
  if (store) return std::make_unique<nfs::Server>(std::move(store), kStable);
  nfs::Settings settings;
  settings.attribute_timeout = choices.attribute_timeout;
  settings.cache_blocks = std::max<std::uint64_t>(8, costs.page_cache / nfs::kBlock);
  settings.hard = choices.hard;
  settings.site = choices.site;
  return std::make_unique<nfs::Client>(self, choices.server, settings, nfs::Costs{own.lookup, own.io, own.page, own.copy_per_kib});
}

}   // namespace

std::unique_ptr<native::Part> cluster_files(NodeId self, const config::NodeCosts& costs, const std::shared_ptr<const Durable>& disk,
                                            const FileChoices& choices) {
  return std::make_unique<native::FilePart>(self, native::FileCosts::of(costs), below(self, costs, disk, choices),
                                            native::VnodeSwitch{choices.dispatch, choices.site, true},
                                            choices.tokens ? std::make_unique<offset::Tokens>(self) : nullptr);
}

bool one_offset(const std::vector<const native::Parts*>& nodes) {
  std::vector<const offset::Tokens*> tokens;
  for (const native::Parts* parts : nodes)
    if (const auto* files = dynamic_cast<const native::FilePart*>(parts->part(CallClass::file)))
      if (const auto* own = dynamic_cast<const offset::Tokens*>(files->offsets())) tokens.push_back(own);
  return offset::one_holder(tokens);
}

bool one_writer(const std::vector<const native::Parts*>& nodes) {
  std::vector<const cfs::Node*> of_tokens;
  for (const native::Parts* parts : nodes)
    if (const auto* files = dynamic_cast<const native::FilePart*>(parts->part(CallClass::file)))
      if (const auto* node = dynamic_cast<const cfs::Node*>(&files->below())) of_tokens.push_back(node);
  return cfs::one_writer(of_tokens);
}

}   // namespace ssi::parts
