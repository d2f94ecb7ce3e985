// The cache's limited size and prefetching, and how its state is seen.
#include <string>

#include "models/base/check.hpp"
#include "models/protocol/directory/cache.hpp"

namespace ssi::directory {

using coherence::Out;
using enum CacheState;
using NoteKind = coherence::Outcome::Note::Kind;

namespace {

bool keeps(CacheState at) {
  return at == shared || at == exclusive || at == modified || at == upgrading || at == evicting || at == leaving || at == yielding;
}
bool readable(CacheState at) { return at == shared || at == exclusive || at == modified || at == upgrading; }

}   // namespace

CacheState Cache::state(PageId page) const {
  const Entry* found = find(page);
  return found == nullptr ? invalid : found->state;
}

const PageData* Cache::copy(PageId page) const {
  const Entry* found = find(page);
  return found != nullptr && readable(found->state) ? &found->data : nullptr;
}

std::vector<PageId> Cache::pages() const {
  std::vector<PageId> pages;
  for (const auto& [page, e] : entries_)
    if (e.state != invalid || !e.waiters.empty()) pages.push_back(page);
  return pages;
}

// Copies of the node's own pages cost nothing: they are its memory.
void Cache::touch(PageId page, Entry& e) {
  if (settings_.cache_pages == 0 || place_.homes.of(page) == place_.self) return;
  if (e.used != 0) recent_.erase(e.used);
  e.used = ++uses_;
  recent_[e.used] = page;
}

void Cache::trim(Out out, Loopback<Message>& loop) {
  if (settings_.cache_pages == 0 || recent_.size() <= settings_.cache_pages) return;
  for (auto at = recent_.begin(); at != recent_.end() && recent_.size() > settings_.cache_pages;) {
    Entry& e = entry(at->second);
    const PageId page = at->second;
    if (readable(e.state) && e.state != upgrading) evict(page, out, loop);
    if (readable(e.state)) {   // it has to stay: a request or an order is under way
      ++at;
      continue;
    }
    e.used = 0;
    at = recent_.erase(at);
  }
}

// Two faults in a row at the same distance: the next pages of the stride, within the same object, are asked for too.
void Cache::look_ahead(PageId page, Out out, Loopback<Message>& loop) {
  const auto distance = static_cast<std::int64_t>(page.value - last_fault_.value);
  const bool again = distance == stride_ && distance != 0;
  stride_ = distance;
  last_fault_ = page;
  for (std::uint32_t i = 1; again && i <= settings_.prefetch; ++i) {
    const PageId next{page.value + static_cast<std::uint64_t>(distance) * i};
    if (next.value >> 32 != page.value >> 32) return;
    Work w{next, entry(next), out, loop};
    if (w.entry.state != invalid) continue;
    out.note(NoteKind::prefetch, next);
    step(w, CacheEvent::load);
  }
}

void Cache::check_invariants() const {
  for (const auto& [page, e] : entries_) {
    const std::string where = "node " + std::to_string(place_.self.value) + ", page " + std::to_string(page.value);
    const bool resting = e.state == invalid || e.state == shared || e.state == exclusive || e.state == modified;
    SSI_INVARIANT(resting == (e.txn == TxnId{}), where + ": a transaction without a request, or a request without");
    SSI_INVARIANT(!resting || (e.waiters.empty() && e.acked.empty()), where + ": somebody waits for nothing (D8)");
    SSI_INVARIANT(keeps(e.state) || !e.dirty, where + ": lost a dirty page");
  }
}

void Cache::hash_into(Digest& digest) const {
  for (const auto& [page, e] : entries_) {
    if (e.state == invalid && e.waiters.empty() && !e.deferred) continue;   // as if it had never been here
    digest.add(page.value);
    digest.add(static_cast<std::uint64_t>(e.state) << 3 | std::uint64_t{e.dirty} << 2 | std::uint64_t{e.answered} << 1 |
               std::uint64_t{e.confirm});
    if (keeps(e.state) || e.answered) digest.add(e.data);
    digest.carry(static_cast<std::uint64_t>(e.installed.ns));
    digest.add(e.txn);
    digest.add(e.awaited);
    digest.add(e.acked);
    digest.add(e.waiters.size() << 32 | e.eligible);
    coherence::hash_waiters(e.waiters, digest);
    digest.add(std::uint64_t{e.deferred.has_value()});
    if (!e.deferred) continue;
    digest.add(static_cast<std::uint64_t>(e.deferred->event) << 1 | std::uint64_t{e.deferred->relayed});
    digest.add(e.deferred->to);
    digest.add(e.deferred->txn);
  }
  digest.carry(transactions_);
  for (const auto& [use, page] : recent_) digest.add(page.value);
}

void Cache::describe(StateDump& out) const {
  for (const auto& [page, e] : entries_)
    out.add("page " + std::to_string(page.value), "cache state " + std::to_string(static_cast<int>(e.state)) + ", waiting " +
                                                      std::to_string(e.waiters.size()) + ", acks " + std::to_string(e.acked.size()) +
                                                      " of " + std::to_string(e.awaited.size()) + (e.deferred ? ", deferred" : ""));
}

}   // namespace ssi::directory
