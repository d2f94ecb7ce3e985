#include "models/protocol/lrc/lrc.hpp"

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::lrc {

using coherence::Access;
using coherence::Answer;
using coherence::Out;
using coherence::Right;
using coherence::Ticket;

Lrc::Lrc(const coherence::Place& place, const Settings& settings, const PageRules& rules, const Flaws& flaws,
         const release::Flaws& synchronises)
    : Node(place, release::Ends::when_told, synchronises), pages_(place, settings, rules, flaws), loop_(place.self) {}

std::optional<Answer> Lrc::access(Ticket ticket, const Access& access, Out out) {
  auto answer = pages_.access(ticket, access, out, loop_);
  drain(out);
  return answer;
}

void Lrc::on_page_message(const ssi::Message& message, Out out) {
  handle(message.header.from, message.header.txn, message.header.cause, message.body.get<Message>(), out);
}

bool Lrc::drain_pages(Out out) {
  const bool some = !loop_.empty();
  loop_.drain([&](const Loopback<Message>::Item& item) { handle(place_.self, item.txn, item.cause, item.message, out); });
  return some;
}

void Lrc::handle(NodeId from, TxnId txn, CallId cause, const Message& message, Out out) {
  std::visit(Overload{[&](const GetDiffs& m) { pages_.on_get_diffs(from, txn, m, cause, out, loop_); },
                      [&](const Diffs& m) { pages_.on_diffs(from, txn, m, out, loop_); },
                      [&](const GetCopy& m) { pages_.on_get_copy(from, txn, m, cause, out, loop_); },
                      [&](const Copy& m) { pages_.on_copy(txn, m, out, loop_); }},
             message);
}

Right Lrc::right(PageId page) const {
  switch (pages_.state(page)) {
    case PageState::clean:
    case PageState::written: return Right::read;
    case PageState::dirty: return Right::write;
    case PageState::invalid:
    case PageState::fetching: return Right::none;
  }
  SSI_CHECK(false, "no such state");
}

void Lrc::hash_into(Digest& digest) const {
  Node::hash_into(digest);
  pages_.hash_into(digest);
}

void Lrc::hash_message(const Body& body, Digest& digest) const {
  if (!body.is<Message>()) return Node::hash_message(body, digest);
  const Message& message = body.get<Message>();
  digest.add(16 + message.index());   // apart from those of Node
  const auto add = [&](Stamp stamp) {
    digest.add(stamp.node);
    digest.add(std::uint64_t{stamp.number});
  };
  std::visit([&](const auto& m) { digest.add(m.page.value); }, message);
  StateHash contents;
  std::visit(Overload{[&](const GetDiffs& m) {
                        for (const Stamp stamp : *m.wanted) add(stamp);
                      },
                      [&](const Diffs& m) {
                        for (const Diffs::One& one : *m.found) {
                          add(one.stamp);
                          one.diff->hash_into(contents);
                        }
                        digest.add(contents.value());
                      },
                      [&](const GetCopy& m) { release::hash_clock(*m.needed, digest); },
                      [&](const Copy& m) {
                        release::hash_clock(*m.has, digest);
                        digest.add(m.data);
                      }},
             message);
}

}   // namespace ssi::lrc
