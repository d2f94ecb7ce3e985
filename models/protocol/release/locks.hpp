// Locks: each has a static manager, which remembers who asked last and sends the next one there. Who has the lock's token may
// take and release the lock without a message; a release sends none (Keleher et al. 1994, TreadMarks, section 3).
// Invariant (L7): the token is at one node, or in one GRANT.
#pragma once
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/port/rules.hpp"
#include "models/protocol/release/flaws.hpp"
#include "models/protocol/release/messages.hpp"

namespace ssi::release {

// clang-format off
enum class LockState : std::uint8_t {
  elsewhere,
  waiting,   // ACQUIRE sent; GRANT is awaited
  held, idle,   // the token is here
};
enum class LockEvent : std::uint8_t { want, grant, release, asked };   // asked: another node's ACQUIRE
enum class LockAct : std::uint8_t { none, ask, enter, pass };
using LockRules = Rules<LockState, LockEvent, LockAct, 4, 4>;

constexpr LockRules lock_rules() {
  using enum LockState; using enum LockEvent; using enum LockAct;
  LockRules t;
  t.go   (elsewhere,       want,     waiting,   {ask});
  t.go   (idle,            want,     held,      {enter});   // no message
  t.stall({waiting, held}, want);
  t.go   (waiting,         grant,    held,      {enter});
  t.never({elsewhere, held, idle}, grant);
  t.go   (held,            release,  idle);                 // no message, unless somebody has asked
  t.never({elsewhere, waiting, idle}, release);
  t.go   (idle,            asked,    elsewhere, {pass});
  t.stall({waiting, held}, asked);
  t.never(elsewhere,       asked);                          // the manager sends one requester for each that asked before
  return t;
}
// clang-format on
inline constexpr LockRules kLockRules = lock_rules();
static_assert(kLockRules.complete(), "a (state, event) pair is missing or double");

class Locks {
 public:
  using Hits = LockRules::Hits;
  struct Entry {
    LockState state = LockState::elsewhere;
    std::deque<coherence::Ticket> waiters;   // of this node; the first is who ACQUIRE was sent for
    std::optional<Acquire> next;             // the node that gets the token after us
    TxnId next_txn;
    CallId next_cause{};
    NodeId last;   // at the manager: who asked last
  };
  Locks(const coherence::Place& place, const Flaws& flaws) : place_(place), flaws_(flaws) {}

  // What a lock's token takes along, and where messages go.
  struct Knowledge {
    const Intervals& known;
    const std::function<void()>& before_pass;   // ends the interval of what a release has to tell
    coherence::Out out;
    Loopback<Message>& loop;
  };
  bool want(coherence::LockId lock, coherence::Ticket ticket, Knowledge at);   // true: taken at once
  void release(coherence::LockId lock, Knowledge at);
  void on_acquire(TxnId txn, const Acquire& m, CallId cause, Knowledge at);
  void on_grant(const Grant& m, Knowledge at);   // the records have been learnt
  LockState state(coherence::LockId lock) const;

  void hash_into(Digest& digest) const;
  const Hits& hits() const { return hits_; }

 private:
  struct Work {
    coherence::LockId lock;
    Entry& entry;
    Knowledge at;
    bool entered = false;
  };
  NodeId manager(coherence::LockId lock) const { return {static_cast<std::uint32_t>(lock.value % place_.nodes)}; }
  Entry& entry(coherence::LockId lock);
  Verdict step(Work& work, LockEvent on);
  void ask(Work& work);
  void pass(Work& work);
  void settle(Work& work);

  coherence::Place place_;
  Flaws flaws_;
  std::map<coherence::LockId, Entry> entries_;
  std::uint64_t transactions_ = 0;
  Hits hits_{};
};

}   // namespace ssi::release
