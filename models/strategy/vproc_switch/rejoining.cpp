// A node that comes up: it greets every member of its view, and serves when all have answered in that view. So each of them has given up
// what it had had with the incarnation before, and has done what followed from its end; and the node knows who has which duty.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

// In each new view.
void VprocSwitch::come_up(Effects& out) {
  if (can_take(self_)) {
    if (up_since_ == kNotYet) up_since_ = membership_->view().number;
    return;
  }
  welcomed_.clear();
  membership_->ready(false);
  for (const auto& member : membership_->view().members)
    if (member.node != self_) greet(member.node, out);
  be_up_if_welcome();
}

void VprocSwitch::greet(NodeId node, Effects& out) {
  out.send(node, pending_.fresh(), vproc::Message(vproc::Hello{membership_->view().number}));
}

void VprocSwitch::serve(const Message& message, const vproc::Hello& hello, Effects&) { hellos_[message.header.from] = hello.view; }

// Not before what the loss of nodes had broken works again here. Who greets in an earlier view will greet in this one.
void VprocSwitch::answer_hellos(Effects& out) {
  if (hellos_.empty() || !recoveries_.all().empty()) return;
  const std::uint64_t number = membership_->view().number;
  const auto duties = can_take(self_) ? std::make_shared<const std::map<NodeId, vproc::Duty>>(duties_.all()) : nullptr;
  for (const auto& [node, view] : std::exchange(hellos_, {}))
    if (view == number) out.send(node, pending_.fresh(), vproc::Message(vproc::Welcome{number, duties}));
}

void VprocSwitch::serve(const Message& message, const vproc::Welcome& welcome, Effects&) {
  if (welcome.view != membership_->view().number || can_take(self_)) return;
  if (welcome.duties) duties_.set(*welcome.duties);
  welcomed_.insert(message.header.from);
  be_up_if_welcome();
}

void VprocSwitch::be_up_if_welcome() {
  if (welcomed_.size() + 1 == membership_->view().members.size()) membership_->ready();
}

}   // namespace ssi::vproc_switch
