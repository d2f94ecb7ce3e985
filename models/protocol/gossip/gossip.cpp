#include "models/protocol/gossip/gossip.hpp"

namespace ssi::gossip {

void Gossip::start(Effects& out) {
  if (started() || nodes_ < 2) return;
  const std::uint64_t phase = draws_.below(static_cast<std::uint64_t>(settings_.period.ns));
  out.set_timer(key_, ++generation_, nanoseconds(static_cast<std::int64_t>(phase)), true);
}

// Two different peers: the second draw is among what the first has left.
void Gossip::on_timer(const TimerEvent& timer, std::uint32_t own_load, Effects& out) {
  if (timer.generation != generation_) return;   // late
  const std::uint64_t first_draw = draws_.below(nodes_ - 1);
  const NodeId first = peer(first_draw, self_);
  tell(first, own_load, out);
  if (nodes_ > kPeers) {
    const std::uint64_t second_draw = draws_.below(nodes_ - 2);
    tell(peer(second_draw, first), own_load, out);
  }
  out.set_timer(key_, ++generation_, settings_.period, true);
}

// The draw-th node of those that are neither this one nor `not_this`.
NodeId Gossip::peer(std::uint64_t draw, NodeId not_this) const {
  for (std::uint32_t node = 0;; ++node) {
    if (node == self_.value || node == not_this.value) continue;
    if (draw-- == 0) return NodeId{node};
  }
}

void Gossip::tell(NodeId peer, std::uint32_t own_load, Effects& out) const { out.send(peer, TxnId{0}, Message{Load{own_load}}); }

void Gossip::on_message(Instant now, NodeId from, const Load& news) { table_[from] = {news.load, now}; }

NodeId Gossip::choose(Instant now, std::uint32_t own_load) const {
  NodeId best = self_;
  std::uint32_t least = own_load;
  for (const auto& [node, news] : table_) {
    if (now - news.heard > settings_.max_age) continue;
    if (news.load > least || (news.load == least && node > best)) continue;
    best = node;
    least = news.load;
  }
  return best;
}

void Gossip::placed(NodeId node) {
  if (const auto found = table_.find(node); found != table_.end()) ++found->second.load;
}

std::optional<std::uint32_t> Gossip::known(NodeId node) const {
  const auto found = table_.find(node);
  return found == table_.end() ? std::nullopt : std::optional(found->second.load);
}

void Gossip::hash_into(StateHash& hash) const {
  hash.add(generation_);
  draws_.hash_into(hash);
  hash.add(table_.size());
  for (const auto& [node, news] : table_) {
    hash.add(node);
    hash.add(std::uint64_t{news.load});
    hash.add(static_cast<std::uint64_t>(news.heard.ns));
  }
}

}   // namespace ssi::gossip
