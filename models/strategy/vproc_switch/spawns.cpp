// Processes that start elsewhere, or come from elsewhere: CREATE and CREATED.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {
namespace {

// After exec a signal is either ignored or has its default action, so a bit each is all that travels.
std::uint32_t ignored_signals(const native::Dispositions& dispositions) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < dispositions.size(); ++i)
    if (dispositions[i] == Disposition::ignore) bits |= 1U << i;
  return bits;
}

native::Heritage heritage_of(const vproc::Create& create) {
  native::Heritage out{create.parent, create.group, create.session, {}};
  for (std::size_t i = 0; i < out.dispositions.size(); ++i)
    if ((create.ignored >> i & 1U) != 0) out.dispositions[i] = Disposition::ignore;
  return out;
}

}   // namespace

// As fork and rexec: the parent's node copies the process and names it, the other replaces its image; or as rfork, where
// the other node does it all.
void VprocSwitch::spawn_at(NodeId node, const CallEvent& event, const ProgramRef& program, Effects& out) {
  const native::Heritage heritage = processes_.heritage(event.caller, true);
  vproc::Create create{.child = kNoPid,
                       .parent = heritage.parent,
                       .group = heritage.group,
                       .session = heritage.session,
                       .program = program,
                       .ignored = ignored_signals(heritage.dispositions),
                       .data_bytes = static_cast<std::uint32_t>(settings_.create_bytes)};
  if (settings_.allocates_at_parent()) {
    out.work(costs_.fork);
    create.child = processes_.allocate();
    origins_.step(create.child, vproc::OriginEvent::allotted, node);
  }
  const bool leads = heritage.group.origin() == self_;
  if (leads) {
    holder_.grant(heritage.group, heritage.session, node);
    create.registered = true;
    create.seen = holder_.done();
    if (const auto* active = holder_.active(heritage.group)) {
      create.news = active->signal;
      create.under_way = true;
      create.seen = active->number;
    }
  } else {
    create.seen = memberships_.seen(heritage.group, event.caller);
  }
  const TxnId txn = pending_.open(vproc::PendingCreate{{event.id, event.caller}, node, create.child, heritage.group, leads, std::nullopt});
  if (!leads) memberships_.begin(heritage.group, txn);
  out.send(node, txn, vproc::Message(create));
}

void VprocSwitch::serve(const Message& message, const vproc::Create& create, Effects& out) {
  const Header& header = message.header;
  if (processes_.all().size() >= settings_.accept_max) {
    out.send(header.from, header.txn, vproc::Message(vproc::Created{create.child, Errno::eagain}));
    return;
  }
  vproc::PendingJoin::Arrival arrival{create, header.from, header.txn};
  if (create.registered)
    memberships_.admitted(create.group, create.under_way ? vproc::Memberships::News{create.seen, create.news} : vproc::Memberships::News{});
  const bool listed = create.group.origin() == self_ || memberships_.state(create.group) == vproc::MemberState::member;
  if (is_here(Site::arrival_holder, listed, out)) arrive(arrival, header.cause, out);
  else join({create.group.origin(), create.group, vproc::JoinFor::arrival, {}, arrival}, create.session, header.cause, out);
}

// The node is registered with the child's group, so the child may start.
void VprocSwitch::arrive(const vproc::PendingJoin::Arrival& arrival, CallId cause, Effects& out) {
  const vproc::Create& create = arrival.create;
  out.work(settings_.allocates_at_parent() ? costs_.exec : costs_.fork + costs_.exec);
  const Pid child = create.child == kNoPid ? processes_.allocate() : create.child;
  processes_.create(child, heritage_of(create), create.program, out);
  parents_[child] = {arrival.from, arrival.txn};

  out.send(arrival.from, arrival.txn, vproc::Message(vproc::Created{child, Errno::none}), {.cause = cause});
  if (create.group.origin() != self_) {
    enter_group(child, create.group, create.seen, out);
  } else if (auto* active = holder_.active(create.group); active && create.seen < active->number) {
    active->reached = true;   // it was under way when the broadcast came
    post(child, active->signal, out);
  }
}

void VprocSwitch::serve(const Message& message, const vproc::Created& created, Effects& out) {
  const Header& header = message.header;
  auto create = pending_.take<vproc::PendingCreate>(header.txn);
  if (!create) return;   // given up when the circuit broke
  if (created.error == Errno::none) {
    child_created(*create, created.child, out);
  } else {
    if (create->child != kNoPid) origins_.step(create->child, vproc::OriginEvent::ended, header.from);
    if (create->registered) holder_.give_back(create->group, header.from, 1);
    answer(create->caller, result_of(created.error), header.from, out);
  }
  const auto started_at = created.error == Errno::none ? std::optional(header.from) : std::nullopt;
  create_settled(*create, header.txn, started_at, out);
}

// If the parent has died meanwhile the child is an orphan, which its own node's init adopts.
void VprocSwitch::child_created(vproc::PendingCreate& create, Pid child, Effects& out) {
  if (create.child != kNoPid) origins_.step(child, vproc::OriginEvent::created, create.at);
  const auto& early = create.early_exit;
  if (processes_.find(create.caller.pid) != nullptr) {
    processes_.add_child(create.caller.pid, child);
    children_[child] = create.at;
    answer(create.caller, Result::ok(child), create.at, out);
  } else if (!early) {
    out.send(create.at, pending_.fresh(), vproc::Message(vproc::Reparent{child}));
  }
  if (early) take_status(child, create.caller.pid, early->status, create.at, early->txn, early->cause, out);
}

}   // namespace ssi::vproc_switch
