// What only the whole cluster can see. F2: of a file's data token one site may write, or several may keep what they have read. F4, F5
// within a partition: copies of one version are alike, and no two versions are in conflict. At rest also F3, F6: all copies are of the
// latest version, which the CSS knows; each file has one name, and each name a file. In partition sets copies may differ on two sides of a
// cut, and afterwards if the CSS says so.
#include <map>
#include <set>

#include "models/protocol/locus_files/node.hpp"

namespace ssi::locus {
namespace {

std::string name_of(FileId file) { return "file " + std::to_string(file); }

bool alike(const Pack& a, const Pack& b, FileId file) {
  const Inode &left = *a.committed(file), &right = *b.committed(file);
  if (left.size != right.size || left.entries != right.entries || left.deleted != right.deleted || left.parent != right.parent)
    return false;
  const Pack::Pages ours = a.durable(file), theirs = b.durable(file);
  for (std::uint64_t page = 0; page < left.pages(); ++page) {
    const auto one = ours.find(page), other = theirs.find(page);
    std::vector<std::byte> x(kPage), y(kPage);
    if (one != ours.end() && one->second) std::copy(one->second->begin(), one->second->end(), x.begin());
    if (other != theirs.end() && other->second) std::copy(other->second->begin(), other->second->end(), y.begin());
    if (x != y) return false;
  }
  return true;
}

bool by_sets(const std::vector<const Node*>& nodes) { return !nodes.empty() && !nodes.front()->settings().members.empty(); }

bool in_conflict(const std::vector<const Node*>& nodes, FileId file) {
  const NodeId css = nodes.front()->settings().css_of(Name::of(file).filegroup);
  const auto& known = nodes[css.value]->synchronization_site().files();
  const auto at = known.find(file);
  return at != known.end() && at->second.conflict;
}

std::string wrong_copies(const std::vector<const Node*>& nodes, bool at_rest) {
  std::map<FileId, const Pack*> seen;
  for (const Node* node : nodes)
    for (const auto& [file, stored] : node->storage_site().pack().all()) {
      if (!stored.inode) continue;
      const auto [at, first] = seen.emplace(file, &node->storage_site().pack());
      if (first) continue;
      const Order order = stored.inode->version.compare(at->second->committed(file)->version);
      if (by_sets(nodes) && (at_rest ? in_conflict(nodes, file) : order == Order::conflict)) continue;
      if (order == Order::conflict) return name_of(file) + " has two versions in conflict";
      if (at_rest && order != Order::same) return name_of(file) + " has an old copy, and nobody pulls the new one";
      if (at_rest && !alike(*at->second, node->storage_site().pack(), file)) return name_of(file) + ": copies of one version differ";
    }
  return "";
}

}   // namespace

// While sets change, a site that does not know yet believes in a token of a storage site that has given it up.
std::string broken_rule(const std::vector<const Node*>& nodes) {
  if (by_sets(nodes)) return wrong_copies(nodes, false);
  std::map<FileId, std::pair<int, int>> held;   // writers, others
  for (const Node* node : nodes)
    for (const auto& [file, use] : node->using_site().uses()) {
      held[file].first += use.token.right == Right::write;
      held[file].second += use.token.right == Right::read;
    }
  for (const auto& [file, rights] : held)
    if (rights.first > 1 || (rights.first == 1 && rights.second > 0))
      return name_of(file) + " can be written on one site and read on another";
  return wrong_copies(nodes, false);
}

std::string broken_rule_at_rest(const std::vector<const Node*>& nodes) {
  if (std::string wrong = wrong_copies(nodes, true); !wrong.empty()) return wrong;
  std::map<FileId, int> names;
  std::map<FileId, const Node*> live;
  for (const Node* node : nodes)
    for (const auto& [file, stored] : node->storage_site().pack().all()) {
      if (!stored.inode || stored.inode->deleted) continue;
      live[file] = node;
      for (NodeId site : stored.inode->sites)
        if (!nodes[site.value]->storage_site().pack().committed(file)) return name_of(file) + " is not where it shall be stored";
    }
  for (const auto& [file, node] : live) {
    const auto known = nodes[node->settings().css_of(Name::of(file).filegroup).value]->synchronization_site().files().find(file);
    const Pack& pack = node->storage_site().pack();
    if (known == nodes[node->settings().css_of(Name::of(file).filegroup).value]->synchronization_site().files().end())
      return name_of(file) + " is not known to its CSS";
    if (!known->second.conflict && known->second.latest.compare(pack.committed(file)->version) != Order::same)
      return name_of(file) + ": the CSS knows another version";
    if (!pack.committed(file)->directory) continue;
    std::uint64_t entries = 0;
    for (const auto& [page, data] : pack.durable(file))
      for (const Record& record : records_of(data)) {
        if (record.entry.file == vnode::kNoFile) continue;
        ++entries;
        ++names[record.entry.file];
        if (!live.contains(record.entry.file)) return "a name stands for " + name_of(record.entry.file) + ", which is not there";
      }
    if (entries != pack.committed(file)->entries) return "directory " + std::to_string(file) + " counts its entries wrongly";
  }
  for (const auto& [file, node] : live) {
    const auto& known = nodes[node->settings().css_of(Name::of(file).filegroup).value]->synchronization_site().files().at(file);
    if (known.unlinked) continue;   // somebody has it open
    if (names[file] != (file == vnode::kRoot ? 0 : 1)) return name_of(file) + " has " + std::to_string(names[file]) + " names";
  }
  return "";
}

}   // namespace ssi::locus
