// Each call is carried out here when what it concerns is here; each such place is a numbered test.
#include "models/strategy/locus_crawl/locus_crawl.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"
#include "models/native/single_node.hpp"
#include "models/protocol/offset/tokens.hpp"

namespace ssi::locus_crawl {
namespace {

locus::Settings file_settings(const NodeSetup& setup, const Settings& settings) {
  const native::FileCosts own = native::FileCosts::of(setup.costs);
  locus::Settings out;
  out.nodes = setup.nodes;
  out.filegroups = settings.filegroups;
  out.packs = settings.packs;
  out.copies = settings.copies;
  out.notice_before_answer = settings.notice_before_answer;
  out.read_ahead = settings.read_ahead;
  out.cache_pages = std::max<std::uint64_t>(8, setup.costs.page_cache / locus::kPage);
  out.first_site = static_cast<std::uint32_t>(Site::file);
  out.costs = {own.lookup, own.update, own.io, own.page, own.copy_per_kib, own.disk_request, settings.test};
  return out;
}

native::Parts parts_of(const NodeSetup& setup, const Settings& settings) {
  native::Parts out = native::parts_of_one_node(setup.self, setup.costs);
  auto files = std::make_unique<locus::Node>(setup.self, file_settings(setup, settings), setup.disk.get());
  const native::VnodeSwitch at_switch{Duration{}, std::nullopt, true};
  out.set(CallClass::file, std::make_unique<native::FilePart>(setup.self, native::FileCosts::of(setup.costs), std::move(files), at_switch,
                                                              std::make_unique<offset::Tokens>(setup.self)));
  parts::ChannelChoices channels = settings.channels(setup.nodes);
  channels.tests = {static_cast<std::uint32_t>(Site::channel), settings.test};
  out.set(CallClass::channel, std::make_unique<parts::ClusterChannels>(setup.self, native::ChannelSettings::of(setup.costs), channels));
  parts::SegmentChoices segments = settings.segments(setup.nodes);
  segments.tests = {static_cast<std::uint32_t>(Site::segment), settings.test};
  out.set(CallClass::segment, std::make_unique<parts::ClusterSegments>(setup.self, native::SegmentSettings::of(setup.costs), segments));
  return out;
}

}   // namespace

LocusCrawl::LocusCrawl(const NodeSetup& setup, const Settings& settings)
    : self_(setup.self), nodes_(setup.nodes), settings_(settings), costs_(native::Costs::of(setup.costs)),
      processes_(setup.self, setup.incarnation), parts_(parts_of(setup, settings)), hints_(settings.location_cache),
      pending_(setup.self, setup.incarnation) {
  if (setup.membership.by_sets()) sets_.emplace(setup.self, setup.nodes, setup.incarnation, watching(setup.membership));
}

struct LocusCrawl::Calls {
  LocusCrawl& node;
  const CallEvent& event;
  Instant now;
  Effects& out;

  native::Processes& table() const { return node.processes_; }
  lp::Caller caller() const { return {event.id, event.caller}; }
  void answer(Errno error) const { node.answer(caller(), result_of(error), node.self_, out); }

