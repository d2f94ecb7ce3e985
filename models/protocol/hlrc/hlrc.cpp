#include "models/protocol/hlrc/hlrc.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::hlrc {

using coherence::Access;
using coherence::Answer;
using coherence::LockId;
using coherence::Out;
using coherence::Right;
using coherence::Ticket;

Hlrc::Hlrc(const coherence::Place& place, const Settings& settings, const PageRules& rules)
    : place_(place), intervals_(place.self), locks_(place), barriers_(place), pages_(place, settings, rules), loop_(place.self) {}

std::optional<Answer> Hlrc::access(Ticket ticket, const Access& access, Out out) {
  auto answer = pages_.access(ticket, access, out, loop_);
  drain(out);
  return answer;
}

bool Hlrc::lock(Ticket ticket, LockId lock, Out out) {
  SSI_CHECK(!barriers_.waiting(), "a node at a barrier takes no locks: a node is one thread there");
  const bool taken = locks_.want(lock, ticket, intervals_, out, loop_);
  drain(out);
  return taken;
}

void Hlrc::unlock(LockId lock, Out out) {
  end_interval(out);   // before the grant: it tells what was written
  locks_.release(lock, intervals_, out, loop_);
  drain(out);
}

bool Hlrc::barrier(Ticket ticket, LockId barrier, Out out) {
  SSI_CHECK(!locks_.waits(), "a node that waits for a lock does not come to a barrier: a node is one thread there");
  end_interval(out);
  barriers_.arrive(barrier, ticket, intervals_, false, out, loop_);
  drain(out);
  return false;
}

void Hlrc::on_message(const ssi::Message& message, Out out) {
  handle(message.header.from, message.header.txn, message.header.cause, message.body.get<Message>(), out);
  drain(out);
}

void Hlrc::evict(PageId page, Out out) {
  pages_.evict(page, out, loop_);
  drain(out);
}

void Hlrc::drain(Out out) {
  loop_.drain([&](const Loopback<Message>::Item& item) { handle(place_.self, item.txn, item.cause, item.message, out); });
}

// Of whatever was written since the last end.
void Hlrc::end_interval(Out out) {
  auto pages = pages_.dirty();
  if (pages.empty()) return;
  const Record record = intervals_.end(std::move(pages));
  pages_.end_interval(*record, out, loop_);
}

// Own writes to a page that somebody else has written too are saved first: the copy is about to be invalid.
void Hlrc::learn(Records records, Out out) {
  std::sort(records.begin(), records.end(),
            [](const Record& a, const Record& b) { return std::pair(a->node, a->number) < std::pair(b->node, b->number); });
  if (!records.empty()) end_interval(out);
  for (const Record& record : records)
    if (intervals_.learn(record)) pages_.notice(*record, out, loop_);
}

void Hlrc::handle(NodeId from, TxnId txn, CallId cause, const Message& message, Out out) {
  std::visit(Overload{[&](const Acquire& m) { locks_.on_acquire(txn, m, cause, intervals_, out, loop_); },
                      [&](const Grant& m) {
                        learn(m.records, out);
                        locks_.on_grant(m, out);
                      },
                      [&](const Arrive& m) {
                        if (!barriers_.on_arrive(from, txn, m, cause)) return;
                        learn(barriers_.brought(m.barrier), out);
                        barriers_.depart(m.barrier, intervals_, out, loop_);
                      },
                      [&](const Depart& m) {
                        learn(m.records, out);
                        barriers_.on_depart(m, intervals_, out);
                        intervals_.forget(intervals_.known());   // everybody knows it, or will before it asks
                      },
                      [&](const Flush& m) { pages_.on_flush(from, m, out, loop_); },
                      [&](const Fetch& m) { pages_.on_fetch(from, txn, m, cause, out, loop_); },
                      [&](const Page& m) { pages_.on_page(txn, m, out, loop_); }},
             message);
}

Right Hlrc::right(PageId page) const {
  switch (pages_.state(page)) {
    case PageState::clean: return Right::read;
    case PageState::dirty: return Right::write;
    case PageState::invalid:
    case PageState::fetching: return Right::none;
  }
  SSI_CHECK(false, "no such state");
}

void Hlrc::hash_into(Digest& digest) const {
  intervals_.hash_into(digest);
  locks_.hash_into(digest);
  barriers_.hash_into(digest);
  pages_.hash_into(digest);
}

void Hlrc::hash_message(const Body& body, Digest& digest) const {
  const Message& message = body.get<Message>();
  digest.add(message.index());
  StateHash contents;
  std::visit(Overload{[&](const Acquire& m) {
                        digest.add(m.lock.value);
                        digest.add(m.requester);
                        hash_clock(*m.clock, digest);
                      },
                      [&](const Grant& m) {
                        digest.add(m.lock.value);
                        hash_records(m.records, digest);
                      },
                      [&](const Arrive& m) {
                        digest.add(m.barrier.value);
                        hash_clock(*m.clock, digest);
                        hash_records(m.records, digest);
                      },
                      [&](const Depart& m) {
                        digest.add(m.barrier.value);
                        hash_records(m.records, digest);
                      },
                      [&](const Flush& m) {
                        digest.add(m.page.value);
                        digest.add(std::uint64_t{m.interval} << 32 | m.previous);
                        m.diff->hash_into(contents);
                        digest.add(contents.value());
                      },
                      [&](const Fetch& m) {
                        digest.add(m.page.value);
                        hash_clock(*m.needed, digest);
                      },
                      [&](const Page& m) {
                        digest.add(m.page.value);
                        hash_clock(*m.has, digest);
                        digest.add(m.data);
                      }},
             message);
}

}   // namespace ssi::hlrc
