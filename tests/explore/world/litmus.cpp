#include "tests/explore/world/litmus.hpp"

#include <optional>
#include <unordered_set>

#include "models/base/check.hpp"
#include "tests/explore/world/canonical.hpp"

namespace ssi::test {

using coherence::Ticket;
using Kind = LitmusStep::Kind;

namespace {

struct Place {
  Cluster cluster;
  std::vector<std::size_t> at;   // the next step of each thread
  std::vector<std::optional<Ticket>> calling;
  std::vector<Outcome> loaded;
  std::uint32_t evictions = 0;
};

class Search {
 public:
  Search(const Design& design, const Litmus& litmus, const LitmusLayout& layout, std::size_t most)
      : design_(design), litmus_(litmus), layout_(layout), most_(most) {}

  LitmusRun run() {
    const auto threads = static_cast<std::uint32_t>(litmus_.threads.size());
    Cluster cluster(design_, {.nodes = threads + layout_.more_nodes, .page_bytes = 32, .homes = layout_.homes, .fifo = layout_.fifo});
    if (layout_.warm) warm_up(cluster, threads);
    visit({std::move(cluster), std::vector<std::size_t>(threads), std::vector<std::optional<Ticket>>(threads),
           std::vector<Outcome>(threads)});
    while (!open_.empty() && run_.wrong.empty()) {
      const Place place = std::move(open_.back());
      open_.pop_back();
      if (run_.states > most_) run_.wrong = "too many states";
      else expand(place);
    }
    return std::move(run_);
  }

 private:
  Word word(std::uint32_t number) const { return layout_.one_page ? Word{PageId{0}, number * kWordBytes} : Word{PageId{number}, 0}; }
  void warm_up(Cluster& cluster, std::uint32_t threads) const {
    for (std::uint32_t t = 0; t < threads; ++t)
      for (std::uint32_t w = 0; w < litmus_.words; ++w) {
        if (layout_.cold >> (t * litmus_.words + w) & 1) continue;
        cluster.begin({t}, load(word(w).page, word(w).offset));
        cluster.deliver_all();
      }
    cluster.take_finished();
  }

  void expand(const Place& place) {
    bool over = true;
    for (std::uint32_t t = 0; t < place.at.size(); ++t) {
      over = over && place.at[t] == litmus_.threads[t].size() && !place.calling[t];
      if (place.calling[t] || place.at[t] == litmus_.threads[t].size()) continue;
      attempt(place, [&](Place& next) { call(next, t); });
    }
    for (const std::size_t flight : place.cluster.deliverable()) attempt(place, [&](Place& next) { next.cluster.deliver(flight); });
    for (std::size_t timer = 0; timer < place.cluster.timers().size(); ++timer)
      attempt(place, [&](Place& next) { next.cluster.fire(timer); });
    if (place.evictions < layout_.evictions)
      for (std::uint32_t t = 0; t < place.at.size(); ++t)
        for (std::uint32_t w = 0; w < (layout_.one_page ? 1 : litmus_.words); ++w)
          if (place.cluster.machine({t}).right(word(w).page) != coherence::Right::none)
            attempt(place, [&](Place& next) {
              next.cluster.evict({t}, word(w).page);
              ++next.evictions;
            });
    if (over) note(place);
    else if (place.cluster.flights().empty() && place.cluster.timers().empty() && blocked(place))
      run_.wrong = "D8: a thread waits for nothing";
  }
  bool blocked(const Place& place) const {
    for (std::uint32_t t = 0; t < place.at.size(); ++t)
      if (!place.calling[t] && place.at[t] < litmus_.threads[t].size()) return false;
    return true;
  }

  template <class F>
  void attempt(const Place& place, F change) {
    Place next = place;
    try {
      change(next);
      for (const Finished& f : next.cluster.take_finished()) {
        const std::uint32_t t = f.node.value;
        SSI_INVARIANT(next.calling[t] == f.ticket || !next.calling[t], "an answer to nobody's call");
        next.calling[t].reset();
        if (litmus_.threads[t][next.at[t] - 1].kind == Kind::load) next.loaded[t].push_back(f.answer.value);
      }
      for (std::uint32_t w = 0; w < litmus_.words; ++w) next.cluster.check(word(w).page);
    } catch (const std::logic_error& error) {
      run_.wrong = error.what();
      return;
    }
    visit(std::move(next));
  }

  void call(Place& next, std::uint32_t thread) const {
    const LitmusStep& step = litmus_.threads[thread][next.at[thread]++];
    const Word w = word(step.word);
    const NodeId node{thread};
    switch (step.kind) {
      case Kind::load: next.calling[thread] = next.cluster.begin(node, load(w.page, w.offset)); return;
      case Kind::store: next.calling[thread] = next.cluster.begin(node, store(w.page, step.value, w.offset)); return;
      case Kind::lock: next.calling[thread] = next.cluster.lock(node, step.lock); return;
      case Kind::unlock: next.cluster.unlock(node, step.lock); return;
      case Kind::barrier: next.calling[thread] = next.cluster.barrier(node, step.lock); return;
    }
  }

  void visit(Place place) {
    StateHash hash;
    hash.add(exact_hash(place.cluster));
    for (std::size_t t = 0; t < place.at.size(); ++t) {
      hash.add(place.at[t] << 1 | std::uint64_t{place.calling[t].has_value()});
      for (const std::uint64_t value : place.loaded[t]) hash.add(value);
    }
    hash.add(std::uint64_t{place.evictions});
    if (!known_.insert(hash.value()).second) return;
    ++run_.states;
    open_.push_back(std::move(place));
  }

  void note(const Place& place) {
    Outcome outcome;
    for (const Outcome& loaded : place.loaded) outcome.insert(outcome.end(), loaded.begin(), loaded.end());
    if (litmus_.final_values) {
      Cluster end = place.cluster;
      end.deliver_all();
      end.take_finished();
      for (std::uint32_t w = 0; w < litmus_.words; ++w) {
        end.begin({0}, load(word(w).page, word(w).offset));
        end.deliver_all();
        outcome.push_back(end.take_finished().back().answer.value);
      }
    }
    run_.outcomes.insert(outcome);
  }

  const Design& design_;
  const Litmus& litmus_;
  LitmusLayout layout_;
  std::size_t most_;
  std::vector<Place> open_;
  std::unordered_set<std::uint64_t> known_;
  LitmusRun run_;
};

}   // namespace

LitmusRun run_litmus(const Design& design, const Litmus& litmus, const LitmusLayout& layout, std::size_t most_states) {
  return Search(design, litmus, layout, most_states).run();
}

}   // namespace ssi::test
