#include "models/protocol/release/node.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::release {

using coherence::LockId;
using coherence::Out;
using coherence::Ticket;

template <class F>
void Node::with_knowledge(Out out, F use) {
  const std::function<void()> before_pass = [this, &out] {
    if (ends_ == Ends::when_told) end_interval(out);
  };
  use(Locks::Knowledge{intervals_, before_pass, out, loop_});
}

bool Node::lock(Ticket ticket, LockId lock, Out out) {
  bool taken = false;
  with_knowledge(out, [&](Locks::Knowledge at) { taken = locks_.want(lock, ticket, at); });
  drain(out);
  return taken;
}

void Node::unlock(LockId lock, Out out) {
  if (ends_ == Ends::at_release) end_interval(out);   // before the grant: it tells what was written
  with_knowledge(out, [&](Locks::Knowledge at) { locks_.release(lock, at); });
  drain(out);
}

bool Node::barrier(Ticket ticket, LockId barrier, std::uint32_t parties, Out out) {
  end_interval(out);
  barriers_.arrive(barrier, ticket, parties, intervals_, keeps_too_much(), out, loop_);
  drain(out);
  return false;
}

void Node::on_message(const ssi::Message& message, Out out) {
  if (message.body.is<Message>()) handle(message.header.from, message.header.txn, message.header.cause, message.body.get<Message>(), out);
  else on_page_message(message, out);
  drain(out);
}

void Node::drain(Out out) {
  do {
    loop_.drain([&](const Loopback<Message>::Item& item) { handle(place_.self, item.txn, item.cause, item.message, out); });
    if (barriers_.collecting() && validated(collecting_)) barriers_.collected(out, loop_);
  } while (drain_pages(out) || !loop_.empty());
}

// Of whatever was written since the last end.
void Node::end_interval(Out out) {
  auto pages = dirty();
  if (pages.empty()) return;
  const Record record = intervals_.end(std::move(pages));
  ended(record, out);
}

// Own writes to a page that somebody else has written too are saved first: the copy is about to be invalid.
void Node::learn(Records records, Out out) {
  std::sort(records.begin(), records.end(),
            [](const Record& a, const Record& b) { return std::pair(a->node, a->number) < std::pair(b->node, b->number); });
  if (!records.empty()) end_interval(out);
  for (const Record& record : records)
    if (intervals_.learn(record)) noticed(record, out);
}

bool Node::waits_for_floor(const Message& message) const {
  if (flaws_.heeds_no_floor) return false;
  const auto unknown = [&](const auto& m) {
    if constexpr (requires { m.above; }) return !intervals_.known().covers(*m.above);
    else return false;
  };
  return std::visit(unknown, message);
}

void Node::handle(NodeId from, TxnId txn, CallId cause, const Message& message, Out out) {
  if (waits_for_floor(message)) return early_.push_back({from, txn, cause, message});
  std::visit(Overload{[&](const Acquire& m) { with_knowledge(out, [&](Locks::Knowledge at) { locks_.on_acquire(txn, m, cause, at); }); },
                      [&](const Grant& m) {
                        learn(m.records, out);
                        with_knowledge(out, [&](Locks::Knowledge at) { locks_.on_grant(m, at); });
                      },
                      [&](const Arrive& m) { on_arrive(from, txn, m, cause, out); }, [&](const Depart& m) { on_depart(txn, m, out); },
                      [&](const Collected& m) { barriers_.on_collected(from, txn, m, cause, out, loop_); },
                      [&](const Resume& m) {
                        drop(*m.floor, out);
                        barriers_.on_resume(txn, out);
                      }},
             message);
}

void Node::on_arrive(NodeId from, TxnId txn, const Arrive& m, CallId cause, Out out) {
  if (!barriers_.on_arrive(from, txn, m, cause)) return;
  learn(barriers_.brought(m.barrier), out);
  barriers_.depart(m.barrier, intervals_, out, loop_);
}

void Node::on_depart(TxnId txn, const Depart& m, Out out) {
  learn(m.records, out);
  if (m.floor) intervals_.forget(*m.floor);
  if (barriers_.on_depart(txn, m, out)) {
    collecting_.merge(*m.floor);
    validate(*m.floor, out);
  }
  for (Early& early : std::exchange(early_, {})) handle(early.from, early.txn, early.cause, early.message, out);
}

void Node::hash_into(Digest& digest) const {
  intervals_.hash_into(digest);
  locks_.hash_into(digest);
  barriers_.hash_into(digest);
  digest.add(early_.size());
  for (const Early& early : early_) digest.add(early.from);
}

void Node::hash_message(const Body& body, Digest& digest) const {
  const Message& message = body.get<Message>();
  digest.add(message.index());
  std::visit(Overload{[&](const Acquire& m) {
                        digest.add(m.lock.value);
                        digest.add(m.requester);
                        hash_clock(*m.clock, digest);
                      },
                      [&](const Grant& m) {
                        digest.add(m.lock.value);
                        hash_clock(*m.above, digest);
                        hash_records(m.records, digest);
                      },
                      [&](const Arrive& m) {
                        digest.add(m.barrier.value << 32 | m.parties);
                        hash_clock(*m.clock, digest);
                        hash_records(m.records, digest);
                      },
                      [&](const Depart& m) {
                        digest.add(m.barrier.value << 1 | std::uint64_t{m.collect});
                        hash_records(m.records, digest);
                        if (m.floor) hash_clock(*m.floor, digest);
                      },
                      [&](const Collected& m) { digest.add(m.barrier.value); }, [&](const Resume& m) { digest.add(m.barrier.value); }},
             message);
}

}   // namespace ssi::release
