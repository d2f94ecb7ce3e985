#include "models/protocol/segment/home.hpp"

#include <algorithm>
#include <string>

#include "models/base/check.hpp"

namespace ssi::segment {

void Home::serve(NodeId from, const Get& get, Replies& out) {
  const Waiting asker{from, get.ticket};
  const SegmentGet& what = get.what;
  const auto found = keys_.find(what.key);
  if (what.key != 0 && found != keys_.end()) {
    if (what.create && what.exclusive) return reply(asker, Errno::eexist, out);
    if (what.bytes > segments_.at(found->second).bytes) return reply(asker, Errno::einval, out);
    return reply(asker, Errno::none, out, found->second);
  }
  if (what.key != 0 && !what.create) return reply(asker, Errno::enoent, out);
  if (what.bytes == 0) return reply(asker, Errno::einval, out);
  if (what.bytes > bytes_max_) return reply(asker, Errno::enomem, out);
  const std::uint64_t id = make_id(self_, ++made_);
  segments_.emplace(id, Segment{what.key, what.bytes});
  if (what.key != 0) keys_.emplace(what.key, id);
  reply(asker, Errno::none, out, id);
}

void Home::serve(NodeId from, const Remove& remove, Replies& out) {
  const auto found = segments_.find(remove.id);
  if (found == segments_.end()) return reply({from, remove.ticket}, Errno::einval, out);
  if (found->second.removed) return reply({from, remove.ticket}, Errno::eidrm, out);
  if (found->second.key != 0) keys_.erase(found->second.key);
  found->second.key = 0;
  found->second.removed = true;
  free_if_unused(remove.id);
  reply({from, remove.ticket}, Errno::none, out);
}

void Home::serve(NodeId from, const Attach& attach, Replies& out) {
  const auto found = segments_.find(attach.id);
  if (found == segments_.end()) return reply({from, attach.ticket}, Errno::einval, out);
  if (found->second.removed) return reply({from, attach.ticket}, Errno::eidrm, out);
  hold(attach.id, from, 1);
  reply({from, attach.ticket}, Errno::none, out, found->second.bytes);
}

void Home::serve(NodeId from, const Detach& detach, Replies&) { hold(detach.id, from, -std::int64_t{detach.times}); }

void Home::serve(NodeId, const Hold& held, Replies&) { hold(held.id, held.node, held.by); }

void Home::hold(std::uint64_t id, NodeId node, std::int64_t by) {
  const auto found = segments_.find(id);
  if (found == segments_.end()) return;   // lost with its node's circuit
  if ((found->second.attached[node] += by) == 0) found->second.attached.erase(node);
  free_if_unused(id);
}

void Home::free_if_unused(std::uint64_t id) {
  const Segment& segment = segments_.at(id);
  if (segment.removed && segment.attached.empty()) segments_.erase(id);
}

void Home::serve(NodeId from, const Down& down, Replies& out) {
  Semaphore& semaphore = semaphores_[down.key];
  if (semaphore.value == 0 && !down.no_wait) {
    semaphore.waiting.push_back({from, down.ticket});
    return;
  }
  reply({from, down.ticket}, semaphore.value > 0 ? Errno::none : Errno::eagain, out);
  if (semaphore.value > 0) --semaphore.value;
}

void Home::serve(NodeId from, const Up& up, Replies& out) {
  reply({from, up.ticket}, Errno::none, out);
  Semaphore& semaphore = semaphores_[up.key];
  for (semaphore.value += up.by; semaphore.value > 0 && !semaphore.waiting.empty(); --semaphore.value) {
    reply(semaphore.waiting.front(), Errno::none, out);
    semaphore.waiting.pop_front();
  }
}

void Home::serve(NodeId from, const Lock& lock, Replies& out) {
  Mutex& mutex = mutexes_[lock.key];
  const Waiting asker{from, lock.ticket, lock.pid};
  if (mutex.holder == lock.pid) return reply(asker, Errno::edeadlk, out);
  mutex.waiting.push_back(asker);
  if (mutex.holder == kNoPid) pass_on(lock.key, 0, out);
}

void Home::serve(NodeId from, const Unlock& unlock, Replies& out) {
  const auto found = mutexes_.find(unlock.key);
  const bool holds = found != mutexes_.end() && found->second.holder == unlock.pid;
  reply({from, unlock.ticket}, holds ? Errno::none : Errno::eperm, out);
  if (holds) pass_on(unlock.key, 0, out);
}

void Home::serve(NodeId, const Died& died, Replies& out) {
  const auto found = mutexes_.find(died.key);
  if (found != mutexes_.end() && found->second.holder == died.pid) pass_on(died.key, kOwnerDied, out);
}

void Home::pass_on(std::uint64_t key, std::int32_t status, Replies& out) {
  Mutex& mutex = mutexes_.at(key);
  mutex.holder = kNoPid;
  if (mutex.waiting.empty()) {
    mutexes_.erase(key);
    return;
  }
  const Waiting next = mutex.waiting.front();
  mutex.waiting.pop_front();
  mutex.holder = next.pid;
  mutex.node = next.node;
  reply(next, Errno::none, out, 0, status);
}

void Home::serve(NodeId from, const Meet& meet, Replies& out) {
  const auto found = barriers_.find(meet.key);
  const bool other = found != barriers_.end() && found->second.parties != meet.parties;
  if (meet.parties == 0 || other) return reply({from, meet.ticket}, Errno::einval, out);
  Meeting& meeting = barriers_[meet.key];
  meeting.parties = meet.parties;
  if (meeting.waiting.size() + 1 < meet.parties) {
    meeting.waiting.push_back({from, meet.ticket});
    return;
  }
  for (const Waiting& one : meeting.waiting) reply(one, Errno::none, out);
  reply({from, meet.ticket}, Errno::none, out, 1);
  barriers_.erase(meet.key);
}

void Home::serve(NodeId from, const Cancel& cancel, Replies&) {
  const auto forget = [&](auto& table) {
    const auto found = table.find(cancel.key);
    if (found != table.end())
      std::erase_if(found->second.waiting, [&](const Waiting& one) { return one.node == from && one.ticket == cancel.ticket; });
  };
  forget(semaphores_);
  forget(mutexes_);
  forget(barriers_);
  std::erase_if(barriers_, [](const auto& entry) { return entry.second.waiting.empty(); });
}

void Home::lost(NodeId node, bool robust, Replies& out) {
  std::vector<std::uint64_t> ids, keys;
  for (auto& [id, segment] : segments_)
    if (segment.attached.erase(node) > 0) ids.push_back(id);
  for (std::uint64_t id : ids) free_if_unused(id);
  const auto forget = [&](auto& table) {
    for (auto& [key, object] : table) std::erase_if(object.waiting, [&](const Waiting& one) { return one.node == node; });
  };
  forget(semaphores_);
  forget(mutexes_);
  forget(barriers_);
  std::erase_if(barriers_, [](const auto& entry) { return entry.second.waiting.empty(); });
  for (const auto& [key, mutex] : mutexes_)
    if (robust && mutex.node == node) keys.push_back(key);
  for (std::uint64_t key : keys) pass_on(key, kOwnerDied, out);
}

bool Home::idle() const {
  for (const auto& [key, semaphore] : semaphores_)
    if (!semaphore.waiting.empty()) return false;
  return mutexes_.empty() && barriers_.empty();
}

void Home::check_invariants() const {
  for (const auto& [id, segment] : segments_)
    SSI_INVARIANT(!segment.removed || (!segment.attached.empty() && segment.key == 0), "a removed segment lives on");
  for (const auto& [key, id] : keys_)
    SSI_INVARIANT(segments_.contains(id) && segments_.at(id).key == key, "a key of a segment that is not there");
  for (const auto& [key, semaphore] : semaphores_)
    SSI_INVARIANT(semaphore.value == 0 || semaphore.waiting.empty(), "a semaphore is up and waited for");
  for (const auto& [key, mutex] : mutexes_) SSI_INVARIANT(mutex.holder != kNoPid, "a mutex that nobody holds is kept");
  for (const auto& [key, meeting] : barriers_)
    SSI_INVARIANT(!meeting.waiting.empty() && meeting.waiting.size() < meeting.parties, "all have met and still wait");
}

void Home::hash_into(StateHash& hash) const {
  for (const auto& [id, segment] : segments_) {
    hash.add(id);
    for (const auto& [node, times] : segment.attached) {
      hash.add(node);
      hash.add(static_cast<std::uint64_t>(times));
    }
  }
  const auto waiting = [&](const auto& object) {
    for (const Waiting& one : object.waiting) {
      hash.add(one.node);
      hash.add(one.ticket);
    }
  };
  for (const auto& [key, semaphore] : semaphores_) {
    hash.add(key);
    hash.add(semaphore.value);
    waiting(semaphore);
  }
  for (const auto& [key, mutex] : mutexes_) {
    hash.add(key);
    hash.add(mutex.holder);
    waiting(mutex);
  }
  for (const auto& [key, meeting] : barriers_) waiting(meeting);
}

}   // namespace ssi::segment
