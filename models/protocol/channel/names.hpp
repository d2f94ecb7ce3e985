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

// Which node keeps a name: all nodes share the work by its hash, or one node has it.
struct NameServers {
  std::uint32_t nodes = 1;
  bool by_hash = true;
  NodeId fixed{};
  NodeId of(std::string_view name) const { return by_hash ? NodeId{static_cast<std::uint32_t>(hash_of(name) % nodes)} : fixed; }
};

}   // namespace ssi::channel
