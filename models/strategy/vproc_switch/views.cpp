// Who is a member of the image: the membership protocol is hosted here, and every other event asks it first. A node without a lease
// serves nothing; what comes then waits. A message of a view that this node has not installed yet waits for it; one of an incarnation
// that is no member any more is dropped, and so is what comes from a member after the circuit to it has broken: one of both will be left
// out. So of what another node has sent, this one has got the first part, in order. Who learns that it was left out stops for good.
#include "models/base/hash.hpp"
#include "models/base/overload.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {
namespace {

constexpr TimerKey kHeldTimer{hash_of("vproc_switch.held")}, kLostTimer{hash_of("vproc_switch.lost")};

// Those between a node that comes up and the others.
bool is_greeting(const Body& body) {
  if (!body.is<vproc::Message>()) return false;
  const auto& message = body.get<vproc::Message>();
  return std::holds_alternative<vproc::Hello>(message) || std::holds_alternative<vproc::Welcome>(message);
}

}   // namespace

void VprocSwitch::on_event(Instant now, const Event& event, Effects& out) {
  now_ = now;
  if (!membership_) return handle(event, out);
  if (membership_->evicted()) return;
  out.view = {static_cast<std::uint32_t>(membership_->view().number)};
  if (!is_of_membership(event, out)) {
    const Fate fate = fate_of(event);
    if (fate == Fate::serve) handle(event, out);
    if (fate == Fate::wait) hold(event, out);
  }
  if (membership_->evicted()) return stop_for_good(out);
  follow_view(out);
  serve_held(out);
  answer_hellos(out);
  drop_to_strangers(out);
}

// Events that only the membership needs, or that are about it.
bool VprocSwitch::is_of_membership(const Event& event, Effects& out) {
  if (std::holds_alternative<BootEvent>(event)) {
    membership_->boot(now_, out);
    for (const auto& member : membership_->view().members) known_[member.node] = member.incarnation;
    handle(event, out);
    return true;
  }
  if (const auto* broken = std::get_if<CircuitBroken>(&event)) return circuit_broke(*broken, out), true;
  if (const auto* arrived = std::get_if<MessageEvent>(&event)) return membership_->message(now_, *arrived->message, out);
  const auto* timer = std::get_if<TimerEvent>(&event);
  if (timer == nullptr) return false;
  if (timer->key == kLostTimer) return looks_for_lost(out), true;
  if (timer->key == kHeldTimer) {   // there is something to wait for, as the host can see
    if (!held_.empty()) out.set_timer(kHeldTimer, 0, watching_.heartbeat);
    return true;
  }
  return membership_->timer(now_, *timer, out);
}

VprocSwitch::Fate VprocSwitch::fate_of(const Event& event) const {
  const auto* arrived = std::get_if<MessageEvent>(&event);
  const Fate fate = arrived == nullptr ? Fate::serve : fate_of(*arrived->message);
  const bool up = can_take(self_) || !std::holds_alternative<CallEvent>(event);
  const bool may = up && membership_->may_serve(now_) && !(recoveries_.collects() && changes_groups(event));
  return fate == Fate::serve && !may ? Fate::wait : fate;
}

VprocSwitch::Fate VprocSwitch::fate_of(const Message& message) const {
  const Header& header = message.header;
  if (header.from == self_) return Fate::serve;
  const auto known = known_.find(header.from);
  if (known == known_.end() || header.from_incarnation > known->second) return Fate::wait;   // it is a member where that was sent
  if (header.from_incarnation < known->second || !is_member(header.from)) return Fate::drop;
  if (header.view.value > membership_->view().number) return Fate::wait;
  const bool to_an_earlier_one = header.view.value < up_since_ && !is_greeting(message.body);   // incarnation of this node
  return to_an_earlier_one || broken_.contains(header.from) ? Fate::drop : Fate::serve;
}

bool VprocSwitch::is_member(NodeId node) const { return !membership_ || membership_->view().find(node) != nullptr; }

void VprocSwitch::hold(const Event& event, Effects& out) {
  if (held_.empty()) out.set_timer(kHeldTimer, 0, watching_.heartbeat);
  held_.hold(event, out);
}

void VprocSwitch::serve_held(Effects& out) {
  if (held_.empty() || !membership_->may_serve(now_)) return;
  held_.serve(out, [this](const Event& event) { return fate_of(event); }, [&](const Event& event) { handle(event, out); });
}

// What was under way is lost. If silence has not decided who of both has gone before long, the membership does. Nothing has been asked of
// a node that comes up, and what it asks it asks again.
void VprocSwitch::circuit_broke(const CircuitBroken& broken, Effects& out) {
  const Duration patience = watching_.suspect_after * 2;
  const auto* member = membership_->view().find(broken.peer);
  if (member == nullptr) return;
  if (!can_take(self_)) return greet(broken.peer, out);
  if (member->stage != membership::Stage::up || !broken_.try_emplace(broken.peer, now_ + patience).second) return;
  out.set_timer(kLostTimer, 0, patience);
}

void VprocSwitch::looks_for_lost(Effects& out) {
  std::optional<Instant> next;
  for (const auto& [peer, until] : broken_) {
    if (until <= now_) membership_->apart(peer);
    else if (!next || until < *next) next = until;
  }
  if (next) out.set_timer(kLostTimer, 0, *next - now_);
}

// To whom this node may send.
VprocSwitch::Terms VprocSwitch::terms_with(const Effects::Send& send) const {
  if (send.to == self_ || send.body.is<membership::Message>()) return Terms::good;
  const auto* member = membership_->view().find(send.to);
  if (member == nullptr || (member->stage != membership::Stage::up && !is_greeting(send.body))) return Terms::stranger;
  return broken_.contains(send.to) ? Terms::broken : Terms::good;
}

// A message to who is no member, or not yet up, is not sent: whoever would wait for its answer is told at once.
void VprocSwitch::drop_to_strangers(Effects& out) {
  std::set<NodeId> told;
  for (bool any = true; any;) {
    std::set<NodeId> strangers;
    std::erase_if(out.sends, [&](const Effects::Send& send) {
      const Terms terms = terms_with(send);
      if (terms == Terms::stranger && !send.body.is<gossip::Message>()) strangers.insert(send.to);
      return terms != Terms::good;
    });
    any = false;
    for (NodeId node : strangers) {
      if (!told.insert(node).second) continue;
      any = true;
      fail_requests_to(node, out);
      parts_.event(CircuitBroken{node, 0}, processes_, now_, out);
    }
    if (any) after_event(now_, out);
  }
}

void VprocSwitch::stop_for_good(Effects& out) const {
  out.begin(out.cause, out.serving);
  out.restarts = true;
}

void VprocSwitch::hash_views(StateHash& hash) const {
  if (!membership_) return;
  membership_->hash_into(hash);
  duties_.hash_into(hash);
  recoveries_.hash_into(hash);
  hash.add(passed_on_.size());
  hash.add(held_.size());
  hash.add(up_since_);
  for (const auto& [peer, until] : broken_) hash.add(peer);
  for (NodeId node : welcomed_) hash.add(node);
  for (const auto& [node, view] : hellos_) hash.add(node);
  for (const auto& [dead, judged] : verdicts_) hash.add(dead);
}

}   // namespace ssi::vproc_switch
