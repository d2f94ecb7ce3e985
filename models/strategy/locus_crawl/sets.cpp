// The partition set that this site is in: the protocols that agree on it are hosted here, and every other event asks first. A message of a
// set that is not known here yet waits; one of a site that is no member is dropped, and its sender hears of it. While the sites tell each
// other what is where, calls and what comes from who has told already wait.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"
#include "models/strategy/locus_crawl/locus_crawl.hpp"

namespace ssi::locus_crawl {

void LocusCrawl::on_event(Instant now, const Event& event, Effects& out) {
  now_ = now;
  if (!sets_) return handle(event, out);
  out.view = {static_cast<std::uint32_t>(sets_->number())};
  if (!is_of_sets(event, out)) {
    const Fate fate = fate_of(event);
    if (fate == Fate::serve) handle(event, out);
    if (fate == Fate::wait) held_.hold(event, out);
    if (fate == Fate::drop) sets_->stranger_spoke(std::get<MessageEvent>(event).message->header.from, out);
  }
  follow_set(out);
  held_.serve(out, [this](const Event& waits) { return fate_of(waits); }, [&](const Event& waited) { handle(waited, out); });
  drop_to_strangers(out);
}

bool LocusCrawl::is_of_sets(const Event& event, Effects& out) {
  if (std::holds_alternative<BootEvent>(event)) {
    sets_->boot(out);
    tell_files(out);
    handle(event, out);
    return true;
  }
  if (const auto* broken = std::get_if<CircuitBroken>(&event)) {
    sets_->circuit_broken(broken->peer, out);
    lose(broken->peer, out);
    return true;
  }
  if (const auto* arrived = std::get_if<MessageEvent>(&event)) return sets_->message(*arrived->message, out);
  const auto* timer = std::get_if<TimerEvent>(&event);
  return timer != nullptr && sets_->timer(*timer, out);
}

LocusCrawl::Fate LocusCrawl::fate_of(const Event& event) const {
  if (const auto* arrived = std::get_if<MessageEvent>(&event)) return fate_of(*arrived->message);
  return std::holds_alternative<CallEvent>(event) && !awaited_.empty() ? Fate::wait : Fate::serve;
}

// What a site had sent before it told is served before what it told counts.
LocusCrawl::Fate LocusCrawl::fate_of(const Message& message) const {
  const Header& header = message.header;
  if (header.from == self_) return Fate::serve;
  if (header.view.value > sets_->number() && !sets_->at_rest()) return Fate::wait;
  if (header.view.value > sets_->number() || !sets_->has(header.from, header.from_incarnation)) return Fate::drop;
  const bool of_processes = message.body.is<lp::Message>() && !std::holds_alternative<lp::Present>(message.body.get<lp::Message>());
  return of_processes && !awaited_.empty() && !awaited_.contains(header.from) ? Fate::wait : Fate::serve;
}

// What was under way to or from the site is lost with the circuit; what is rebuilt waits for the next set.
void LocusCrawl::lose(NodeId site, Effects& out) {
  held_.forget_messages_from(site);
  give_up(site, out);
  parts_.event(CircuitBroken{site, 0}, processes_, now_, out);
  after_event(out);
}

void LocusCrawl::follow_set(Effects& out) {
  const auto change = sets_->take_change();
  if (!change) return;
  for (const auto& [site, incarnation] : change->left) lose(site, out);
  for (const auto& [site, incarnation] :
       change->joined)   // as another incarnation: what was on its way there has ended with the one before
    std::erase_if(limbo_, [&, site = site, incarnation = incarnation](const auto& entry) {
      if (entry.second == site && incarnation.value > 1) out.order({ProgramOrder::Kind::end, entry.first});
      return entry.second == site;
    });
  out.view = {static_cast<std::uint32_t>(sets_->number())};
  tell_files(out);
  tell_present(!change->left.empty(), out);
  after_event(out);
}

// The parts hear of it as of a message of this site's own.
void LocusCrawl::tell_files(Effects& out) {
  Message message;
  message.header.from = message.header.to = self_;
  message.body.hold(locus::Message(locus::NewSet{static_cast<std::uint32_t>(sets_->number()), members()}));
  const bool taken = parts_.event(MessageEvent{&message}, processes_, now_, out);
  SSI_CHECK(taken, "files do not take part in partition sets");
}

std::set<NodeId> LocusCrawl::members() const {
  std::set<NodeId> out{self_};
  for (std::uint32_t node = 0; node < nodes_; ++node)
    if (!sets_ || sets_->sites().contains(NodeId{node})) out.insert(NodeId{node});
  return out;
}

// Surrogate birth site: the lowest of the set.
NodeId LocusCrawl::tracker(Pid pid) const {
  return !sets_ || sets_->sites().contains(pid.origin()) ? pid.origin() : sets_->sites().begin()->first;
}

// Who is on another side of a cut may live.
Errno LocusCrawl::error_of_gone() const { return sets_ && sets_->sites().size() < nodes_ ? Errno::ehostdown : Errno::esrch; }

// To who is no member nothing is sent: whoever would wait for an answer is told at once.
void LocusCrawl::drop_to_strangers(Effects& out) {
  std::set<NodeId> told;
  for (bool any = true; any;) {
    std::set<NodeId> strangers;
    std::erase_if(out.sends, [&](const Effects::Send& send) {
      const bool strange = send.to != self_ && !sets_->has(send.to) && !send.body.is<partition_sets::Message>();
      if (strange && !send.body.is<locus::Message>()) strangers.insert(send.to);
      return strange;
    });
    any = false;
    for (const NodeId site : strangers) {
      if (!told.insert(site).second) continue;
      any = true;
      lose(site, out);
    }
  }
}

}   // namespace ssi::locus_crawl
