#include "tests/explore/world/canonical.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace ssi::test {
namespace {

// Meets every transaction that somebody remembers.
class Collector final : public Digest {
 public:
  std::uint64_t number(TxnId txn) override {
    met.insert(txn);
    return 0;
  }
  std::set<TxnId> met;
};

class Renamed final : public Digest {
 public:
  Renamed(const Cluster& cluster, std::optional<PageId> page, const Names& names, const std::set<TxnId>& live)
      : cluster_(cluster), page_(page), names_(names), live_(live) {}

  NodeId name(NodeId node) const override { return node.value < names_.size() ? names_[node.value] : node; }
  // Its rank among its owner's live ones.
  std::uint64_t number(TxnId txn) override {
    if (txn == TxnId{}) return 0;
    const NodeId owner = coherence::owner_of(txn);
    const auto first = live_.lower_bound(coherence::make_txn(owner, 0));
    const auto rank = static_cast<std::uint64_t>(std::distance(first, live_.find(txn))) + 1;
    return std::uint64_t{name(owner).value} << 32 | rank;
  }
  // Whether it is current, and for each load under way whether it was when that began.
  std::uint64_t contents(const PageData& data) const override {
    if (!page_) return Digest::contents(data);
    const Word word{*page_, 0};
    const std::size_t place = *cluster_.ledger().place(word, data.word(0));
    std::uint64_t bits = place == cluster_.ledger().writes(word);
    std::array<unsigned, 8> earlier{};   // accesses of each node
    for (const auto& [ticket, pending] : cluster_.pending()) {
      const auto bit = name(pending.node).value * 4 + earlier[pending.node.value]++;
      if (!pending.access.writes() && place >= pending.from) bits |= std::uint64_t{2} << bit;
    }
    return bits;
  }
  bool exact() const override { return false; }

 private:
  const Cluster& cluster_;
  std::optional<PageId> page_;   // the only one; none: contents matter as they are
  const Names& names_;
  const std::set<TxnId>& live_;
};

// Messages that may not overtake one another keep their order; `chain` gives each channel a running number.
std::vector<std::uint64_t> hash_flights(const Cluster& cluster, std::optional<PageId> page, const Names& names,
                                        const std::set<TxnId>& live) {
  std::vector<std::uint64_t> hashes;
  std::map<std::tuple<NodeId, NodeId, Priority>, std::uint64_t> chain;
  for (const auto& flight : cluster.flights()) {
    const Header& header = flight.message.header;
    Renamed digest(cluster, page, names, live);
    digest.add(header.from);
    digest.add(header.to);
    digest.add(header.txn);
    cluster.machine(header.to).hash_message(flight.message.body, digest);
    if (cluster.options().fifo) {
      digest.add(static_cast<std::uint64_t>(header.priority));
      digest.add(chain[{header.from, header.to, header.priority}]++);
    }
    hashes.push_back(digest.value());
  }
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

std::uint64_t hash_named(const Cluster& cluster, std::optional<PageId> page, const Names& names, const std::set<TxnId>& live) {
  std::vector<NodeId> by_name(names.size());
  for (std::uint32_t n = 0; n < names.size(); ++n) by_name[names[n].value] = {n};
  Renamed digest(cluster, page, names, live);
  for (const NodeId node : by_name) {
    cluster.machine(node).hash_into(digest);
    digest.add(std::uint64_t{0x5eb});
    for (const auto& [ticket, pending] : cluster.pending())
      if (pending.node == node) digest.add(static_cast<std::uint64_t>(pending.access.kind) + 1);
  }
  std::vector<std::uint64_t> rest = hash_flights(cluster, page, names, live);
  const std::size_t messages = rest.size();
  for (const auto& timer : cluster.timers()) {
    Renamed t(cluster, page, names, live);
    t.add(timer.node);
    t.add(timer.key.value);
    t.add(TxnId{timer.generation});
    rest.push_back(t.value());
  }
  std::sort(rest.begin() + static_cast<std::ptrdiff_t>(messages), rest.end());
  digest.add(messages);
  for (const std::uint64_t hash : rest) digest.add(hash);
  return digest.value();
}

}   // namespace

std::vector<Names> renamings(std::uint32_t nodes, std::uint32_t first, std::uint32_t end) {
  std::vector<NodeId> names;
  for (std::uint32_t n = 0; n < nodes; ++n) names.push_back({n});
  std::vector<Names> all;
  do all.push_back(names);
  while (std::next_permutation(names.begin() + first, names.begin() + end));
  return all;
}

namespace {

std::set<TxnId> live_transactions(const Cluster& cluster) {
  Collector collector;
  for (std::uint32_t n = 0; n < cluster.nodes(); ++n) cluster.machine({n}).hash_into(collector);
  for (const auto& flight : cluster.flights()) {
    collector.add(flight.message.header.txn);
    cluster.machine(flight.message.header.to).hash_message(flight.message.body, collector);
  }
  for (const auto& timer : cluster.timers()) collector.add(TxnId{timer.generation});
  collector.met.erase(TxnId{});
  return std::move(collector.met);
}

}   // namespace

std::uint64_t canonical_hash(const Cluster& cluster, PageId page, const std::vector<Names>& renamings) {
  const std::set<TxnId> live = live_transactions(cluster);
  std::uint64_t least = ~std::uint64_t{0};
  for (const Names& names : renamings) least = std::min(least, hash_named(cluster, page, names, live));
  return least;
}

std::uint64_t exact_hash(const Cluster& cluster) {
  Names names;
  for (std::uint32_t n = 0; n < cluster.nodes(); ++n) names.push_back({n});
  return hash_named(cluster, std::nullopt, names, live_transactions(cluster));
}

}   // namespace ssi::test
