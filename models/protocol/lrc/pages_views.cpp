// What a node's pages are: for checks, hashing, and text.
#include <string>

#include "models/base/check.hpp"
#include "models/protocol/lrc/pages.hpp"

namespace ssi::lrc {

PageState Pages::state(PageId page) const {
  const auto found = entries_.find(page);
  if (found != entries_.end()) return found->second.state;
  return first_holder(page) ? PageState::clean : PageState::invalid;
}

const PageData* Pages::copy(PageId page) const {
  const PageState at = state(page);
  if (at == PageState::invalid || at == PageState::fetching) return nullptr;
  const auto found = entries_.find(page);
  return found == entries_.end() ? &zero_ : &found->second.data;
}

void Pages::check_invariants() const {
  for (const auto& [page, e] : entries_) {
    const std::string where = "node " + std::to_string(place_.self.value) + ", page " + std::to_string(page.value);
    const bool twin = e.state == PageState::dirty || e.state == PageState::written;
    SSI_INVARIANT(e.twin.has_value() == twin, where + ": L4: a twin of nothing, or none of what was written");
    SSI_INVARIANT((e.undiffed != 0) == (e.state == PageState::written), where + ": L4: a diff that was made, or was not, by mistake");
    SSI_INVARIANT((e.state == PageState::fetching) == (e.txn != TxnId{}), where + ": a transaction without a request, or the reverse");
    SSI_INVARIANT(e.state == PageState::fetching || (e.waiters.empty() && e.asked.empty() && !e.copy_asked),
                  where + ": somebody waits for nothing (D8)");
    const bool readable = e.state != PageState::invalid && e.state != PageState::fetching;
    SSI_INVARIANT(!readable || (e.copy && e.notices.empty()), where + ": may be read, and lacks what a write notice names");
  }
}

void Pages::hash_into(Digest& digest) const {
  for (const auto& [page, e] : entries_) {
    digest.add(page.value);
    digest.add(static_cast<std::uint64_t>(e.state) << 2 | std::uint64_t{e.copy} << 1 | std::uint64_t{e.copy_asked});
    if (e.copy) digest.add(e.data);
    if (e.twin) digest.add(*e.twin);
    digest.add(std::uint64_t{e.undiffed});
    release::hash_clock(e.has, digest);
    release::hash_clock(e.collected, digest);
    digest.add(e.notices.size() << 32 | e.tried.size());
    for (const auto& [stamp, record] : e.notices) {
      digest.add(stamp.node);
      digest.add(std::uint64_t{stamp.number});
    }
    digest.add(e.txn);
    digest.add(e.asked);
    digest.add(e.waiters.size());
    coherence::hash_waiters(e.waiters, digest);
    for (const Wanted& wanted : e.wanted) {
      digest.add(wanted.from);
      digest.add(wanted.txn);
    }
  }
  diffs_.hash_into(digest);
  digest.carry(transactions_);
}

void Pages::describe(StateDump& out) const {
  for (const auto& [page, e] : entries_)
    out.add("page " + std::to_string(page.value), "state " + std::to_string(static_cast<int>(e.state)) + ", notices " +
                                                      std::to_string(e.notices.size()) + ", asked " + std::to_string(e.asked.size()) +
                                                      (e.copy ? "" : ", no copy") + ", waiting " + std::to_string(e.waiters.size()));
}

}   // namespace ssi::lrc
