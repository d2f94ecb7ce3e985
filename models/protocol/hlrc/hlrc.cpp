#include "models/protocol/hlrc/hlrc.hpp"

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::hlrc {

using coherence::Access;
using coherence::Answer;
using coherence::Out;
using coherence::Right;
using coherence::Ticket;

Hlrc::Hlrc(const coherence::Place& place, const Settings& settings, const PageRules& rules, const release::Flaws& flaws)
    : Node(place, release::Ends::at_release, flaws), pages_(place, settings, rules), loop_(place.self) {}

std::optional<Answer> Hlrc::access(Ticket ticket, const Access& access, Out out) {
  auto answer = pages_.access(ticket, access, out, loop_);
  drain(out);
  return answer;
}

void Hlrc::evict(PageId page, Out out) {
  pages_.evict(page, out, loop_);
  drain(out);
}

void Hlrc::on_page_message(const ssi::Message& message, Out out) {
  handle(message.header.from, message.header.txn, message.header.cause, message.body.get<Message>(), out);
}

bool Hlrc::drain_pages(Out out) {
  const bool some = !loop_.empty();
  loop_.drain([&](const Loopback<Message>::Item& item) { handle(place_.self, item.txn, item.cause, item.message, out); });
  return some;
}

void Hlrc::handle(NodeId from, TxnId txn, CallId cause, const Message& message, Out out) {
  std::visit(Overload{[&](const Flush& m) { pages_.on_flush(from, m, out, loop_); },
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
  Node::hash_into(digest);
  pages_.hash_into(digest);
}

void Hlrc::hash_message(const Body& body, Digest& digest) const {
  if (!body.is<Message>()) return Node::hash_message(body, digest);
  const Message& message = body.get<Message>();
  digest.add(16 + message.index());   // apart from those of Node
  StateHash contents;
  std::visit(Overload{[&](const Flush& m) {
                        digest.add(m.page.value);
                        digest.add(std::uint64_t{m.interval} << 32 | m.previous);
                        m.diff->hash_into(contents);
                        digest.add(contents.value());
                      },
                      [&](const Fetch& m) {
                        digest.add(m.page.value);
                        release::hash_clock(*m.needed, digest);
                      },
                      [&](const Page& m) {
                        digest.add(m.page.value);
                        release::hash_clock(*m.has, digest);
                        digest.add(m.data);
                      }},
             message);
}

}   // namespace ssi::hlrc
