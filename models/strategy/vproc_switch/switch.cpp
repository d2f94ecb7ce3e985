// The switch itself: each call is carried out here when what it concerns is here, and shipped when it is not.
#include "models/base/check.hpp"
#include "models/base/overload.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {
namespace {

constexpr TimerKey kGossipTimer{1};

}   // namespace

VprocSwitch::VprocSwitch(const NodeSetup& setup, const Settings& settings)
    : self_(setup.self), nodes_(setup.nodes), settings_(settings), costs_(native::Costs::of(setup.costs)),
      processes_(setup.self, setup.incarnation), parts_(native::parts_of_one_node(setup.self, setup.costs, setup.disk)),
      locations_(settings.location_cache), pending_(setup.self, setup.incarnation),
      gossip_(setup.self, setup.nodes, {settings.gossip_period, settings.load_max_age}, kGossipTimer,
              setup.random.stream("gossip", setup.self.value)) {
  if (settings.one_init()) processes_.set_reaper(init_of(NodeId{0}, Incarnation{1}));
  if (settings.covers("file"))
    parts_.set(CallClass::file, parts::cluster_files(self_, setup.costs, setup.disk,
                                                     settings.file_choices(setup.nodes, static_cast<std::uint32_t>(Site::file))));
  if (settings.covers("channel"))
    parts_.set(CallClass::channel, std::make_unique<parts::ClusterChannels>(self_, native::ChannelSettings::of(setup.costs),
                                                                            settings.channel_choices(setup.nodes)));
  if (setup.incarnation.value != 1) up_since_ = kNotYet;
  if (setup.membership.by_majority()) membership_.emplace(self_, nodes_, setup.incarnation, watching_ = watching(setup.membership));
  if (settings.covers("segment"))
    parts_.set(CallClass::segment, std::make_unique<parts::ClusterSegments>(self_, native::SegmentSettings::of(setup.costs),
                                                                            settings.segment_choices(setup.nodes)));
}

// The operations vector: each call either names only the caller, which is here, or asks first where its object is.
struct VprocSwitch::Switch {
  VprocSwitch& node;
  const CallEvent& event;
  Instant now;
  Effects& out;

  native::Processes& table() const { return node.processes_; }
  void answer(Errno error) const { node.answer({event.id, event.caller}, result_of(error), node.self_, out); }

  void operator()(const Spawn& spawn) const {
    const NodeId at = node.choose_node(spawn.placement, now, out);
    if (at.value >= node.nodes_) return answer(Errno::einval);
    if (!node.can_take(at)) return node.answer({event.id, event.caller}, Result::fail(Errno::ehostdown), node.self_, out);
    if (node.is_here(Site::spawn, at == node.self_, out)) node.create_here(event, spawn.program, true, now, out);
    else node.create_at(at, {event.id, event.caller}, node.create_for(event.caller, spawn.program, true), {}, out);
  }

  void operator()(const Rfork& fork) const { node.fork_onto(event, fork, now, out); }

