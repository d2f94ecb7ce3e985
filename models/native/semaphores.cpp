// Semaphores, mutexes and barriers: what waits, in order of arrival.
#include "models/base/check.hpp"
#include "models/native/segments.hpp"

namespace ssi::native {

void Segments::wait(const CallEvent& event, std::deque<Waiting>& queue, PartContext& at) {
  at.processes.block(event.id, event.caller);
  queue.push_back({event.id, event.caller});
}

void Segments::answer(const Waiting& waiting, Result result, PartContext& at) {
  at.processes.unblock(waiting.pid);
  at.out.complete(waiting.call, std::move(result), self_);
}

void Segments::down(const CallEvent& event, const Down& down, PartContext& at) {
  Semaphore& semaphore = semaphores_[down.semaphore];
  if (semaphore.value > 0) {
    --semaphore.value;
    at.out.complete(event.id, Result::ok(), self_);
  } else if (down.no_wait) {
    at.out.complete(event.id, Result::fail(Errno::eagain), self_);
  } else {
    wait(event, semaphore.waiting, at);
  }
}

void Segments::up(const CallEvent& event, const Up& up, PartContext& at) {
  at.out.complete(event.id, Result::ok(), self_);
  Semaphore& semaphore = semaphores_[up.semaphore];
  for (semaphore.value += up.by; semaphore.value > 0 && !semaphore.waiting.empty(); --semaphore.value) {
    const Waiting first = semaphore.waiting.front();
    semaphore.waiting.pop_front();
    answer(first, Result::ok(), at);
  }
}

void Segments::lock(const CallEvent& event, std::uint64_t key, PartContext& at) {
  Lock& lock = mutexes_[key];
  if (lock.holder == event.caller) {
    at.out.complete(event.id, Result::fail(Errno::edeadlk), self_);
  } else if (lock.holder == kNoPid) {
    lock.holder = event.caller;
    at.out.complete(event.id, Result::ok(), self_);
  } else {
    wait(event, lock.waiting, at);
  }
}

void Segments::unlock(const CallEvent& event, std::uint64_t key, PartContext& at) {
  const auto found = mutexes_.find(key);
  const bool holds = found != mutexes_.end() && found->second.holder == event.caller;
  at.out.complete(event.id, holds ? Result::ok() : Result::fail(Errno::eperm), self_);
  if (!holds) return;
  pass_on(found->second, 0, at);
  if (found->second.holder == kNoPid) mutexes_.erase(found);
}

void Segments::pass_on(Lock& lock, std::int32_t status, PartContext& at) {
  lock.holder = kNoPid;
  if (lock.waiting.empty()) return;
  const Waiting next = lock.waiting.front();
  lock.waiting.pop_front();
  lock.holder = next.pid;
  answer(next, Result::ok(kNoPid, status), at);
}

// The last to come gets the value 1, as PTHREAD_BARRIER_SERIAL_THREAD.
void Segments::meet(const CallEvent& event, const Barrier& barrier, PartContext& at) {
  const auto found = barriers_.find(barrier.key);
  const bool other = found != barriers_.end() && found->second.parties != barrier.parties;
  if (barrier.parties == 0 || other) return at.out.complete(event.id, Result::fail(Errno::einval), self_);
  Meeting& meeting = barriers_[barrier.key];
  meeting.parties = barrier.parties;
  if (meeting.waiting.size() + 1 < barrier.parties) return wait(event, meeting.waiting, at);
  const Meeting met = std::move(meeting);
  barriers_.erase(barrier.key);
  at.out.complete(event.id, Result::of(1), self_);
  for (const Waiting& one : met.waiting) answer(one, Result::of(0), at);
}

void Segments::broken_off(CallId call, PartContext&) {
  const auto forget = [&](auto& table) {
    for (auto& [key, object] : table) std::erase_if(object.waiting, [&](const Waiting& one) { return one.call == call; });
  };
  forget(semaphores_);
  forget(mutexes_);
  forget(barriers_);
  std::erase_if(barriers_, [](const auto& entry) { return entry.second.waiting.empty(); });
}

// A dead holder's mutex: see SegmentSettings::robust_mutexes. Semaphores are not undone (no SEM_UNDO).
void Segments::ended(Pid gone, PartContext& at) {
  detach_all(gone);
  if (!settings_.robust_mutexes) return;
  for (auto entry = mutexes_.begin(); entry != mutexes_.end();) {
    if (entry->second.holder == gone) pass_on(entry->second, kOwnerDied, at);
    entry = entry->second.holder == kNoPid ? mutexes_.erase(entry) : std::next(entry);
  }
}

void Segments::check_invariants() const {
  for (const auto& [id, segment] : segments_) {
    SSI_INVARIANT(!segment.removed || (!segment.attached.empty() && segment.key == kPrivate), "a removed segment lives on");
    for (const auto& [pid, times] : segment.attached) SSI_INVARIANT(times > 0, "attached no times");
  }
  for (const auto& [key, id] : keys_)
    SSI_INVARIANT(segments_.contains(id) && segments_.at(id).key == key, "a key of a segment that is not there");
  for (const auto& [key, semaphore] : semaphores_)
    SSI_INVARIANT(semaphore.value == 0 || semaphore.waiting.empty(), "a semaphore is up and waited for");
  for (const auto& [key, lock] : mutexes_) SSI_INVARIANT(lock.holder != kNoPid || lock.waiting.empty(), "a free mutex is waited for");
  for (const auto& [key, meeting] : barriers_) SSI_INVARIANT(meeting.waiting.size() < meeting.parties, "all have met and still wait");
}

void Segments::hash_into(StateHash& hash) const {
  hash.add(next_);
  for (const auto& [id, segment] : segments_) {
    hash.add(id);
    for (std::byte byte : segment.bytes) hash.add(static_cast<std::uint64_t>(byte));
    for (const auto& [pid, times] : segment.attached) {
      hash.add(pid);
      hash.add(times);
    }
  }
  for (const auto& [key, semaphore] : semaphores_) {
    hash.add(key);
    hash.add(semaphore.value);
    hash.add(semaphore.waiting.size());
  }
  for (const auto& [key, lock] : mutexes_) {
    hash.add(key);
    hash.add(lock.holder);
    hash.add(lock.waiting.size());
  }
  for (const auto& [key, meeting] : barriers_) hash.add(meeting.waiting.size());
}

void Segments::describe(StateDump& out) const {
  for (const auto& [id, segment] : segments_)
    out.add("segment " + std::to_string(id), "key " + std::to_string(segment.key) + ", " + std::to_string(segment.bytes.size()) +
                                                 " bytes, " + std::to_string(segment.attached.size()) + " attached");
  for (const auto& [key, semaphore] : semaphores_)
    out.add("semaphore " + std::to_string(key),
            std::to_string(semaphore.value) + ", " + std::to_string(semaphore.waiting.size()) + " wait");
  for (const auto& [key, lock] : mutexes_)
    out.add("mutex " + std::to_string(key),
            "held by " + std::to_string(lock.holder.value) + ", " + std::to_string(lock.waiting.size()) + " wait");
}

}   // namespace ssi::native