  void operator()(const Spawn& spawn) const {   // run: the child's image is built where it runs
    const NodeId at = node.choose_node(spawn.placement);
    if (at.value >= node.nodes_) return answer(Errno::einval);
    if (!node.reaches(at)) return node.answer(caller(), Result::fail(Errno::ehostdown), node.self_, out);
    if (!node.is_here(Site::run, at == node.self_, out))
      return node.fork_at(at, caller(), node.inheritance(event.caller, spawn.program, true), {}, 0, out);
    out.complete(event.id, Result::ok(node.new_child_here(event.caller, spawn.program, true, out)), node.self_);
  }
  void operator()(const Fork& fork) const {
    out.complete(event.id, Result::ok(node.new_child_here(event.caller, fork.child, false, out)), node.self_);
  }
  void operator()(const Exec& exec) const {
    const NodeId at = node.choose_node(exec.placement);
    if (at.value >= node.nodes_) return answer(Errno::einval);
    if (!node.reaches(at)) return node.answer(caller(), Result::fail(Errno::ehostdown), node.self_, out);
    if (!node.is_here(Site::exec, at == node.self_, out)) return node.depart(event.caller, {at, caller(), exec.program}, out);
    out.work(node.costs_.exec);
    answer(Errno::none);   // counted, never seen: the old program is gone
    table().exec(event.caller, exec.program, out);
    node.parts_.executed(event.caller, table(), now, out);
  }
  void operator()(const Kill& kill) const {
    if (node.is_here(Site::kill, table().find(kill.pid) != nullptr, out)) {
      node.post(kill.pid, kill.signal, out);
      answer(Errno::none);
    } else if (table().is_zombie(kill.pid)) {
      answer(Errno::none);
    } else {
      node.ship_kill(event, kill, out);
    }
  }
  void operator()(const Exit& exit) const {
    out.work(node.costs_.exit);
    answer(Errno::none);   // counted, never seen: the program ends
    node.departed(table().exit(event.caller, exit.status, out), out);
  }
  void operator()(const Wait& wait) const {   // a status lies with the parent, so this never leaves the site
    out.work(node.costs_.wait);
    table().wait(event.id, event.caller, wait, out);
  }
  void operator()(const Rfork& fork) const { node.fork_onto(event, fork, out); }
  void operator()(const Migrate& migrate) const { node.migrate(event, migrate, out); }
  void operator()(const KillGroup& kill) const { node.kill_group(event, kill, out); }
  void operator()(const SetGroup& set) const { node.set_group(event, set, out); }
  void operator()(const SetSession&) const { node.set_session(event, out); }
  void operator()(const List&) const { node.serve_list(event, out); }
  void operator()(const SetAction& set) const { answer(table().set_action(event.caller, set.signal, set.disposition)); }
  void operator()(const Pause&) const { table().pause(event.id, event.caller); }
  template <class C>   // of a part
  void operator()(const C&) const {
    if (!node.parts_.call(event, table(), now, out)) answer(Errno::enosys);
  }
  void operator()(const Compute&) const { SSI_CHECK(false, "the host serves compute"); }
  void operator()(const Sleep&) const { SSI_CHECK(false, "the host serves sleep"); }
};

struct LocusCrawl::Server {
  LocusCrawl& node;
  NodeId from;
  TxnId txn;
  CallId cause;
  Effects& out;

