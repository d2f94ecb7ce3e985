#include "tests/explore/world/cluster.hpp"

#include "models/base/check.hpp"

namespace ssi::test {

using coherence::Access;
using coherence::Answer;
using coherence::LockId;
using coherence::Out;
using coherence::Right;
using coherence::Ticket;

Access load(PageId page, std::uint32_t offset) { return {.kind = Access::Kind::load, .page = page, .offset = offset}; }
Access store(PageId page, std::uint64_t value, std::uint32_t offset) {
  return {.kind = Access::Kind::store, .page = page, .offset = offset, .operand = value};
}

Cluster::Cluster(const Design& design, Options options) : design_(&design), options_(options) {
  for (std::uint32_t n = 0; n < options.nodes; ++n)
    machines_.push_back(design.make({.self = {n}, .nodes = options.nodes, .page_bytes = options.page_bytes, .homes = options.homes}));
}

coherence::Machine& Cluster::changing(NodeId node) {
  auto& machine = machines_[node.value];
  if (machine.use_count() > 1) machine = machine->clone();
  return *machine;
}

Out Cluster::begin_event(CallId cause, bool serving) {
  effects_.begin(cause, serving);
  outcome_.clear();
  return {now_, effects_, outcome_};
}

Ticket Cluster::begin(NodeId node, const Access& access) {
  const Ticket ticket = next_ticket();
  pending_[ticket] = {node, access, ledger_.writes({access.page, access.offset})};
  const auto answer = changing(node).access(ticket, access, begin_event({ticket.value}, false));
  if (answer) finish(ticket, *answer, 0);
  carry_out(node, 0);
  return ticket;
}

Ticket Cluster::lock(NodeId node, LockId lock) {
  const Ticket ticket = next_ticket();
  pending_[ticket] = {node, {.kind = Access::Kind::want_read, .page = {}}, 0};
  if (changing(node).lock(ticket, lock, begin_event({ticket.value}, false))) finish(ticket, {}, 0);
  carry_out(node, 0);
  return ticket;
}

void Cluster::unlock(NodeId node, LockId lock) {
  changing(node).unlock(lock, begin_event(kNoCall, false));
  carry_out(node, 0);
}

Ticket Cluster::barrier(NodeId node, LockId barrier, std::uint32_t parties) {
  const Ticket ticket = next_ticket();
  pending_[ticket] = {node, {.kind = Access::Kind::want_read, .page = {}}, 0};
  if (changing(node).barrier(ticket, barrier, parties > 0 ? parties : options_.nodes, begin_event({ticket.value}, false)))
    finish(ticket, {}, 0);
  carry_out(node, 0);
  return ticket;
}

std::vector<std::size_t> Cluster::deliverable() const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < flights_.size(); ++i) {
    const Header& header = flights_[i].message.header;
    bool first = true;
    for (std::size_t j = 0; options_.fifo && j < i && first; ++j) {
      const Header& other = flights_[j].message.header;
      first = other.from != header.from || other.to != header.to || other.priority != header.priority;
    }
    if (first) found.push_back(i);
  }
  return found;
}

void Cluster::deliver(std::size_t flight) {
  const Flight taken = std::move(flights_[flight]);
  flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(flight));
  const NodeId node = taken.message.header.to;
  changing(node).on_message(taken.message, begin_event(taken.message.header.cause, true));
  carry_out(node, taken.hops);
}

void Cluster::fire(std::size_t timer) {
  const Timer taken = timers_[timer];
  timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(timer));
  changing(taken.node).on_timer(taken.key, taken.generation, begin_event(kNoCall, false));
  carry_out(taken.node, 0);
}

void Cluster::evict(NodeId node, PageId page) {
  changing(node).evict(page, begin_event(kNoCall, false));
  carry_out(node, 0);
}

void Cluster::deliver_all() {
  while (!flights_.empty() || !timers_.empty()) {
    if (!flights_.empty()) {
      deliver(0);
      continue;
    }
    pass(milliseconds(1000));
    fire(0);
  }
}

void Cluster::carry_out(NodeId node, std::uint32_t hops) {
  for (const auto& done : outcome_.done) finish(done.ticket, done.answer, hops);
  for (const PageNote& note : outcome_.notes) {
    ++notes_[note.kind];
    if (note.kind == PageNote::Kind::transition && options_.transitions)
      ++(*options_.transitions)[std::string(note.state) + "+" + std::string(note.event)];
  }
  for (const auto& timer : effects_.timers) {
    std::erase_if(timers_, [&](const Timer& old) { return old.node == node && old.key == timer.key; });
    timers_.push_back({node, timer.key, timer.generation});
  }
  for (auto& send : effects_.sends) {
    SSI_CHECK(send.to != node && send.to.value < options_.nodes, "a message to the own node, or to none");
    ++sent_[send.cause];
    Header header{.from = node, .to = send.to, .txn = send.txn, .cause = send.cause, .priority = send.priority};
    header.bytes = send.body.bytes();
    bytes_ += header.bytes;
    if (header.bytes >= kHeaderBytes + options_.page_bytes) ++pages_sent_;
    flights_.push_back({{header, std::move(send.body)}, hops + 1});
  }
}

void Cluster::finish(Ticket ticket, const Answer& answer, std::uint32_t hops) {
  const auto found = pending_.find(ticket);
  SSI_CHECK(found != pending_.end(), "an access ended twice");
  const Pending& p = found->second;
  const Word word{p.access.page, p.access.offset};
  if (p.access.kind == Access::Kind::store || p.access.kind == Access::Kind::exchange ||
      (p.access.kind == Access::Kind::compare_swap && answer.value == p.access.expected))
    ledger_.wrote(word, p.access.operand);
  finished_.push_back({ticket, p.node, p.access, answer, p.from, hops});
  pending_.erase(found);
}

std::vector<Finished> Cluster::take_finished() { return std::exchange(finished_, {}); }

void Cluster::check(PageId page) const {
  std::vector<const coherence::Machine*> all;
  for (const auto& machine : machines_) {
    machine->check_invariants();
    all.push_back(machine.get());
    if (!design_->data_value || machine->right(page) == Right::none) continue;
    const PageData& copy = *machine->copy(page);
    for (std::uint32_t offset = 0; offset + kWordBytes <= options_.page_bytes; offset += kWordBytes)
      SSI_INVARIANT(copy.word(offset) == ledger_.latest({page, offset}), "D2: node " + std::to_string(all.size() - 1) + " reads " +
                                                                             std::to_string(copy.word(offset)) + ", the last write was " +
                                                                             std::to_string(ledger_.latest({page, offset})));
  }
  design_->check(all, page, options_.homes);
}

std::uint64_t Cluster::sent(Ticket ticket) const {
  const auto found = sent_.find(CallId{ticket.value});
  return found == sent_.end() ? 0 : found->second;
}

std::uint64_t Cluster::noted(coherence::Outcome::Note::Kind kind) const {
  const auto found = notes_.find(kind);
  return found == notes_.end() ? 0 : found->second;
}

std::string Cluster::describe() const {
  std::string text;
  for (std::uint32_t n = 0; n < options_.nodes; ++n) {
    StateDump dump;
    machines_[n]->describe(dump);
    for (const auto& [key, value] : dump.entries) text += "  node " + std::to_string(n) + ", " + key + ": " + value + "\n";
  }
  for (const Flight& flight : flights_)
    text += "  under way: " + std::string(flight.message.body.type().name) + " " + std::to_string(flight.message.header.from.value) + "->" +
            std::to_string(flight.message.header.to.value) + "\n";
  return text;
}

}   // namespace ssi::test
