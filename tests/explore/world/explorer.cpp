#include "tests/explore/world/explorer.hpp"

#include <deque>
#include <unordered_map>

#include "models/base/check.hpp"
#include "tests/explore/world/canonical.hpp"

namespace ssi::test {
namespace {

constexpr PageId kPage{0};

struct Action {
  enum class Kind : std::uint8_t { load, store, evict, deliver, fire } kind;
  std::uint32_t subject;   // node, flight or timer
};

class Search {
 public:
  Search(const Design& design, const Bounds& bounds) : design_(design), bounds_(bounds) {
    const std::uint32_t nodes = bounds.clients + (bounds.home_apart ? 1 : 0);
    const NodeId home{bounds.home_apart ? bounds.clients : 0};
    options_ = {.nodes = nodes, .page_bytes = kWordBytes, .homes = {coherence::Homes::Kind::single, nodes, home}, .fifo = bounds.fifo};
    const std::uint32_t first = bounds.home_apart ? 0 : 1;
    renamings_ = renamings(nodes, design.symmetric ? first : bounds.clients, bounds.clients);
  }

  Explored run() {
    Cluster start(design_, options_);
    note(start, {}, 0, 0);
    while (!frontier_.empty() && result_.wrong.empty()) {
      if (nodes_.size() > bounds_.states) return give_up();
      const std::uint32_t at = frontier_.front().first;
      const Cluster cluster = std::move(frontier_.front().second);
      frontier_.pop_front();
      for (const Action action : actions(cluster)) {
        Cluster next = cluster;
        const NodeId where = place(cluster, action);
        std::string wrong = apply(next, action);
        if (design_.coverage) design_.coverage(next.machine(where), result_.rows);
        ++result_.transitions;
        if (!wrong.empty()) return fail(at, action, std::move(wrong));
        note(std::move(next), action, at, nodes_[at].depth + 1);
      }
    }
    result_.complete = true;
    result_.states = nodes_.size();
    if (const std::uint32_t stuck = find_stuck(); stuck != nodes_.size()) return fail_at(stuck, "D8: no way leads from here to rest");
    return std::move(result_);
  }

 private:
  struct Node {
    std::uint32_t parent;
    Action action;
    std::uint32_t depth;
    bool quiet;
  };

  std::vector<Action> actions(const Cluster& cluster) const {
    std::vector<Action> found;
    std::vector<std::uint32_t> busy(options_.nodes, 0);
    for (const auto& [ticket, pending] : cluster.pending()) ++busy[pending.node.value];
    for (std::uint32_t n = 0; n < bounds_.clients; ++n) {
      if (busy[n] < bounds_.threads) {
        found.push_back({Action::Kind::load, n});
        found.push_back({Action::Kind::store, n});
      }
      if (bounds_.evictions) found.push_back({Action::Kind::evict, n});
    }
    for (const std::size_t flight : cluster.deliverable()) found.push_back({Action::Kind::deliver, static_cast<std::uint32_t>(flight)});
    for (std::uint32_t t = 0; t < cluster.timers().size(); ++t) found.push_back({Action::Kind::fire, t});
    return found;
  }

  static NodeId place(const Cluster& cluster, Action action) {
    if (action.kind == Action::Kind::deliver) return cluster.flights()[action.subject].message.header.to;
    return action.kind == Action::Kind::fire ? cluster.timers()[action.subject].node : NodeId{action.subject};
  }

  // What was wrong; empty: nothing.
  std::string apply(Cluster& cluster, Action action) {
    try {
      switch (action.kind) {
        case Action::Kind::load: cluster.begin({action.subject}, load(kPage)); break;
        case Action::Kind::store: cluster.begin({action.subject}, store(kPage, ++values_)); break;
        case Action::Kind::evict: cluster.evict({action.subject}, kPage); break;
        case Action::Kind::deliver: cluster.deliver(action.subject); break;
        case Action::Kind::fire: cluster.fire(action.subject); break;
      }
      cluster.check(kPage);
      for (const Finished& f : cluster.take_finished()) {
        if (f.access.writes()) continue;
        const auto place = cluster.ledger().place({kPage, 0}, f.answer.value);
        SSI_INVARIANT(place && *place >= f.from, "D2: a load returned a value that was overwritten before it began");
      }
    } catch (const std::logic_error& error) { return error.what(); }
    return {};
  }