  void operator()(const lp::Fork& m) const { node.serve_fork(from, txn, cause, m, out); }
  void operator()(const lp::Forked& m) const { node.serve_forked(from, txn, m, out); }
  void operator()(const lp::Kill& m) const { node.serve_kill(m, {m.asker, txn, cause}, from, out); }
  void operator()(const lp::Killed& m) const {
    if (m.lives_here && from != node.tracker(m.pid)) node.hints_.remember(m.pid, from);
    else node.hints_.drop(m.pid);
    node.serve_answer(from, txn, m.error, out);
  }
  void operator()(const lp::ExitNotice& m) const { node.serve_exit(m, from, txn, cause, out); }
  void operator()(const lp::Ended& m) const { node.births_.step(m.pid, lp::BirthEvent::ended); }
  void operator()(const lp::Reaped& m) const { node.births_.step(m.pid, lp::BirthEvent::gone); }
  void operator()(const lp::Reparent& m) const { node.serve_reparent(m, from, txn, cause, out); }
  void operator()(const lp::Order& m) const { node.serve_order(m, {m.asker, txn, cause}, from, out); }
  void operator()(const lp::Ordered& m) const { node.serve_answer(from, txn, m.error, out); }
  void operator()(const lp::Migrate& m) const { node.serve_migrate(from, txn, cause, m, out); }
  void operator()(const lp::Refused& m) const { node.comes_back(m.pid, m.moves, m.error, out); }
  void operator()(const lp::Moved& m) const { node.serve_moved(from, m, out); }
  void operator()(const lp::Settled& m) const { node.settle(m.pid, m.moves, out); }
  void operator()(const lp::MoveStatus& m) const { node.serve_move_status(from, txn, m, out); }
  void operator()(const lp::SetGroup& m) const { node.serve_set_group(m, {m.asker, txn, cause}, from, out); }
  void operator()(const lp::SetGroupDone& m) const { node.serve_answer(from, txn, m.error, out); }
  void operator()(const lp::GroupAsk& m) const { node.tell(from, txn, node.known_of(m.group), out, cause); }
  void operator()(const lp::GroupKnown& m) const { node.group_known(txn, from, m, out); }
  void operator()(const lp::GroupSignal& m) const { node.serve_group_signal(from, txn, m, out); }
  void operator()(const lp::GroupSignalled& m) const {
    auto* broadcast = node.pending_.find<lp::PendingBroadcast>(txn);
    if (broadcast == nullptr || broadcast->waiting.erase(from) == 0) return;   // given up when the circuit broke
    if (m.reached && !broadcast->reached) broadcast->served = from;
    broadcast->reached |= m.reached;
    node.end_broadcast_if_over(txn, out);
  }
  void operator()(const lp::GroupOver& m) const { node.over({from, m.number}); }
  void operator()(const lp::Listed& m) const { node.serve_listed(from, txn, m, out); }
  void operator()(const lp::Present& m) const { node.serve_present(from, m, out); }
  void operator()(const lp::Absent& m) const { node.serve_absent(m, out); }
  void operator()(const lp::ListRequest&) const {
    auto all = std::make_shared<const std::vector<ProcessInfo>>(node.list_here(out));
    node.tell(from, txn, lp::Listed{std::move(all)}, out, cause);
  }
};

void LocusCrawl::serve_any(NodeId from, TxnId txn, CallId cause, const lp::Message& body, Effects& out) {
  std::visit(Server{*this, from, txn, cause, out}, body);
}

// One event, in the partition set that this site is in.
void LocusCrawl::handle(const Event& event, Effects& out) {
  const Instant now = now_;
  CallId own = kNoCall;
  std::visit(Overload{
                 [&](const CallEvent& asked) {
                   own = asked.id;
                   call(asked, now, out);
                 },
                 [&](const MessageEvent& arrived) {
                   const Message& message = *arrived.message;
                   const Header& header = message.header;
                   if (message.body.is<lp::Message>())
                     return serve_any(header.from, header.txn, header.cause, message.body.get<lp::Message>(), out);
                   const bool taken = parts_.event(event, processes_, now, out);
                   SSI_CHECK(taken, "a message of a protocol that is not here");
                 },
                 [&](const CircuitBroken& broken) {
                   give_up(broken.peer, out);
                   parts_.event(event, processes_, now, out);
                 },
                 [&](const Frozen& frozen) { stands_still(frozen); },
                 [&](const ViewChange&) {},   // sets are agreed on in here (sets.cpp)
                 [&](const auto&) { parts_.event(event, processes_, now, out); },
             },
             event);
  after_event(out);
  for (const Effects::Completion& completion : out.completions)
    if (completion.call != own) out.work(costs_.wakeup);
}

void LocusCrawl::after_event(Effects& out) {
  parts_.settle(processes_, now_, out, [&](Pid pid, Signal signal) { post(pid, signal, out); });
  if (!orders_.empty() || !departing_.empty()) go_where_ordered(out);
  if (broadcasts_.any_unanswered()) answer_broadcasts(out);
  tell_births_of_reaped(out);
}

// The call of a process that died while it was queued has no effect and no answer.
void LocusCrawl::call(const CallEvent& event, Instant now, Effects& out) {
  if (processes_.find(event.caller) != nullptr) std::visit(Calls{*this, event, now, out}, *event.call);
}

bool LocusCrawl::is_here(Site site, bool here, Effects& out) const {
  out.work(settings_.test, Work::dispatch);
  out.note(Note::Kind::locality_test, static_cast<std::uint32_t>(site));
  if (!here) out.note(Note::Kind::shipped, static_cast<std::uint32_t>(site));
  return here;
}

// All in one class, so that they keep their order.
void LocusCrawl::tell(NodeId to, TxnId txn, lp::Message message, Effects& out, CallId cause) const {
  out.send(to, txn, std::move(message), {.raised = true, .cause = cause});
}

void LocusCrawl::post(Pid pid, Signal signal, Effects& out) {
  if (signal == Signal::none) return;
  out.work(costs_.signal);
  if (const auto death = processes_.signal(pid, signal, out)) {
    out.work(costs_.exit);
    departed(*death, out);
  }
}

// What a request comes to. EHOSTDOWN: nobody knows.
Result LocusCrawl::result_of(Errno error) {
  if (error == Errno::none) return Result::ok();
  return error == Errno::ehostdown ? Result::info(error) : Result::fail(error);
}

// A caller that is dead gets no answer.
void LocusCrawl::answer(const lp::Caller& caller, Result result, NodeId served, Effects& out) const {
  if (processes_.find(caller.pid) != nullptr) out.complete(caller.call, std::move(result), served);
}

// The advice list names all sites, one after the other.
NodeId LocusCrawl::choose_node(const Placement& placement) {
  switch (placement.kind) {
    case Placement::Kind::here: return self_;
    case Placement::Kind::node: return placement.node;
    case Placement::Kind::least_loaded: break;
  }
  if (settings_.advice == "here") return self_;
  return {(self_.value + ++advised_) % nodes_};
}

const locus::Node& LocusCrawl::files() const {
  return dynamic_cast<const locus::Node&>(dynamic_cast<const native::FilePart&>(*parts_.part(CallClass::file)).below());
}

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params) {
  return std::make_unique<LocusCrawl>(setup, settings_from(params));
}

}   // namespace ssi::locus_crawl
