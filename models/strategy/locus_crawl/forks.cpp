// Processes that start elsewhere, or come from elsewhere: FORK and FORKED. Run builds the child's image where it runs; a remote fork sends
// it.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/strategy/locus_crawl/locus_crawl.hpp"

namespace ssi::locus_crawl {
namespace {

std::uint32_t bits_of(const native::Dispositions& dispositions, Disposition wanted) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < dispositions.size(); ++i)
    if (dispositions[i] == wanted) bits |= 1U << i;
  return bits;
}

native::Heritage heritage_in(const lp::Inheritance& of) {
  native::Heritage out{of.parent, of.group, of.session, {}};
  for (std::size_t i = 0; i < out.dispositions.size(); ++i) {
    if ((of.ignored >> i & 1U) != 0) out.dispositions[i] = Disposition::ignore;
    if ((of.handled >> i & 1U) != 0) out.dispositions[i] = Disposition::handler;
  }
  return out;
}

}   // namespace

lp::Inheritance LocusCrawl::inheritance(Pid parent, const ProgramRef& program, bool exec) const {
  const native::Heritage heritage = processes_.heritage(parent, exec);
  lp::Inheritance out{heritage.parent, heritage.group, heritage.session, program};
  out.ignored = bits_of(heritage.dispositions, Disposition::ignore);
  out.handled = bits_of(heritage.dispositions, Disposition::handler);
  out.data_bytes = static_cast<std::uint64_t>(settings_.create_bytes);
  out.exec = exec;
  if (const auto travels = travels_.find(parent); travels != travels_.end()) {
    out.met = travels->second.met;
    out.before = travels->second.before;
  }
  return out;
}

Pid LocusCrawl::new_child_here(Pid parent, const ProgramRef& program, bool exec, Effects& out) {
  out.work(exec ? costs_.fork + costs_.exec : costs_.fork);
  const Pid child = processes_.allocate();
  processes_.create(child, processes_.heritage(parent, exec), program, out);
  parts_.forked(parent, child, exec, processes_, now_, out);
  if (const auto travels = travels_.find(parent); travels != travels_.end()) {
    const Travels of_parent = travels->second;
    if (!of_parent.met.empty()) travels_[child].met = of_parent.met;
    if (!of_parent.before.empty()) travels_[child].before = of_parent.before;
  }
  return child;
}

void LocusCrawl::fork_at(NodeId node, const lp::Caller& parent, lp::Inheritance of, TxnId rfork, std::uint32_t place, Effects& out) {
  Pid child = kNoPid;
  if (settings_.allocates_at_parent()) {
    child = processes_.allocate();
    births_.step(child, lp::BirthEvent::left, node);
  }
  if (!of.exec) out.work(costs_.fork);   // the image is copied here, to be sent
  of.luggage = parts_.pack(of.parent, node, of.exec, processes_, now_, out);
  const auto sent = std::make_shared<const lp::Inheritance>(std::move(of));
  const TxnId txn = pending_.open(lp::PendingFork{parent, node, child, sent, rfork, place});
  tell(node, txn, lp::Fork{child, sent}, out);
}

void LocusCrawl::serve_fork(NodeId from, TxnId txn, CallId cause, const lp::Fork& fork, Effects& out) {
  if (processes_.all().size() >= settings_.accept_max) return tell(from, txn, lp::Forked{fork.child, Errno::eagain}, out, cause);
  const lp::Inheritance& of = *fork.of;
  out.work(of.exec ? costs_.fork + costs_.exec : costs_.fork);
  const Pid child = fork.child == kNoPid ? processes_.allocate() : fork.child;
  processes_.create(child, heritage_in(of), of.program, out);
  if (of.luggage) parts_.unpack(child, *of.luggage, from, processes_, now_, out);
  if (of.exec) parts_.executed(child, processes_, now_, out);
  Travels travels{.met = of.met, .before = of.before};
  keep_met(travels.met, travels.before);
  if (!travels.met.empty() || !travels.before.empty()) travels_[child] = travels;
  tell(from, txn, lp::Forked{child, Errno::none}, out, cause);
  meet(child, of.group, false, out);
}