  void operator()(const Exec& exec) const {
    const NodeId at = node.choose_node(exec.placement, now, out);
    if (at.value >= node.nodes_) return answer(Errno::einval);
    if (!node.can_take(at)) return node.answer({event.id, event.caller}, Result::fail(Errno::ehostdown), node.self_, out);
    if (!node.is_here(Site::exec, at == node.self_, out))
      return node.parts_.keep(event.caller) ? answer(Errno::eagain)
                                            : node.depart(event.caller, {at, {event.id, event.caller}, exec.program}, out);
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

  void operator()(const Wait& wait) const {   // a status lies with the parent, so this never leaves the node
    out.work(node.costs_.wait);
    table().wait(event.id, event.caller, wait, out);
  }

  void operator()(const Migrate& migrate) const { node.migrate(event, migrate, out); }
  void operator()(const Fork& fork) const { node.create_here(event, fork.child, false, now, out); }
  void operator()(const KillGroup& kill) const { node.kill_group(event, kill, out); }
  void operator()(const SetGroup& set) const { node.set_group(event, set, out); }
  void operator()(const SetSession&) const { node.set_session(event, out); }
  void operator()(const List&) const { node.list(event, out); }
  void operator()(const SetAction& set) const { answer(table().set_action(event.caller, set.signal, set.disposition)); }
  void operator()(const Pause&) const { table().pause(event.id, event.caller); }
  template <class C>   // of a part
  void operator()(const C&) const {
    if (!node.parts_.call(event, table(), now, out)) answer(Errno::enosys);
  }
  void operator()(const Compute&) const { SSI_CHECK(false, "the host serves compute"); }
  void operator()(const Sleep&) const { SSI_CHECK(false, "the host serves sleep"); }
};

struct VprocSwitch::Server {
  VprocSwitch& node;
  const Message& message;
  Effects& out;
  template <class M>
  void operator()(const M& body) const {
    node.serve(message, body, out);
  }
};

void VprocSwitch::serve_any(const Message& message, const vproc::Message& body, Effects& out) {
  if (const auto dead = recoveries_.all().empty() ? std::nullopt : is_rebuilt_first(body)) {
    const Header& header = message.header;
    return stall_until_rebuilt(*dead, {body, header.from, header.txn, header.cause, header.view});
  }
  std::visit(Server{*this, message, out}, body);
}

void VprocSwitch::handle(const Event& event, Effects& out) {
  const Instant now = now_;
  CallId own = kNoCall;
  std::visit(Overload{
                 [&](const BootEvent&) {
                   parts_.event(event, processes_, now, out);
                   if (settings_.gossip == "always") gossip_.start(out);
                 },
                 [&](const CallEvent& asked) {
                   own = asked.id;
                   call(asked, now, out);
                 },
                 [&](const MessageEvent& arrived) {
                   const Message& message = *arrived.message;
                   if (message.body.is<gossip::Message>()) {
                     gossip_.on_message(now, message.header.from, std::get<gossip::Load>(message.body.get<gossip::Message>()));
                     gossip_.start(out);
                   } else if (message.body.is<vproc::Message>()) {
                     serve_any(message, message.body.get<vproc::Message>(), out);
                   } else {
                     const bool taken = parts_.event(event, processes_, now, out);
                     SSI_CHECK(taken, "a message of a protocol that is not here");
                   }
                 },
                 [&](const TimerEvent& timer) {
                   if (timer.key == kGossipTimer) gossip_.on_timer(timer, load(), out);
                   else parts_.event(event, processes_, now, out);
                 },
                 [&](const CircuitBroken& broken) {
                   give_up(broken.peer, out);
                   parts_.event(event, processes_, now, out);
                 },
                 [&](const VerbDone&) { parts_.event(event, processes_, now, out); },
                 [&](const DiskDone&) { parts_.event(event, processes_, now, out); },
                 [&](const ViewChange&) {},   // views are agreed on in here (views.cpp)
                 [&](const Frozen& frozen) { stands_still(frozen); },
             },
             event);
  after_event(now, out);
  for (const Effects::Completion& completion : out.completions)
    if (completion.call != own) out.work(costs_.wakeup);
}

void VprocSwitch::after_event(Instant now, Effects& out) {
  parts_.settle(processes_, now, out, [&](Pid pid, Signal signal) { post(pid, signal, out); });
  if (!orders_.empty() || !departing_.empty()) go_where_ordered(out);
  tell_origins_of_reaped(out);
}

// The call of a process that died while it was queued has no effect and no answer.
void VprocSwitch::call(const CallEvent& event, Instant now, Effects& out) {
  if (processes_.find(event.caller) != nullptr) std::visit(Switch{*this, event, now, out}, *event.call);
}

bool VprocSwitch::is_here(Site site, bool here, Effects& out) {
  out.work(settings_.dispatch, Work::dispatch);
  out.note(Note::Kind::locality_test, static_cast<std::uint32_t>(site));
  if (!here) out.note(Note::Kind::shipped, static_cast<std::uint32_t>(site));
  return here;
}

NodeId VprocSwitch::choose_node(const Placement& placement, Instant now, Effects& out) {
  switch (placement.kind) {
    case Placement::Kind::here: return self_;
    case Placement::Kind::node: return placement.node;
    case Placement::Kind::least_loaded: break;
  }
  gossip_.start(out);
  NodeId chosen = gossip_.choose(now, load());
  if (!can_take(chosen)) chosen = self_;
  gossip_.placed(chosen);
  return chosen;
}

std::uint32_t VprocSwitch::load() const {
  std::uint32_t running = 0;
  for (const auto& [pid, process] : processes_.all()) running += !process.stopped && pid != processes_.init();
  return running;
}

void VprocSwitch::create_here(const CallEvent& event, const ProgramRef& program, bool exec, Instant now, Effects& out) {
  out.complete(event.id, Result::ok(new_child_here(event.caller, program, exec, now, out)), self_);
}

Pid VprocSwitch::new_child_here(Pid parent, const ProgramRef& program, bool exec, Instant now, Effects& out) {
  out.work(exec ? costs_.fork + costs_.exec : costs_.fork);
  const Pid child = processes_.allocate();
  const native::Heritage heritage = processes_.heritage(parent, exec);
  processes_.create(child, heritage, program, out);
  parts_.forked(parent, child, exec, processes_, now, out);
  if (!is_home(heritage.group)) enter_group(child, heritage.group, memberships_.seen(heritage.group, parent), out);
  return child;
}

void VprocSwitch::post(Pid pid, Signal signal, Effects& out) {
  if (signal == Signal::none) return;
  out.work(costs_.signal);
  if (const auto death = processes_.signal(pid, signal, out)) {
    out.work(costs_.exit);
    departed(*death, out);
  }
}

// What a request comes to. EHOSTDOWN: nobody knows.
Result VprocSwitch::result_of(Errno error) {
  if (error == Errno::none) return Result::ok();
  return error == Errno::ehostdown ? Result::info(error) : Result::fail(error);
}

// A caller that is dead gets no answer.
void VprocSwitch::answer(const vproc::Caller& caller, Result result, NodeId served, Effects& out) const {
  if (processes_.find(caller.pid) != nullptr) out.complete(caller.call, std::move(result), served);
}

}   // namespace ssi::vproc_switch
