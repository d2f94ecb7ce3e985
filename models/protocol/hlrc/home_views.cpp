// How the state of pages with homes is seen.
#include <string>

#include "models/base/check.hpp"
#include "models/protocol/hlrc/home_pages.hpp"

namespace ssi::hlrc {

PageState HomePages::state(PageId page) const {
  const auto found = entries_.find(page);
  if (found != entries_.end()) return found->second.state;
  return here(page) ? PageState::clean : PageState::invalid;
}

const PageData* HomePages::copy(PageId page) const {
  const PageState at = state(page);
  if (at != PageState::clean && at != PageState::dirty) return nullptr;
  const auto found = entries_.find(page);
  return found == entries_.end() ? &zero_ : &found->second.data;
}

void HomePages::check_invariants() const {
  for (const auto& [page, e] : entries_) {
    const std::string where = "node " + std::to_string(place_.self.value) + ", page " + std::to_string(page.value);
    SSI_INVARIANT(e.twin.has_value() == (e.state == PageState::dirty && !here(page)),
                  where + ": L4: a twin without a dirty page, or none with");
    SSI_INVARIANT((e.state == PageState::fetching) == (e.txn != TxnId{}), where + ": a transaction without FETCH, or FETCH without");
    SSI_INVARIANT(e.state == PageState::fetching || e.waiters.empty(), where + ": somebody waits for nothing (D8)");
    const bool readable = e.state == PageState::clean || e.state == PageState::dirty;
    SSI_INVARIANT(!readable || e.has.covers(e.needed), where + ": may be read, and lacks what a write notice names");
  }
}

void HomePages::hash_into(Digest& digest) const {
  for (const auto& [page, e] : entries_) {
    digest.add(page.value);
    digest.add(static_cast<std::uint64_t>(e.state) << 1 | std::uint64_t{e.twin.has_value()});
    if (here(page) || copy(page)) digest.add(e.data);
    if (e.twin) digest.add(*e.twin);
    release::hash_clock(e.needed, digest);
    release::hash_clock(e.has, digest);
    digest.add(e.txn);
    digest.add(e.waiters.size() << 32 | e.flushed);
    coherence::hash_waiters(e.waiters, digest);
    for (const Early& early : e.early) {
      digest.add(early.from);
      digest.add(std::uint64_t{early.message.interval});
    }
    for (const Wanted& wanted : e.wanted) {
      digest.add(wanted.from);
      digest.add(wanted.txn);
      release::hash_clock(*wanted.message.needed, digest);
    }
  }
  digest.carry(transactions_);
}

void HomePages::describe(StateDump& out) const {
  for (const auto& [page, e] : entries_)
    out.add("page " + std::to_string(page.value), "state " + std::to_string(static_cast<int>(e.state)) + ", waiting " +
                                                      std::to_string(e.waiters.size()) + ", wanted " + std::to_string(e.wanted.size()) +
                                                      ", early " + std::to_string(e.early.size()));
}

}   // namespace ssi::hlrc
