// Processes that start elsewhere, or come from elsewhere: CREATE and CREATED.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {
namespace {

std::uint32_t signals_with(const native::Dispositions& dispositions, Disposition wanted) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < dispositions.size(); ++i)
    if (dispositions[i] == wanted) bits |= 1U << i;
  return bits;
}

native::Heritage heritage_of(const vproc::Create& create) {
  native::Heritage out{create.parent, create.group, create.session, {}};
  for (std::size_t i = 0; i < out.dispositions.size(); ++i) {
    if ((create.ignored >> i & 1U) != 0) out.dispositions[i] = Disposition::ignore;
    if ((create.handled >> i & 1U) != 0) out.dispositions[i] = Disposition::handler;
  }
  return out;
}

}   // namespace

vproc::Create VprocSwitch::create_for(Pid parent, const ProgramRef& program, bool exec) const {
  const native::Heritage heritage = processes_.heritage(parent, exec);
  return {.child = kNoPid,
          .parent = heritage.parent,
          .group = heritage.group,
          .session = heritage.session,
          .program = program,
          .data_bytes = static_cast<std::uint64_t>(settings_.create_bytes),
          .ignored = signals_with(heritage.dispositions, Disposition::ignore),
          .handled = signals_with(heritage.dispositions, Disposition::handler),
          .exec = exec};
}

// As fork and rexec: the parent's node copies the process and names it, the other replaces its image; or as rfork, where
// the other node does it all.
void VprocSwitch::create_at(NodeId node, const vproc::Caller& parent, vproc::Create create, InRfork part, Effects& out) {
  if (settings_.allocates_at_parent()) {
    out.work(costs_.fork);
    create.child = processes_.allocate();
    origins_.step(create.child, vproc::OriginEvent::allotted, {node});
  }
  create.luggage = parts_.pack(create.parent, node, create.exec, processes_, now_, out);
  const bool leads = is_home(create.group);
  if (leads) {
    holder_.grant(create.group, create.session, node);
    create.registered = true;
    create.seen = holder_.done();
    if (const auto* active = holder_.active(create.group)) {
      create.news = active->signal;
      create.under_way = true;
      create.seen = active->number;
    }
  } else {
    create.seen = memberships_.seen(create.group, create.parent);
  }
  const TxnId txn = pending_.open(
      vproc::PendingCreate{parent, node, create.child, create.group, leads, std::nullopt, part.txn, part.place, create.luggage});
  if (!leads) memberships_.begin(create.group, txn);
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
  const bool listed = is_home(create.group) || memberships_.state(create.group) == vproc::MemberState::member;
  if (is_here(Site::arrival_holder, listed, out)) arrive(arrival, header.cause, out);
  else join({home_of(create.group), create.group, vproc::JoinFor::arrival, {}, arrival}, create.session, header.cause, out);
}

// The node is registered with the child's group, so the child may start.
void VprocSwitch::arrive(const vproc::PendingJoin::Arrival& arrival, CallId cause, Effects& out) {
  const vproc::Create& create = arrival.create;
  if (!create.exec || !settings_.allocates_at_parent()) out.work(costs_.fork);
  if (create.exec) out.work(costs_.exec);
  const Pid child = create.child == kNoPid ? processes_.allocate() : create.child;
  processes_.create(child, heritage_of(create), create.program, out);
  if (create.luggage) parts_.unpack(child, *create.luggage, arrival.from, processes_, now_, out);
  if (create.exec) parts_.executed(child, processes_, now_, out);
  parents_[child] = {{arrival.from}, arrival.txn};

  out.send(arrival.from, arrival.txn, vproc::Message(vproc::Created{child, Errno::none}), {.cause = cause});
  if (!is_home(create.group)) {
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
    if (create->luggage) parts_.taken_back(*create->luggage, header.from, processes_, now_, out);
    if (create->child != kNoPid) origins_.step(create->child, vproc::OriginEvent::ended, {});
    if (create->registered) holder_.give_back(create->group, header.from, 1);
    answer_create(*create, result_of(created.error), out);
  }
  const auto started_at = created.error == Errno::none ? std::optional(header.from) : std::nullopt;
  group_settled(create->group, header.txn, started_at, out);
}

// If the parent has died meanwhile the child is an orphan. One that was met here already is known.
void VprocSwitch::child_created(vproc::PendingCreate& create, Pid child, Effects& out) {
  if (create.child != kNoPid) origins_.step(child, vproc::OriginEvent::created, {create.at});
  const auto& early = create.early_exit;
  if (processes_.find(create.caller.pid) == nullptr) {
    if (!early) orphaned(child, {create.at}, out);
    else if (settings_.one_init()) tell_reaper(child, {create.at}, out);
  } else if (!create.met) {
    processes_.add_child(create.caller.pid, child);
    children_[child] = {create.at};
    if (!early && is_known_dead(child)) lose_child(create.caller.pid, child, out);
  }
  answer_create(create, Result::ok(child), out);
  if (early) take_status(early->notice, early->txn, early->cause, out);
}

void VprocSwitch::answer_create(const vproc::PendingCreate& create, const Result& result, Effects& out) {
  auto* rfork = pending_.find<vproc::PendingRfork>(create.rfork);
  if (rfork == nullptr) return answer(create.caller, result, create.at, out);
  --rfork->waiting;
  if (result.good()) rfork->children.at(create.place).pid = result.pid;
  else rfork->error = result.error;
  end_rfork_if_over(create.rfork, out);
}

}   // namespace ssi::vproc_switch
