// How a node's state is seen, and what only all nodes together can see (VERIFICATION 2a: D1, D3, D4, D6).
#include <string>

#include "models/base/check.hpp"
#include "models/protocol/ivy/ivy.hpp"

namespace ssi::ivy {

using coherence::Right;
using enum State;

const Ivy::Entry* Ivy::find(PageId page) const {
  const auto found = entries_.find(page);
  return found == entries_.end() ? nullptr : &found->second;
}

NodeId Ivy::probable_owner(PageId page) const {
  const Entry* e = find(page);
  return e ? e->probable_owner : place_.homes.of(page);
}

bool Ivy::owns(PageId page) const {
  const Entry* e = find(page);
  if (!e) return place_.homes.of(page) == place_.self;
  return e->state == owner || e->state == writer || e->state == collecting;
}

Right Ivy::right(PageId page) const {
  const Entry* e = find(page);
  if (!e) return place_.homes.of(page) == place_.self ? Right::write : Right::none;
  switch (e->state) {
    case reader:
    case owner:
    case upgrading:
    case collecting: return Right::read;
    case writer: return Right::write;
    case absent:
    case reading:
    case poisoned:
    case writing: return Right::none;
  }
  SSI_CHECK(false, "no such state");
}

const PageData* Ivy::copy(PageId page) const {
  if (right(page) == Right::none) return nullptr;
  const Entry* e = find(page);
  return e ? &e->data : &zero_;
}

void Ivy::check_invariants() const {
  for (const auto& [page, e] : entries_) {
    const std::string where = "node " + std::to_string(place_.self.value) + ", page " + std::to_string(page.value);
    const bool resting = e.state == absent || e.state == reader || e.state == owner || e.state == writer;
    SSI_INVARIANT(resting == (e.txn == TxnId{}), where + ": a transaction without a request, or a request without");
    SSI_INVARIANT(!resting || e.relay || e.waiters.empty(), where + ": somebody waits for nothing (D8)");
    SSI_INVARIANT(!resting || e.relay || e.queue.empty() || settings_.hold > Duration{}, where + ": a request waits for nothing (D8)");
    SSI_INVARIANT(e.state == owner || e.copies.empty(), where + ": knows of copies and is not the owner");
    SSI_INVARIANT(e.state == collecting || e.unacked.empty(), where + ": awaits acknowledgements that it did not ask for");
  }
}

namespace {

void hash_request(const Request& request, Digest& digest) {
  digest.add(request.requester);
  digest.add(request.reply_to);
  digest.add(std::uint64_t{request.has_copy});
  digest.carry(request.hops);
}

}   // namespace

void Ivy::hash_into(Digest& digest) const {
  for (const auto& [page, e] : entries_) {
    digest.add(page.value);
    digest.add(static_cast<std::uint64_t>(e.state));
    if (right(page) != Right::none) digest.add(e.data);
    digest.carry(static_cast<std::uint64_t>(e.installed.ns));
    if (settings_.hold > Duration{}) digest.add(e.installed_by);
    digest.add(e.probable_owner);
    digest.add(e.copies);
    digest.add(e.unacked);
    digest.add(e.unsent);
    digest.add(e.txn);
    digest.add(e.waiters.size() << 32 | e.eligible);
    coherence::hash_waiters(e.waiters, digest);
    digest.add(e.queue.size());
    for (const Queued& queued : e.queue) {
      hash_request(queued.request, digest);
      digest.add(std::uint64_t{queued.write});
      digest.add(queued.txn);
    }
    digest.add(std::uint64_t{e.relay.has_value()} << 1 | std::uint64_t{e.held.has_value()});
    if (e.relay) {
      digest.add(e.relay->reply_to);
      digest.add(e.relay->txn);
    }
    if (e.held) {
      digest.add(e.held->from);
      digest.add(e.held->txn);
    }
  }
  digest.carry(transactions_);
}

void Ivy::hash_message(const Body& body, Digest& digest) const {
  const Message& message = body.get<Message>();
  digest.add(message.index());
  std::visit(
      [&](const auto& m) {
        using M = std::remove_cvref_t<decltype(m)>;
        digest.add(m.page.value);
        if constexpr (std::is_base_of_v<Request, M>) hash_request(m, digest);
        if constexpr (std::is_same_v<M, Page>) {
          digest.add(std::uint64_t{m.owner} << 1 | std::uint64_t{m.with_page});
          digest.add(m.copies);
          if (m.with_page) digest.add(m.data);
        }
      },
      message);
}

void Ivy::describe(StateDump& out) const {
  for (const auto& [page, e] : entries_)
    out.add("page " + std::to_string(page.value),
            "state " + std::to_string(static_cast<int>(e.state)) + ", probable owner " + std::to_string(e.probable_owner.value) +
                ", copies " + std::to_string(e.copies.size()) + ", unacked " + std::to_string(e.unacked.size()) + ", waiting " +
                std::to_string(e.waiters.size()) + ", queued " + std::to_string(e.queue.size()) + (e.relay ? ", relays" : ""));
}

namespace {

// From each node the probable owners lead to the owner, or to who will be.
void check_chains(std::span<const Ivy* const> nodes, PageId page) {
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    NodeId at{n};
    for (std::size_t hops = 0; !nodes[at.value]->owns(page); ++hops) {
      const Ivy::Entry* e = nodes[at.value]->find(page);
      if (e && (e->state == writing || e->state == upgrading || e->state == reading || e->state == poisoned)) break;
      SSI_INVARIANT(hops < nodes.size(), "D6: no owner at the end of the chain from node " + std::to_string(n));
      at = nodes[at.value]->probable_owner(page);
    }
  }
}

}   // namespace

void check_cluster(std::span<const Ivy* const> nodes, PageId page) {
  std::size_t writers = 0, readers = 0, owners = 0;
  const Ivy* who = nullptr;
  for (const Ivy* node : nodes) {
    writers += node->right(page) == Right::write;
    readers += node->right(page) == Right::read;
    owners += node->owns(page);
    if (node->owns(page)) who = node;
  }
  SSI_INVARIANT(writers <= 1 && (writers == 0 || readers == 0), "D1: writers and readers of page " + std::to_string(page.value));
  SSI_INVARIANT(owners <= 1, "D3: " + std::to_string(owners) + " owners of page " + std::to_string(page.value));
  const Ivy::Entry* owner_entry = who ? who->find(page) : nullptr;
  for (std::uint32_t n = 0; owner_entry && n < nodes.size(); ++n) {
    if (nodes[n] == who || nodes[n]->right(page) == Right::none) continue;
    SSI_INVARIANT(owner_entry->copies.contains({n}) || owner_entry->unacked.contains({n}),
                  "D4: the owner does not know of node " + std::to_string(n) + "'s copy");
  }
  check_chains(nodes, page);
}

}   // namespace ssi::ivy
