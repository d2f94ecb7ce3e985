#include "sim/fuzz/shrink.hpp"

#include <algorithm>

#include "models/strategy/registry.hpp"

namespace ssi::fuzz {
namespace {

std::string words_of(const Verdict& verdict) {
  std::string out;
  for (char c : verdict.problems.empty() ? std::string() : verdict.problems.front())
    if ((c < '0' || c > '9') && out.size() < 60) out += c;
  return out;
}

// One plan after the other; each that still fails takes the place of the one before.
class Attempt {
 public:
  Attempt(Shrinker& shrinker, Plan& plan, Verdict& found) : shrinker_(shrinker), plan_(plan), found_(found) {}

  bool over() const { return shrinker_.runs >= shrinker_.most_runs || (shrinker_.stop && shrinker_.stop()); }
  bool take(Plan candidate) {
    if (over()) return false;
    ++shrinker_.runs;
    Verdict verdict = shrinker_.run(candidate);
    if (!same_failure(verdict, found_)) return false;
    plan_ = std::move(candidate);
    found_ = std::move(verdict);
    return true;
  }

  template <class T>
  bool without_parts(std::vector<T> Plan::*list) {
    bool smaller = false;
    for (std::size_t part = ((plan_.*list).size() + 1) / 2; part > 0 && !over(); part = part == 1 ? 0 : (part + 1) / 2)
      for (std::size_t from = 0; from < (plan_.*list).size() && !over();) {
        Plan candidate = plan_;
        auto& left = candidate.*list;
        const std::size_t end = std::min(from + part, left.size());
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(from), left.begin() + static_cast<std::ptrdiff_t>(end));
        if (take(std::move(candidate))) smaller = true;
        else from += part;
      }
    return smaller;
  }

  bool without_what_was_not_done() {
    Plan candidate = plan_;
    std::erase_if(candidate.ops, [&](const Op& op) { return !found_.done.contains(op.id) && op.by != 0; });
    return candidate.ops.size() < plan_.ops.size() && take(std::move(candidate));
  }

  bool on_fewer_nodes() {
    for (std::uint32_t nodes = 1; nodes < plan_.nodes; ++nodes) {
      Plan candidate = plan_;
      candidate.nodes = nodes;
      for (Op& op : candidate.ops) op.node %= nodes;
      for (Fault& fault : candidate.faults) {
        fault.node %= nodes;
        fault.peer %= nodes;
      }
      if (take(std::move(candidate))) return true;
    }
    return false;
  }

  bool with_defaults() {
    bool smaller = false;
    const StrategyEntry* entry = find_strategy(plan_.strategy);
    for (std::size_t i = 0; entry && i < plan_.params.size(); ++i)
      for (const config::Field& field : entry->params) {
        if (field.key != plan_.params[i].first || plan_.params[i].second == config::default_of(field)) continue;
        Plan candidate = plan_;
        candidate.params[i].second = config::default_of(field);
        smaller |= take(std::move(candidate));
      }
    return smaller;
  }

  bool with_smaller_values() {
    bool smaller = false;
    for (std::size_t i = 0; i < plan_.ops.size(); ++i) {
      const bool long_one = plan_.ops[i].value > 1 && (plan_.ops[i].call == "send" || plan_.ops[i].call == "recv");
      if (!long_one) continue;
      Plan candidate = plan_;
      candidate.ops[i].value = 1;
      smaller |= take(std::move(candidate));
    }
    return smaller;
  }

 private:
  Shrinker& shrinker_;
  Plan& plan_;
  Verdict& found_;
};

}   // namespace

bool same_failure(const Verdict& a, const Verdict& b) { return a.kind == b.kind && words_of(a) == words_of(b); }

Plan Shrinker::shrink(Plan plan, Verdict& found) {
  Attempt attempt(*this, plan, found);
  bool smaller = true;
  while (smaller && !attempt.over()) {
    smaller = attempt.without_what_was_not_done();
    smaller |= attempt.without_parts(&Plan::faults);
    smaller |= attempt.without_parts(&Plan::ops);
    smaller |= attempt.on_fewer_nodes();
  }
  attempt.with_defaults();
  attempt.with_smaller_values();
  attempt.without_parts(&Plan::ops);
  return plan;
}

}   // namespace ssi::fuzz