void LocusCrawl::serve_forked(NodeId from, TxnId txn, const lp::Forked& forked, Effects& out) {
  const auto fork = pending_.take<lp::PendingFork>(txn);
  if (!fork) return;   // given up when the circuit broke
  if (forked.error == Errno::none) return child_forked(*fork, forked.child, out);
  if (fork->of->luggage) parts_.taken_back(*fork->of->luggage, from, processes_, now_, out);
  if (fork->child != kNoPid) births_.step(fork->child, lp::BirthEvent::gone);
  answer_fork(*fork, result_of(forked.error), out);
}

// If the parent has died meanwhile the child is an orphan. One that has come here already is known; the EXIT of one that has ended waits.
void LocusCrawl::child_forked(const lp::PendingFork& fork, Pid child, Effects& out) {
  const auto early = early_.extract(child);
  const bool parent_lives = processes_.find(fork.caller.pid) != nullptr;
  if (parent_lives && (early.empty() || early.mapped())) processes_.add_child(fork.caller.pid, child);
  answer_fork(fork, Result::ok(child), out);
  if (!early.empty() && early.mapped()) return serve_exit(*early.mapped(), self_, pending_.fresh(), out.cause, out);
  if (!parent_lives && early.empty()) serve_reparent({child}, self_, pending_.fresh(), out.cause, out);
}

void LocusCrawl::answer_fork(const lp::PendingFork& fork, const Result& result, Effects& out) {
  auto* rfork = pending_.find<lp::PendingRfork>(fork.rfork);
  if (rfork == nullptr) return answer(fork.caller, result, fork.at, out);
  --rfork->waiting;
  if (result.good()) rfork->children.at(fork.place).pid = result.pid;
  else rfork->error = result.error;
  end_rfork_if_over(fork.rfork, out);
}

bool LocusCrawl::has_fork_under_way(Pid parent) const {
  return std::any_of(pending_.all().begin(), pending_.all().end(), [parent](const auto& entry) {
    const auto* fork = std::get_if<lp::PendingFork>(&entry.second);
    return fork != nullptr && fork->caller.pid == parent;
  });
}

void LocusCrawl::fork_onto(const CallEvent& event, const Rfork& fork, Effects& out) {
  const lp::Caller parent{event.id, event.caller};
  const auto& nodes = fork.nodes;
  const bool exist = std::all_of(nodes.begin(), nodes.end(), [&](NodeId node) { return node.value < nodes_; });
  if (nodes.empty() || !exist) return answer(parent, Result::fail(Errno::einval), self_, out);

  lp::PendingRfork pending{parent, {}, static_cast<std::uint32_t>(nodes.size())};
  const Pid group = processes_.find(event.caller)->group;
  for (NodeId node : nodes) pending.children.push_back({kNoPid, event.caller, group, node, false});
  const TxnId txn = pending_.open(std::move(pending));
  for (std::uint32_t place = 0; place < nodes.size(); ++place) {
    if (is_here(Site::rfork, nodes[place] == self_, out)) {
      const Pid child = new_child_here(event.caller, fork.child, false, out);
      auto* record = pending_.find<lp::PendingRfork>(txn);
      record->children[place].pid = child;
      --record->waiting;
    } else if (!reaches(nodes[place])) {
      auto* record = pending_.find<lp::PendingRfork>(txn);
      record->error = Errno::ehostdown;
      --record->waiting;
    } else {
      lp::Inheritance of = inheritance(event.caller, fork.child, false);
      of.data_bytes += event.memory.dirty;   // each child has a copy of what its parent has written
      fork_at(nodes[place], parent, std::move(of), txn, place, out);
    }
  }
  end_rfork_if_over(txn, out);
}

// Ok if there is any child. What failed without one may have happened if nobody knows.
void LocusCrawl::end_rfork_if_over(TxnId txn, Effects& out) {
  if (pending_.find<lp::PendingRfork>(txn)->waiting > 0) return;
  auto rfork = pending_.take<lp::PendingRfork>(txn);
  const auto& children = rfork->children;
  if (std::all_of(children.begin(), children.end(), [](const ProcessInfo& child) { return child.pid == kNoPid; }))
    return answer(rfork->caller, result_of(rfork->error), self_, out);
  const auto other = std::find_if(children.begin(), children.end(), [&](const ProcessInfo& child) { return child.node != self_; });
  const NodeId served = other == children.end() ? self_ : other->node;
  Result result = Result::ok();
  result.more = std::make_shared<const std::vector<ProcessInfo>>(std::move(rfork->children));
  answer(rfork->caller, std::move(result), served, out);
}

}   // namespace ssi::locus_crawl