  void note(Cluster cluster, Action action, std::uint32_t parent, std::uint32_t depth) {
    const auto id = static_cast<std::uint32_t>(nodes_.size());
    const auto [found, fresh] = known_.try_emplace(canonical_hash(cluster, kPage, renamings_), id);
    if (depth > 0) edges_.push_back({found->second, parent});
    if (!fresh) return;
    nodes_.push_back({parent, action, depth, cluster.quiet()});
    result_.depth = depth;
    frontier_.emplace_back(id, std::move(cluster));
  }

  // Backwards from the quiet states; a state that is not met is stuck. nodes_.size(): none.
  std::uint32_t find_stuck() {
    std::vector<std::vector<std::uint32_t>> before(nodes_.size());
    for (const auto& [to, from] : edges_) before[to].push_back(from);
    std::vector<bool> good(nodes_.size(), false);
    std::deque<std::uint32_t> open;
    for (std::uint32_t i = 0; i < nodes_.size(); ++i)
      if (nodes_[i].quiet) {
        good[i] = true;
        open.push_back(i);
      }
    while (!open.empty()) {
      const std::uint32_t at = open.front();
      open.pop_front();
      for (const std::uint32_t from : before[at])
        if (!good[from]) {
          good[from] = true;
          open.push_back(from);
        }
    }
    std::uint32_t stuck = 0;
    while (stuck < nodes_.size() && good[stuck]) ++stuck;
    return stuck;
  }

  Explored give_up() {
    result_.states = nodes_.size();
    return std::move(result_);
  }
  Explored fail_at(std::uint32_t node, std::string wrong) {
    const Node& n = nodes_[node];
    return n.depth == 0 ? give_up() : fail(n.parent, n.action, std::move(wrong));
  }
  // Runs the way there once more, to say what happens on it.
  Explored fail(std::uint32_t parent, Action last, std::string wrong) {
    std::vector<Action> way{last};
    for (std::uint32_t at = parent; nodes_[at].depth > 0; at = nodes_[at].parent) way.push_back(nodes_[at].action);
    Cluster cluster(design_, options_);
    for (auto action = way.rbegin(); action != way.rend(); ++action) {
      result_.trace.push_back(name(cluster, *action));
      apply(cluster, *action);
    }
    result_.trace.push_back(cluster.describe());
    result_.wrong = std::move(wrong);
    return give_up();
  }
  static std::string name(const Cluster& cluster, Action action) {
    const std::string subject = std::to_string(action.subject);
    switch (action.kind) {
      case Action::Kind::load: return "node " + subject + " loads";
      case Action::Kind::store: return "node " + subject + " stores";
      case Action::Kind::evict: return "node " + subject + " evicts";
      case Action::Kind::fire: return "a timer of node " + std::to_string(cluster.timers()[action.subject].node.value);
      case Action::Kind::deliver: break;
    }
    const Message& m = cluster.flights()[action.subject].message;
    return std::string(m.body.type().name) + " " + std::to_string(m.header.from.value) + "->" + std::to_string(m.header.to.value);
  }

  const Design& design_;
  Bounds bounds_;
  Cluster::Options options_;
  std::vector<Names> renamings_;
  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, std::uint32_t> known_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges_;   // to, from
  std::deque<std::pair<std::uint32_t, Cluster>> frontier_;
  std::uint64_t values_ = 0;
  Explored result_;
};

}   // namespace

Explored explore(const Design& design, const Bounds& bounds) { return Search(design, bounds).run(); }

}   // namespace ssi::test
