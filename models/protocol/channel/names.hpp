// The name server's table: which node has the listener of a name. A name belongs to one node at most; who binds it second is refused.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"

namespace ssi::channel {

class Names {
 public:
  bool bind(const std::string& name, NodeId node) { return table_.emplace(name, node).second; }
  void unbind(const std::string& name, NodeId node) {
    const auto found = table_.find(name);
    if (found != table_.end() && found->second == node) table_.erase(found);
  }
  std::optional<NodeId> find(const std::string& name) const {
    const auto found = table_.find(name);
    return found == table_.end() ? std::nullopt : std::optional(found->second);
  }
  void lost(NodeId node) {
    std::erase_if(table_, [&](const auto& entry) { return entry.second == node; });
  }
  const std::map<std::string, NodeId>& all() const { return table_; }
  void hash_into(StateHash& hash) const {
    for (const auto& [name, node] : table_) {
      hash.add(std::string_view(name));
      hash.add(node);
    }
  }

 private:
  std::map<std::string, NodeId> table_;
};

// The node that a name of the form "2:mail" begins with, as a host and a port of it; none: another form, or there is no such node.
inline std::optional<NodeId> host_of(std::string_view name, std::uint32_t nodes) {
  std::uint64_t host = 0;
  const std::size_t colon = name.find(':');
  if (colon == 0 || colon > 9) return std::nullopt;   // also where there is none
  for (const char digit : name.substr(0, colon)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    host = 10 * host + static_cast<std::uint64_t>(digit - '0');
  }
  return host < nodes ? std::optional(NodeId{static_cast<std::uint32_t>(host)}) : std::nullopt;
}

// Which node keeps a name: all nodes share the work by its hash, or one node has it, or (`by_host`, without an image) the node that the
// name says, which is `fixed`, this node, where it says none.
struct NameServers {
  std::uint32_t nodes = 1;
  bool by_hash = true;
  NodeId fixed{};
  bool by_host = false;
  NodeId of(std::string_view name) const {
    if (by_host) return host_of(name, nodes).value_or(fixed);
    return by_hash ? NodeId{static_cast<std::uint32_t>(hash_of(name) % nodes)} : fixed;
  }
};

}   // namespace ssi::channel
