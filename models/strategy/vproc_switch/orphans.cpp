// Orphans: REPARENT tells a child's node who its parent is now. With `init` single that is the init of node 0, wherever they all are, and
// ADOPT tells that node of its new child.
//
// Every orphan that REPARENT or its exit brings to that init is announced by one ADOPT, which either may overtake: who is met first is
// remembered until then.
#include "models/base/check.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi::vproc_switch {

using vproc::Asker;

void VprocSwitch::leave_orphans(const native::Departure& departure, Effects& out) {
  for (Pid orphan : departure.orphans) {
    is_here(Site::orphan, false, out);
    const auto at = children_.extract(orphan);
    SSI_CHECK(!at.empty(), "a child elsewhere whose node is not known");
    orphaned(orphan, at.mapped(), out);
  }
  for (Pid orphan : departure.given_up) {
    is_here(Site::orphan, false, out);
    parents_[orphan] = {{processes_.reaper().origin()}, {}};
    tell_reaper(orphan, {self_, moves_of(orphan)}, out);
  }
}

// A child elsewhere.
void VprocSwitch::orphaned(Pid child, vproc::Place place, Effects& out) {
  const Pid parent = settings_.one_init() ? processes_.reaper() : kNoPid;
  if (settings_.one_init()) tell_reaper(child, place, out);
  reparent({child, parent}, {self_, pending_.fresh(), out.cause}, {false, place}, out);
}

void VprocSwitch::serve(const Message& message, const vproc::Reparent& reparent, Effects& out) {
  const Header& header = message.header;
  this->reparent(reparent, {header.from, header.txn, header.cause}, {true, std::nullopt}, out);
}

// A child that has exited meanwhile needs no parent; its notice will find none.
void VprocSwitch::reparent(const vproc::Reparent& reparent, const Asker& asker, Origin of, Effects& out) {
  const Pid child = reparent.child;
  const Found found = find_for(child, reparent, asker, of, out);
  if (found.as != Found::As::here || parents_.erase(child) == 0) return;   // the latter: adopted here already
  const Pid parent = reparent.parent == kNoPid ? processes_.init() : reparent.parent;
  if (processes_.find(parent) == nullptr) parents_[child] = {{parent.origin()}, {}};
  else if (reparent.parent != kNoPid) meet_before_adoption(child);
  children_.erase(child);
  processes_.reparent(child, parent);
}

void VprocSwitch::tell_reaper(Pid child, vproc::Place place, Effects& out) {
  if (is_reaper_here()) adopt(child, place, out);
  else out.send(processes_.reaper().origin(), pending_.fresh(), vproc::Message(vproc::Adopt{child, place}));
}

void VprocSwitch::serve(const Message&, const vproc::Adopt& adopt, Effects& out) { this->adopt(adopt.child, adopt.place, out); }

void VprocSwitch::adopt(Pid child, vproc::Place place, Effects& out) {
  if (met_before_adoption_.erase(child) > 0) return;
  if (processes_.find(child) != nullptr) {
    parents_.erase(child);
    return processes_.reparent(child, processes_.reaper());
  }
  processes_.add_child(processes_.reaper(), child);
  children_[child] = place;
  if (is_known_dead(child)) lose_child(processes_.reaper(), child, out);
}

// Of init's own children and of those it has been told of nothing is to come.
void VprocSwitch::meet_before_adoption(Pid child) {
  if (processes_.find(processes_.reaper())->children.contains(child)) return;
  met_before_adoption_.insert(child);
  processes_.add_child(processes_.reaper(), child);
}

}   // namespace ssi::vproc_switch
