// A coherence machine: one node's part of a protocol that makes pages of several nodes one memory. Whoever needs such a
// memory (a kernel over shared memory, a file system's cache, programs' segments) hosts one and knows only this.
// Invariant of every machine: an access ends exactly once, at once or in `done`; the host has one access for each ticket.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "models/base/enum_names.hpp"
#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/access.hpp"
#include "models/port/digest.hpp"
#include "models/port/effects.hpp"
#include "models/port/message.hpp"
#include "models/port/page.hpp"
#include "models/port/page_note.hpp"
#include "models/port/rules.hpp"
#include "models/port/strategy.hpp"

namespace ssi::coherence {

using Ticket = Id<struct TicketTag, std::uint64_t>;   // of one access, chosen by the host
using LockId = Id<struct LockTag, std::uint64_t>;

enum class Right : std::uint8_t { none, read, write };   // what a node may do with its copy of a page now
enum class Ordering : std::uint8_t { sequential, release };

// What becomes of accesses, beside the effects; the host takes it after each event.
struct Outcome {
  struct Done {
    Ticket ticket;
    Answer answer;
  };
  using Note = PageNote;
  std::vector<Done> done;     // accesses that missed and are over now, in the order in which they were made
  std::vector<PageId> lost;   // pages on which this node's right has shrunk: who spins on a word there looks again
  std::vector<Note> notes;
  void clear() {
    done.clear();
    lost.clear();
    notes.clear();
  }
};

// An access that missed.
struct Waiter {
  Ticket ticket;
  coherence::Access access;
};
template <class Waiters>
void hash_waiters(const Waiters& waiters, Digest& digest) {   // their number is the caller's to add
  for (const Waiter& waiter : waiters) {
    digest.add(static_cast<std::uint64_t>(waiter.access.kind) << 32 | waiter.access.offset);
    digest.carry(waiter.ticket.value);
    digest.carry(waiter.access.operand);
  }
}

struct Out {
  Instant now;
  Effects& effects;
  Outcome& outcome;
  void note(Outcome::Note::Kind kind, PageId page) { outcome.notes.push_back({kind, page}); }
  // Before each step of a table: notes it if the row leads to another state.
  template <class State, class Event, class Act, std::size_t kStates, std::size_t kEvents>
  void note_step(const Rules<State, Event, Act, kStates, kEvents>& rules, PageId page, State at, Event on) {
    const auto& cell = rules.cell(at, on);
    if (cell.verdict != Verdict::go || cell.next == at) return;
    const auto name = [](const auto& names, auto value) { return names[static_cast<std::size_t>(value)]; };
    outcome.notes.push_back(
        {Outcome::Note::Kind::transition, page, name(kEnumNames<State, kStates>, at), name(kEnumNames<Event, kEvents>, on)});
  }
};

// Which node keeps what must be known of a page without asking: its home, manager or first owner.
struct Homes {
  enum class Kind : std::uint8_t { interleaved, single } kind = Kind::interleaved;
  std::uint32_t nodes = 1;   // interleaved: page p at node (p >> shift) mod nodes
  NodeId node{};             // single
  std::uint32_t shift = 0;   // bits of a page's number that do not tell
  NodeId of(PageId page) const { return kind == Kind::single ? node : NodeId{static_cast<std::uint32_t>((page.value >> shift) % nodes)}; }
};

// Kernel time of a machine's own work, charged to the node; sending and receiving is the host's.
struct Costs {
  Duration fault{};       // to find that the local copy does not do, before anything is sent
  Duration lookup{};      // at a home, manager or owner: find the page's entry and decide
  Duration shootdown{};   // to take a right away from all cores of the node, before it is acknowledged
  Duration map{};         // to enter a page that has come
};

// What every machine is told of its place.
struct Place {
  NodeId self{};
  std::uint32_t nodes = 1;
  std::uint32_t page_bytes = 4096;
  Homes homes{};
  Costs costs{};
  std::uint64_t timers = 0;   // keys of the machine's timers are at or above it, below it plus 2^48
};

// Transactions of all nodes differ, and tell who made them.
constexpr TxnId make_txn(NodeId node, std::uint64_t sequence) { return {std::uint64_t{node.value} << 40 | sequence}; }
constexpr NodeId owner_of(TxnId txn) { return {static_cast<std::uint32_t>(txn.value >> 40)}; }

class Machine {
 public:
  virtual ~Machine() = default;
  // A hit is answered at once; a miss comes in `outcome.done`. Accesses of a page are served as rights allow, a node's
  // threads in any order: who needs an order waits for the answer (PROTOCOLS: one access of a thread at a time).
  virtual std::optional<Answer> access(Ticket ticket, const Access& access, Out out) = 0;
  virtual void on_message(const Message& message, Out out) = 0;
  virtual void on_timer(TimerKey key, std::uint64_t generation, Out out) = 0;
  virtual bool mine(const Message& message) const = 0;
  virtual bool mine(TimerKey key) const = 0;
  // The page is not needed here for now: the copy goes where the protocol keeps it. Does nothing while a request is under way.
  virtual void evict(PageId page, Out out) = 0;

  // Release consistency only. The holder is the ticket's thread; true: done at once, else `done` has it later.
  virtual bool lock(Ticket ticket, LockId lock, Out out);
  virtual void unlock(LockId lock, Out out);
  virtual bool barrier(Ticket ticket, LockId barrier, std::uint32_t parties, Out out);   // until so many threads have come
  virtual Ordering ordering() const { return Ordering::sequential; }

  virtual Right right(PageId page) const = 0;
  virtual const PageData* copy(PageId page) const = 0;   // nullptr: no right
  virtual bool keeps(PageId) const { return false; }     // something of a page that, with evictions, perhaps no node has a right on
  // Where the page is, or a node that knows more, as far as this node has heard: a hint. nullopt: this protocol has none.
  virtual std::optional<NodeId> believed_at(PageId) const { return std::nullopt; }
  virtual void check_invariants() const = 0;
  virtual std::unique_ptr<Machine> clone() const = 0;
  virtual void hash_into(Digest& digest) const = 0;
  virtual void hash_message(const Body& body, Digest& digest) const = 0;
  virtual void describe(StateDump& out) const = 0;
};

}   // namespace ssi::coherence
