// Shared segments, semaphores, mutexes and barriers between nodes.
#include "models/conformance/ask.hpp"
#include "models/conformance/stage.hpp"

namespace ssi::conformance {
namespace {

constexpr std::size_t kReady = 0, kGo = 1, kDone = 2, kStored = 3, kPid = 4, kSegment = 5;
constexpr std::uint64_t kKey = 42;
constexpr const char* kFinds = "shmget of a key of another node";

std::uint64_t id(const Result& result) { return static_cast<std::uint64_t>(result.value); }

Program finds_segment(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result segment = co_await SegmentGet{kKey, 8, false};
  if (!s.need(segment, kFinds)) co_return;
  const Result attached = co_await Attach{id(segment)};
  s.need(attached, "shmat");
  s.mark(kDone);
}
Program makes_segment(Stage& s, Self& self) {
  const Result segment = co_await SegmentGet{kKey, 64};
  if (!s.need(segment, "shmget")) co_return;
  s.mark(kReady);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}
Program wants_its_own(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result segment = co_await SegmentGet{kKey, 8, true, true};
  s.fails(segment, Errno::eexist, "shmget with IPC_EXCL of a key of another node");
  s.mark(kDone);
}

Program loads(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result segment = co_await SegmentGet{kKey, 64, false};
  if (!s.need(segment, kFinds)) co_return;
  const Result attached = co_await Attach{id(segment)};
  s.need(attached, "shmat");
  const Result before = co_await Load{id(segment), 8};
  s.same(before.good() && before.value == 0, "a new segment is zero");
  s.mark(kGo);
  while (s.waits_for(kStored)) co_await s.nap(self);
  const Result after = co_await Load{id(segment), 8};
  s.same(after.value == 7, "a load sees every store that is over");
  s.mark(kDone);
}
Program store_visible(Stage& s, Self& self) {
  const Result segment = co_await SegmentGet{kKey, 64};
  if (!s.need(segment, "shmget")) co_return;
  const Result attached = co_await Attach{id(segment)};
  s.need(attached, "shmat");
  s.mark(kReady);
  while (s.waits_for(kGo)) co_await s.nap(self);
  const Result stored = co_await store(id(segment), 8, 7);
  s.need(stored, "store");
  s.mark(kStored);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

constexpr int kTimes = 50;
Program adds(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result segment = co_await SegmentGet{kKey, 64, false};
  if (!s.need(segment, kFinds)) co_return;
  const Result attached = co_await Attach{id(segment)};
  s.need(attached, "shmat");
  for (int i = 0; i < kTimes; ++i) {
    const Result added = co_await Atomic{id(segment), 0, Atomic::Kind::add, 1, 0};
    s.need(added, "atomic");
  }
  s.mark(kDone);
}
Program atomic_counts(Stage& s, Self& self) {
  const Result segment = co_await SegmentGet{kKey, 64};
  if (!s.need(segment, "shmget")) co_return;
  const Result attached = co_await Attach{id(segment)};
  s.need(attached, "shmat");
  s.mark(kReady);
  for (int i = 0; i < kTimes; ++i) {
    const Result added = co_await Atomic{id(segment), 0, Atomic::Kind::add, 1, 0};
    s.need(added, "atomic");
  }
  while (s.waits_for(kDone)) co_await s.nap(self);
  const Result sum = co_await Load{id(segment), 0};
  s.same(sum.value == 2 * kTimes, "every addition counts");
  s.finish();
}

Program stays_attached(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result segment = co_await SegmentGet{kKey, 64, false};
  if (!s.need(segment, kFinds)) co_return;
  const Result attached = co_await Attach{id(segment)};
  s.need(attached, "shmat");
  s.mark(kGo);
  while (s.waits_for(kStored)) co_await s.nap(self);
  const Result word = co_await Load{id(segment), 0};
  s.same(word.good() && word.value == 9, "who is attached keeps the bytes");
  const Result gone = co_await SegmentGet{kKey, 64, false};
  s.fails(gone, Errno::enoent, "shmget of its key");
  s.mark(kDone);
}
Program removed(Stage& s, Self& self) {
  const Result segment = co_await SegmentGet{kKey, 64};
  if (!s.need(segment, "shmget")) co_return;
  const Result attached = co_await Attach{id(segment)};
  s.need(attached, "shmat");
  const Result stored = co_await store(id(segment), 0, 9);
  s.need(stored, "store");
  s.mark(kReady);
  while (s.waits_for(kGo)) co_await s.nap(self);
  const Result detached = co_await Detach{id(segment)};
  s.need(detached, "shmdt");
  const Result gone = co_await SegmentRemove{id(segment)};
  s.need(gone, "IPC_RMID");
  s.mark(kStored);
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

Program stores_inherited(Stage& s, Self&) {
  const Result stored = co_await store(s.marked(kSegment), 0, 5);
  s.need(stored, "a forked child's store to a segment that it inherited");
}
Program attached_child(Stage& s, Call child_call, bool made_by_rfork) {
  const Result segment = co_await SegmentGet{kKey, 64};
  if (!s.need(segment, "shmget")) co_return;
  const Result attached = co_await Attach{id(segment)};
  s.need(attached, "shmat");
  s.mark(kSegment, id(segment));
  const Result child = co_await std::move(child_call);
  if (!s.need(child, made_by_rfork ? "rfork" : "fork")) co_return;
  const Result ended = co_await Wait{};
  s.need(ended, "wait");
  const Result word = co_await Load{id(segment), 0};
  s.same(word.value == 5, "its parent sees what it stores");
  s.finish();
}
Program fork_attached(Stage& s, Self&) { return attached_child(s, Fork{s.program(1)}, false); }
Program rfork_attached(Stage& s, Self&) { return attached_child(s, rfork(s.program(1), 1, 1), true); }

Program ups(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  co_await s.nap(self, 10);
  s.mark(kGo);
  const Result up = co_await Up{kKey, 1};
  s.need(up, "up");
}
Program semaphore_elsewhere(Stage& s, Self&) {
  s.mark(kReady);
  const Result down = co_await Down{kKey};
  if (!s.need(down, "down")) co_return;
  s.same(s.marked(kGo) == 1, "down waits for the up");
  s.finish();
}

Program interrupts(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  co_await s.nap(self, 10);
  const Result sent = co_await Kill{s.pid(kPid), Signal::usr1};
  s.need(sent, "kill");
}
Program semaphore_interrupted(Stage& s, Self& self) {
  co_await SetAction{Signal::usr1, Disposition::handler};
  s.mark(kPid, self.pid.value);
  const Result child = co_await Fork{s.program(1)};
  if (!s.need(child, "fork")) co_return;
  s.mark(kReady);
  const Result down = co_await Down{kKey};
  s.fails(down, Errno::eintr, "down during a handler");
  const Result up = co_await Up{kKey, 1};
  s.need(up, "up");
  const Result again = co_await Down{kKey, true};
  s.same(again.good(), "the call that was broken off has taken nothing");
  s.finish();
}

Program locks_second(Stage& s, Self& self) {
  while (s.waits_for(kReady)) co_await s.nap(self);
  const Result locked = co_await Mutex{kKey, true};
  s.need(locked, "lock");
  s.mark(kDone);
}
Program mutex_excludes(Stage& s, Self& self) {
  const Result locked = co_await Mutex{kKey, true};
  if (!s.need(locked, "lock")) co_return;
  s.mark(kReady);
  co_await s.nap(self, 20);
  s.same(s.marked(kDone) == 0, "the other node waits");
  const Result unlocked = co_await Mutex{kKey, false};
  s.need(unlocked, "unlock");
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

Program meets_late(Stage& s, Self& self) {
  co_await s.nap(self, 20);
  s.mark(kGo);
  const Result met = co_await Barrier{kKey, 2};
  s.need(met, "barrier");
  s.mark(kDone);
}
Program barrier_elsewhere(Stage& s, Self& self) {
  const Result met = co_await Barrier{kKey, 2};
  if (!s.need(met, "barrier")) co_return;
  s.same(s.marked(kGo) == 1, "it waits for the other node");
  while (s.waits_for(kDone)) co_await s.nap(self);
  s.finish();
}

}   // namespace

std::vector<Behaviour> segment_behaviours() {
  return {
      {"segment.key", "segment", "a segment's key is known on another node", {makes_segment, finds_segment}, true},
      {"segment.exclusive", "segment", "IPC_EXCL refuses a key of another node", {makes_segment, wants_its_own}, true},
      {"segment.visible", "segment", "who has loaded a word loads what another node has stored since", {store_visible, loads}, true},
      {"segment.atomic", "segment", "atomic additions by two nodes all count", {atomic_counts, adds}, true},
      {"segment.removed",
       "segment",
       "IPC_RMID: the key goes, the bytes stay for who is attached elsewhere",
       {removed, stays_attached},
       true},
      {"segment.fork", "segment", "a forked child is attached", {fork_attached, stores_inherited}},
      {"segment.rfork", "segment", "a child forked onto another node is attached", {rfork_attached, stores_inherited}},
      {"semaphore.elsewhere", "segment", "an up on one node ends a down on another", {semaphore_elsewhere, ups}, true},
      {"semaphore.eintr", "segment", "a handler ends a down in EINTR, which takes nothing", {semaphore_interrupted, interrupts}},
      {"mutex.excludes", "segment", "a mutex excludes processes of two nodes", {mutex_excludes, locks_second}, true},
      {"barrier.elsewhere", "segment", "a barrier waits for a process of another node", {barrier_elsewhere, meets_late}, true},
  };
}

}   // namespace ssi::conformance
