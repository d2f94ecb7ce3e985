// How a node's state is seen, and what only all nodes together can see (VERIFICATION 2a: D1, D3, D4).
#include <string>

#include "models/base/check.hpp"
#include "models/protocol/ivy_central/ivy_central.hpp"

namespace ssi::ivy_central {

using coherence::Right;
using enum State;

State IvyCentral::state(PageId page) const {
  const auto found = entries_.find(page);
  if (found != entries_.end()) return found->second.state;
  return place_.homes.of(page) == place_.self ? writer : absent;
}

const IvyCentral::Managed* IvyCentral::managed(PageId page) const {
  const auto found = managed_.find(page);
  return found == managed_.end() ? nullptr : &found->second;
}

Right IvyCentral::right(PageId page) const {
  switch (state(page)) {
    case reader:
    case owner:
    case upgrading:
    case raising: return Right::read;
    case writer: return Right::write;
    case absent:
    case reading:
    case writing: return Right::none;
  }
  SSI_CHECK(false, "no such state");
}

const PageData* IvyCentral::copy(PageId page) const {
  if (right(page) == Right::none) return nullptr;
  const auto found = entries_.find(page);
  return found == entries_.end() ? &zero_ : &found->second.data;
}

void IvyCentral::check_invariants() const {
  for (const auto& [page, e] : entries_) {
    const std::string where = "node " + std::to_string(place_.self.value) + ", page " + std::to_string(page.value);
    const bool resting = e.state == absent || e.state == reader || e.state == owner || e.state == writer;
    SSI_INVARIANT(resting == (e.txn == TxnId{}), where + ": a transaction without a request, or a request without");
    SSI_INVARIANT(!resting || e.waiters.empty(), where + ": somebody waits for nothing (D8)");
  }
  for (const auto& [page, m] : managed_) {
    SSI_INVARIANT(m.state != ManagerState::free || m.queue.empty(), "a request waits for nothing (D8)");
    SSI_INVARIANT(m.state == ManagerState::invalidating || m.unacked.empty(), "awaits acknowledgements that nobody owes");
  }
}

void IvyCentral::hash_into(Digest& digest) const {
  for (const auto& [page, e] : entries_) {
    digest.add(page.value);
    digest.add(static_cast<std::uint64_t>(e.state));
    if (right(page) != Right::none) digest.add(e.data);
    digest.carry(static_cast<std::uint64_t>(e.installed.ns));
    digest.add(e.txn);
    digest.add(e.waiters.size());
    coherence::hash_waiters(e.waiters, digest);
    digest.add(std::uint64_t{e.held.has_value()});
    if (!e.held) continue;
    digest.add(static_cast<std::uint64_t>(e.held->event) << 1 | std::uint64_t{e.held->with_page});
    digest.add(e.held->requester);
    digest.add(e.held->txn);
  }
  const auto add_request = [&](const Request& r) {
    digest.add(r.from);
    digest.add(r.txn);
    digest.add(std::uint64_t{r.write} << 1 | std::uint64_t{r.has_copy});
  };
  for (const auto& [page, m] : managed_) {
    digest.add(page.value << 8 | static_cast<std::uint64_t>(m.state));
    digest.add(m.owner);
    digest.add(m.copies);
    digest.add(m.unacked);
    digest.add(m.unsent);
    if (m.state != ManagerState::free) add_request(m.now);
    digest.add(m.queue.size());
    for (const Request& request : m.queue) add_request(request);
  }
  digest.carry(transactions_);
}

void IvyCentral::hash_message(const Body& body, Digest& digest) const {
  const Message& message = body.get<Message>();
  digest.add(message.index());
  std::visit(
      [&](const auto& m) {
        using M = std::remove_cvref_t<decltype(m)>;
        digest.add(m.page.value);
        if constexpr (std::is_same_v<M, Write>) digest.add(std::uint64_t{m.has_copy});
        if constexpr (std::is_same_v<M, Forward>) {
          digest.add(m.requester);
          digest.add(std::uint64_t{m.write} << 1 | std::uint64_t{m.with_page});
        }
        if constexpr (std::is_same_v<M, Page>) {
          digest.add(std::uint64_t{m.write} << 1 | std::uint64_t{m.with_page});
          if (m.with_page) digest.add(m.data);
        }
      },
      message);
}

void IvyCentral::describe(StateDump& out) const {
  for (const auto& [page, e] : entries_)
    out.add("page " + std::to_string(page.value), "state " + std::to_string(static_cast<int>(e.state)) + ", waiting " +
                                                      std::to_string(e.waiters.size()) + (e.held ? ", holds back an order" : ""));
  for (const auto& [page, m] : managed_)
    out.add("manages " + std::to_string(page.value), "state " + std::to_string(static_cast<int>(m.state)) + ", owner " +
                                                         std::to_string(m.owner.value) + ", copies " + std::to_string(m.copies.size()) +
                                                         ", queued " + std::to_string(m.queue.size()));
}

void check_cluster(std::span<const IvyCentral* const> nodes, PageId page, const coherence::Homes& homes) {
  std::size_t writers = 0, readers = 0, owners = 0;
  for (const IvyCentral* node : nodes) {
    writers += node->right(page) == Right::write;
    readers += node->right(page) == Right::read;
    const State at = node->state(page);
    owners += at == owner || at == writer || at == raising;
  }
  SSI_INVARIANT(writers <= 1 && (writers == 0 || readers == 0), "D1: writers and readers of page " + std::to_string(page.value));
  SSI_INVARIANT(owners <= 1, "D3: " + std::to_string(owners) + " owners of page " + std::to_string(page.value));
  const IvyCentral::Managed* managed = nodes[homes.of(page).value]->managed(page);
  if (!managed || managed->state != ManagerState::free) return;
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    const State at = nodes[n]->state(page);
    const bool owns = at == owner || at == writer || at == raising;
    SSI_INVARIANT(owns == (managed->owner == NodeId{n}), "D4: the manager is wrong about who owns the page");
    SSI_INVARIANT(owns || nodes[n]->right(page) == Right::none || managed->copies.contains({n}), "D4: an unknown copy");
  }
}

}   // namespace ssi::ivy_central
