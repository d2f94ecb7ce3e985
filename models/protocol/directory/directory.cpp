#include "models/protocol/directory/directory.hpp"

#include <variant>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::directory {

using coherence::Access;
using coherence::Answer;
using coherence::Out;
using coherence::Right;
using coherence::Ticket;

namespace {

// One of each kind; a constant each, so that machines share them.
constexpr HomeRules kHomeRules[2][3] = {
    {home_rules({}), home_rules({.confirmed = true}), home_rules({.relayed = true})},
    {home_rules({.exclusive = true}), home_rules({.exclusive = true, .confirmed = true}), home_rules({.exclusive = true, .relayed = true})},
};

}   // namespace

Tables tables_for(const Settings& settings) {
  const int kind = settings.forwarding == Settings::Forwarding::relayed ? 2 : settings.confirmed ? 1 : 0;
  return {&kCacheRules, &kHomeRules[settings.exclusive ? 1 : 0][kind]};
}

Directory::Directory(const coherence::Place& place, const Settings& settings) : Directory(place, settings, tables_for(settings)) {}
Directory::Directory(const coherence::Place& place, const Settings& settings, Tables tables)
    : place_(place), cache_(place, settings, *tables.cache), home_(place, settings, *tables.home), loop_(place.self) {
  SSI_CHECK(settings.invalidations == Settings::Invalidations::parallel || settings.forwarding == Settings::Forwarding::relayed,
            "serial invalidations are the home's, which then relays");
}

std::optional<Answer> Directory::access(Ticket ticket, const Access& access, Out out) {
  auto answer = cache_.access(ticket, access, out, loop_);
  drain(out);
  return answer;
}

void Directory::on_message(const ssi::Message& message, Out out) {
  handle(message.header.from, message.header.txn, message.header.cause, message.body.get<Message>(), out);
  drain(out);
}

void Directory::on_timer(TimerKey key, std::uint64_t generation, Out out) {
  cache_.on_timer(key, generation, out, loop_);
  drain(out);
}

std::optional<NodeId> Directory::believed_at(PageId page) const {
  const NodeId home = place_.homes.of(page);
  if (home != place_.self) return home;
  const auto entry = home_.entries().find(page);
  const bool elsewhere = entry != home_.entries().end() && entry->second.state == HomeState::owned;
  return elsewhere ? entry->second.owner : home;
}

void Directory::evict(PageId page, Out out) {
  cache_.evict(page, out, loop_);
  drain(out);
}

void Directory::drain(Out out) {
  loop_.drain([&](const Loopback<Message>::Item& item) { handle(place_.self, item.txn, item.cause, item.message, out); });
}

void Directory::handle(NodeId from, TxnId txn, CallId cause, const Message& message, Out out) {
  std::visit(
      Overload{[&](const GetRead& m) {
                 home_.on_request(m.page, {from, txn, cause, m}, out, loop_);
               },
               [&](const GetWrite& m) {
                 home_.on_request(m.page, {from, txn, cause, m}, out, loop_);
               },
               [&](const Put& m) {
                 home_.on_request(m.page, {from, txn, cause, m}, out, loop_);
               },
               [&](const WriteBack& m) { home_.on_write_back(txn, m, out, loop_); },
               [&](const Confirm& m) { home_.on_confirm(txn, m, out, loop_); },
               [&](const InvalidateAck& m) {
                 if (home_.awaits(m.page, txn)) home_.on_ack(from, txn, m, out, loop_);
                 else cache_.on_ack(from, txn, m, out, loop_);
               },
               [&](const Data& m) { cache_.on_data(txn, m, out, loop_); }, [&](const PutAck& m) { cache_.on_put_ack(txn, m, out, loop_); },
               [&](const Nack& m) { cache_.on_nack(txn, m, out, loop_); },
               [&](const Invalidate& m) { cache_.on_invalidate(txn, m, cause, out, loop_); },
               [&](const Forward& m) { cache_.on_forward(txn, m, cause, out, loop_); }},
      message);
}

Right Directory::right(PageId page) const {
  switch (cache_.state(page)) {
    case CacheState::shared:
    case CacheState::upgrading: return Right::read;
    case CacheState::exclusive:
    case CacheState::modified: return Right::write;
    case CacheState::invalid:
    case CacheState::reading:
    case CacheState::poisoned:
    case CacheState::writing:
    case CacheState::evicting:
    case CacheState::leaving:
    case CacheState::gone:
    case CacheState::yielding: return Right::none;
  }
  SSI_CHECK(false, "no such state");
}

void Directory::check_invariants() const {
  cache_.check_invariants();
  home_.check_invariants();
}

void Directory::hash_into(Digest& digest) const {
  cache_.hash_into(digest);
  home_.hash_into(digest);
}

void Directory::describe(StateDump& out) const {
  cache_.describe(out);
  home_.describe(out);
}

void Directory::hash_message(const Body& body, Digest& digest) const {
  const Message& message = body.get<Message>();
  digest.add(message.index());
  const auto flags = [&](bool a, bool b = false, bool c = false) {
    digest.add(std::uint64_t{a} << 2 | std::uint64_t{b} << 1 | std::uint64_t{c});
  };
  std::visit(Overload{[&](const GetWrite& m) { flags(m.has_copy); }, [&](const PutAck& m) { flags(m.stale); },
                      [&](const Put& m) {
                        flags(m.owned, m.dirty);
                        if (m.dirty) digest.add(m.data);
                      },
                      [&](const Forward& m) {
                        flags(m.write, m.relayed);
                        digest.add(m.requester);
                      },
                      [&](const Invalidate& m) { digest.add(m.collector); },
                      [&](const Data& m) {
                        digest.add(static_cast<std::uint64_t>(m.right));
                        flags(m.exclusive, m.with_page, m.confirm);
                        digest.add(m.awaited);
                        if (m.with_page) digest.add(m.data);
                      },
                      [&](const WriteBack& m) {
                        flags(m.dirty);
                        if (m.dirty) digest.add(m.data);
                      },
                      [](const auto&) {}},
             message);
  std::visit([&](const auto& m) { digest.add(m.page.value); }, message);
}

}   // namespace ssi::directory
