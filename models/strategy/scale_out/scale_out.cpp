// What is asked of this node: calls that name another host, messages of the daemon's protocol, everything else the kernel's.
#include "models/strategy/scale_out/scale_out.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"
#include "models/native/single_node.hpp"

namespace ssi::scale_out {
namespace {

native::Parts parts_of(const NodeSetup& setup, const Settings& settings) {
  native::Parts out = native::parts_of_one_node(setup.self, setup.costs, setup.disk);
  out.set(CallClass::file, parts::cluster_files(setup.self, setup.costs, setup.disk, settings.files(setup.nodes)));
  out.set(CallClass::channel, std::make_unique<parts::ClusterChannels>(setup.self, native::ChannelSettings::of(setup.costs),
                                                                       settings.channels(setup.self, setup.nodes)));
  return out;
}

}   // namespace

ScaleOut::ScaleOut(const NodeSetup& setup, Settings settings)
    : self_(setup.self), nodes_(setup.nodes), settings_(std::move(settings)), costs_(native::Costs::of(setup.costs)),
      kernel_(setup.self, setup.incarnation, costs_, parts_of(setup, settings_)),
      client_(setup.self, setup.incarnation, settings_.client()) {}

struct ScaleOut::Served {
  ScaleOut& node;
  rexec::Server::Key key;   // of the sender, if it is a client
  Instant now;
  Effects& out;

  void operator()(const rexec::Login& login) const {
    out.work(Duration{node.settings_.login_server.ns / login.rounds});
    if (login.round == 1) node.open_session(key, login, now, out);
    else node.server_.challenge(key, login, out);
  }
  void operator()(const rexec::Start& start) const { node.start_program(key, start, now, out); }
  void operator()(const rexec::Deliver& deliver) const {
    if (const auto program = node.server_.signalled(key)) node.signal_program(*program, deliver.signal, out);
  }
  void operator()(const rexec::HangUp&) const {
    if (const auto session = node.server_.hung_up(key)) node.leave(*session, out);
  }
  void operator()(const rexec::Challenge& challenge) const {
    out.work(Duration{node.settings_.login_client.ns / node.settings_.login_rounds});
    node.turn(node.client_.on(key.txn, challenge, out), out);
  }
  void operator()(const rexec::Exited& exited) const { node.turn(node.client_.on(key.txn, exited), out); }
  void operator()(const rexec::Closed& closed) const { node.turn(node.client_.on(key.txn, closed), out); }
};

void ScaleOut::on_event(Instant now, const Event& event, Effects& out) {
  CallId own = kNoCall;
  std::visit(Overload{
                 [&](const CallEvent& asked) {
                   own = asked.id;
                   if (!call(asked, now, out)) kernel_.serve(now, event, out);
                 },
                 [&](const MessageEvent& arrived) {
                   const Message& message = *arrived.message;
                   if (!message.body.is<rexec::Message>()) return kernel_.serve(now, event, out);
                   std::visit(Served{*this, {message.header.from, message.header.txn}, now, out}, message.body.get<rexec::Message>());
                 },
                 [&](const CircuitBroken& broken) {
                   circuit_broken(broken.peer, now, out);
                   kernel_.serve(now, event, out);
                 },
                 [&](const auto&) { kernel_.serve(now, event, out); },
             },
             event);
  follow(now, out);
  kernel_.charge_wakeups(own, out);
}

// A process cannot be copied, moved or replaced on another host, only a program can be started there. That of a dead caller has no effect.
bool ScaleOut::call(const CallEvent& event, Instant now, Effects& out) {
  if (kernel_.processes().find(event.caller) == nullptr) return false;
  const auto refuse_if = [&](bool elsewhere) {
    if (elsewhere) out.complete(event.id, Result::fail(Errno::enosys), self_);
    return elsewhere;
  };
  const auto names_another = [&](const Placement& at) { return at.kind == Placement::Kind::node && at.node != self_; };
  if (const auto* exec = std::get_if<Exec>(event.call)) return refuse_if(names_another(exec->placement));
  if (const auto* migrate = std::get_if<Migrate>(event.call)) return refuse_if(migrate->node != self_);
  if (const auto* fork = std::get_if<Rfork>(event.call))
    return refuse_if(std::any_of(fork->nodes.begin(), fork->nodes.end(), [&](NodeId node) { return node != self_; }));
  const auto* spawn = std::get_if<Spawn>(event.call);
  if (spawn == nullptr) return false;
  const NodeId at = choose_node(spawn->placement, now);
  if (at == self_) return false;
  if (at.value >= nodes_) out.complete(event.id, Result::fail(Errno::einval), self_);
  else start_elsewhere(event, *spawn, at, now, out);
  return true;
}

NodeId ScaleOut::choose_node(const Placement& placement, Instant now) {
  if (placement.kind == Placement::Kind::node) return placement.node;
  if (placement.kind == Placement::Kind::here || settings_.least_loaded == "here") return self_;
  NodeId next = self_;
  for (std::uint32_t i = 0; i < nodes_; ++i) {
    next = NodeId{(self_.value + placed_++) % nodes_};
    if (!avoids(next, now)) break;
  }
  return next;
}

bool ScaleOut::avoids(NodeId node, Instant now) const {
  const auto found = left_out_.find(node);
  return found != left_out_.end() && now < found->second;
}

void ScaleOut::circuit_broken(NodeId peer, Instant now, Effects& out) {
  left_out_[peer] = now + settings_.backoff;
  for (const rexec::Client::Lost& lost : client_.lost(peer))
    if (!try_elsewhere(lost, peer, now, out)) turn({rexec::Client::Turn::Is::over, lost.process, rexec::kNoStatus}, out);
  for (const auto& session : server_.lost(peer)) leave(session, out);
}

// Nobody knows how far the program came. The last host to be tried is this one.
bool ScaleOut::try_elsewhere(const rexec::Client::Lost& lost, NodeId from, Instant now, Effects& out) {
  if (kernel_.processes().find(lost.process)->stopped || tries_[lost.process] >= settings_.retries) return false;
  const std::uint32_t tried = ++tries_[lost.process];
  NodeId to{(from.value + tried) % nodes_};
  while (to != self_ && avoids(to, now)) to = NodeId{(to.value + 1) % nodes_};
  client_.begin(lost.process, to, lost.program, out);
  return true;
}

}   // namespace ssi::scale_out
