// Mutexes and barriers where pages are under lazy release consistency: the protocol's own, which tell who takes part what was written.
// Atomic words and semaphores are refused (ENOSYS): they would order nothing. A wait cannot be interrupted, as POSIX has it of both.
#include "models/base/check.hpp"
#include "models/parts/cluster_segments.hpp"

namespace ssi::parts {

using coherence::LockId;
using coherence::Ticket;
using native::PartContext;

void ClusterSegments::order(const CallEvent& event, const Mutex& mutex, PartContext& at) {
  const auto held = held_.find(event.caller);
  const bool mine = held != held_.end() && held->second.contains(mutex.key);
  if (mutex.lock == mine) return at.out.complete(event.id, Result::fail(mine ? Errno::edeadlk : Errno::eperm), self_);
  const Ordering wanted{event.id, event.caller, mutex.key, true};
  if (!mutex.lock) {
    unlock(mutex.key, event.caller, at);
    at.out.complete(event.id, Result::of(0), self_);
    return settle_pages(at);
  }
  const std::uint64_t ticket = ++tickets_;
  if (pages_->lock(Ticket{ticket}, LockId{mutex.key}, {at.now, at.out, outcome_})) ordered(wanted, at);
  else ordering_.emplace(ticket, wanted);
  settle_pages(at);
}

void ClusterSegments::order(const CallEvent& event, const Barrier& barrier, PartContext& at) {
  if (barrier.parties == 0) return at.out.complete(event.id, Result::fail(Errno::einval), self_);
  const std::uint64_t ticket = ++tickets_;
  ordering_.emplace(ticket, Ordering{event.id, event.caller, barrier.key, false});
  pages_->barrier(Ticket{ticket}, LockId{barrier.key}, barrier.parties, {at.now, at.out, outcome_});
  settle_pages(at);
}

// What came for who has died meanwhile is given back.
void ClusterSegments::ordered(const Ordering& done, PartContext& at) {
  const bool lives = at.processes.find(done.pid) != nullptr;
  if (!lives && done.locks) pages_->unlock(LockId{done.mutex}, {at.now, at.out, outcome_});
  if (!lives) return;
  if (done.locks) held_[done.pid].insert(done.mutex);
  at.out.complete(done.call, Result::of(0), self_);
}

void ClusterSegments::unlock(std::uint64_t key, Pid holder, PartContext& at) {
  if (const auto held = held_.find(holder); held != held_.end()) held->second.erase(key);
  pages_->unlock(LockId{key}, {at.now, at.out, outcome_});
}

}   // namespace ssi::parts
