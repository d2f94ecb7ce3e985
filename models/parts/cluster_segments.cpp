// The calls on shared memory that go to a home, and its replies. Pages are in segment_pages.cpp.
#include "models/parts/cluster_segments.hpp"

#include "models/base/check.hpp"

namespace ssi::parts {

using native::PartContext;

namespace {

constexpr std::uint64_t kSegmentTimers = std::uint64_t{1} << 56;   // of the coherence machine

coherence::Place place_of(NodeId self, const native::SegmentSettings& settings, const SegmentChoices& choices) {
  coherence::Place place;
  place.self = self;
  place.nodes = choices.nodes;
  place.page_bytes = choices.page_bytes;
  place.homes.nodes = choices.nodes;
  place.costs = {settings.operation, settings.operation, settings.operation, settings.operation};
  if (choices.library) place.homes.shift = kPageBits + segment::kNodeShift;
  place.timers = kSegmentTimers;
  return place;
}

}   // namespace

ClusterSegments::ClusterSegments(NodeId self, const native::SegmentSettings& settings, const SegmentChoices& choices)
    : self_(self), settings_(settings), choices_(choices), home_(self, settings.bytes_max),
      pages_(choices.protocol.make(place_of(self, settings, choices))) {}

struct ClusterSegments::Request {
  ClusterSegments& node;
  const CallEvent& event;
  PartContext& at;

  void end(Result result) const { at.out.complete(event.id, std::move(result), node.self_); }
  template <class M>
  void ask(Kind kind, NodeId home, std::uint64_t object, M message) const {
    node.ask(event, kind, home, object, std::move(message), at);
  }

  void operator()(const SegmentGet& get) const { ask(Kind::get, node.home_of(get.key), get.key, segment::Get{0, get}); }
  void operator()(const SegmentRemove& remove) const {
    ask(Kind::remove, segment::node_of(remove.segment), remove.segment, segment::Remove{0, remove.segment});
  }
  void operator()(const Attach& attach) const {
    const auto found = node.attached_.find(attach.segment);
    const bool mine = found != node.attached_.end() && found->second.times.contains(event.caller);
    if (!mine) return ask(Kind::attach, segment::node_of(attach.segment), attach.segment, segment::Attach{0, attach.segment});
    ++found->second.times.at(event.caller);
    end(Result::ok());
  }
  void operator()(const Detach& detach) const {
    const auto found = node.attached_.find(detach.segment);
    const bool attached = found != node.attached_.end() && found->second.times.contains(event.caller);
    end(attached ? Result::ok() : Result::fail(Errno::einval));
    if (attached) node.detach(event.caller, detach.segment, false, at);
  }
  void operator()(const Load& load) const {
    using Kind = coherence::Access::Kind;
    const bool word = load.count == 8;
    node.start(event, load.segment, load.offset, load.count, {.kind = word ? Kind::load : Kind::read_range}, at);
  }
  void operator()(const Store& store) const {
    using Kind = coherence::Access::Kind;
    if (store.data)
      node.start(event, store.segment, store.offset, size_of(store.data), {.kind = Kind::write_range, .data = store.data}, at);
    else node.start(event, store.segment, store.offset, 8, {.kind = Kind::store, .operand = store.word}, at);
  }
  void operator()(const Atomic& atomic) const {
    using Kind = coherence::Access::Kind;
    constexpr Kind kKinds[] = {Kind::add, Kind::exchange, Kind::compare_swap};
    if (node.releases()) return end(Result::fail(Errno::enosys));
    if (atomic.offset % 8 != 0) return end(Result::fail(Errno::einval));
    node.start(event, atomic.segment, atomic.offset, 8,
               {.kind = kKinds[static_cast<std::size_t>(atomic.kind)], .operand = atomic.operand, .expected = atomic.expected}, at);
  }
  void operator()(const Down& down) const {
    if (node.releases()) return end(Result::fail(Errno::enosys));
    ask(Kind::down, node.home_of(down.semaphore), down.semaphore, segment::Down{0, down.semaphore, down.no_wait});
  }
  void operator()(const Up& up) const {
    if (node.releases()) return end(Result::fail(Errno::enosys));
    ask(Kind::up, node.home_of(up.semaphore), up.semaphore, segment::Up{0, up.semaphore, up.by});
  }
  void operator()(const Mutex& mutex) const {
    if (node.releases()) return node.order(event, mutex, at);
    const NodeId home = node.home_of(mutex.key);
    if (mutex.lock) ask(Kind::lock, home, mutex.key, segment::Lock{0, mutex.key, event.caller});
    else ask(Kind::unlock, home, mutex.key, segment::Unlock{0, mutex.key, event.caller});
  }
  void operator()(const Barrier& barrier) const {
    if (node.releases()) return node.order(event, barrier, at);
    ask(Kind::meet, node.home_of(barrier.key), barrier.key, segment::Meet{0, barrier.key, barrier.parties});
  }
  template <class C>
  void operator()(const C&) const {
    SSI_CHECK(false, "a call of another class");
  }
};

void ClusterSegments::call(const CallEvent& event, PartContext& at) {
  at.out.work(settings_.operation);
  std::visit(Request{*this, event, at}, *event.call);
}

// A private segment (key 0) is made here.
NodeId ClusterSegments::home_of(std::uint64_t key) const {
  if (key == native::kPrivate) return self_;
  return choices_.by_hash ? NodeId{static_cast<std::uint32_t>(mix64(key) % choices_.nodes)} : choices_.fixed;
}

SegmentTest ClusterSegments::test_of(Kind kind) {
  switch (kind) {
    case Kind::get: return SegmentTest::key;
    case Kind::remove:
    case Kind::attach: return SegmentTest::segment;
    case Kind::up:
    case Kind::down: return SegmentTest::semaphore;
    case Kind::lock:
    case Kind::unlock: return SegmentTest::mutex;
    case Kind::meet: return SegmentTest::barrier;
  }
  return SegmentTest::key;
}

template <class M>
void ClusterSegments::ask(const CallEvent& event, Kind kind, NodeId home, std::uint64_t object, M message, PartContext& at) {
  if (home.value >= choices_.nodes) return at.out.complete(event.id, Result::fail(Errno::einval), self_);
  message.ticket = ++tickets_;
  choices_.tests.here(test_of(kind), home == self_, at.out);
  if (waits(kind)) at.processes.block(event.id, event.caller);
  pending_[message.ticket] = {kind, event.id, event.caller, home, object};
  tell(home, message, at);
}

template <class M>
void ClusterSegments::tell(NodeId to, const M& message, PartContext& at) {
  if (to != self_) return at.out.send(to, TxnId{}, segment::Message(message), {.raised = true});
  segment::Home::Replies replies;
  home_.serve(self_, message, replies);
  deliver(replies, at);
}

template void ClusterSegments::tell(NodeId, const segment::Hold&, PartContext&);   // segment_luggage.cpp

void ClusterSegments::deliver(const segment::Home::Replies& replies, PartContext& at) {
  for (const auto& [node, one] : replies) {
    if (node == self_) reply(one, at);
    else at.out.send(node, TxnId{}, segment::Message(one), {.raised = true});
  }
}

void ClusterSegments::reply(const segment::Reply& answer, PartContext& at) {
  const auto found = pending_.extract(answer.ticket);
  if (found.empty()) return;   // given up when the circuit broke
  const Pending& pending = found.mapped();
  const bool lives = !pending.given_up && at.processes.find(pending.pid) != nullptr;
  if (pending.kind == Kind::attach && answer.error == Errno::none) {
    Local& local = attached_[pending.object];
    local.bytes = answer.value;
    ++local.registrations;
    if (lives) ++local.times[pending.pid];
    else if (local.times.empty()) detach(pending.pid, pending.object, true, at);
  }
  if (!lives) {
    if (answer.error == Errno::none) give_back(pending, at);
    return;
  }
  if (pending.kind == Kind::lock && answer.error == Errno::none) held_[pending.pid].insert(pending.object);
  if (pending.kind == Kind::unlock && answer.error == Errno::none) held_[pending.pid].erase(pending.object);
  if (waits(pending.kind)) at.processes.unblock(pending.pid);
  Result result = answer.error == Errno::none ? Result::of(0) : Result::fail(answer.error);
  if (pending.kind == Kind::get || pending.kind == Kind::meet) result.value = static_cast<std::int64_t>(answer.value);
  result.status = answer.status;
  at.out.complete(pending.call, std::move(result), pending.asked);
}

// What was granted to a call that nobody waits for any more.
void ClusterSegments::give_back(const Pending& pending, PartContext& at) {
  if (pending.kind == Kind::down) tell(pending.asked, segment::Up{0, pending.object, 1}, at);
  if (pending.kind == Kind::lock) tell(pending.asked, segment::Unlock{0, pending.object, pending.pid}, at);
}

void ClusterSegments::broken_off(CallId call, PartContext& at) {
  for (auto& [ticket, pending] : pending_) {
    if (pending.call != call || pending.given_up) continue;
    pending.given_up = true;
    const NodeId asked = pending.asked;
    const segment::Cancel cancel{ticket, pending.object};
    if (asked == self_) pending_.erase(ticket);   // it waits at the home, which is here
    return tell(asked, cancel, at);
  }
}

void ClusterSegments::detach(Pid pid, std::uint64_t id, bool all, PartContext& at) {
  Local& local = attached_.at(id);
  if (const auto own = local.times.find(pid); own != local.times.end() && (all || --own->second == 0)) local.times.erase(own);
  if (!local.times.empty()) return;
  const segment::Detach last{id, local.registrations};
  attached_.erase(id);
  choices_.tests.here(SegmentTest::segment, segment::node_of(id) == self_, at.out);
  tell(segment::node_of(id), last, at);
}

void ClusterSegments::detach_all(Pid pid, PartContext& at) {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, local] : attached_)
    if (local.times.contains(pid)) ids.push_back(id);
  for (std::uint64_t id : ids) detach(pid, id, true, at);
}

void ClusterSegments::forked(Pid parent, Pid child, PartContext&) {
  for (auto& [id, local] : attached_)
    if (const auto own = local.times.find(parent); own != local.times.end()) local.times[child] = own->second;
}

void ClusterSegments::executed(Pid pid, PartContext& at) { detach_all(pid, at); }

void ClusterSegments::ended(Pid gone, PartContext& at) {
  detach_all(gone, at);
  const auto held = held_.extract(gone);
  if (held.empty() || !choices_.robust_mutexes) return;
  if (releases()) {
    for (std::uint64_t key : held.mapped()) unlock(key, gone, at);
    return settle_pages(at);
  }
  for (std::uint64_t key : held.mapped()) tell(home_of(key), segment::Died{key, gone}, at);
}

bool ClusterSegments::message(const Message& message, PartContext& at) {
  if (pages_->mine(message)) {
    pages_->on_message(message, {at.now, at.out, outcome_});
    settle_pages(at);
    return true;
  }
  if (!message.body.is<segment::Message>()) return false;
  const segment::Message& body = message.body.get<segment::Message>();
  if (const auto* answer = std::get_if<segment::Reply>(&body)) {
    reply(*answer, at);
    return true;
  }
  segment::Home::Replies replies;
  std::visit(
      [&](const auto& asked) {
        if constexpr (requires { home_.serve(message.header.from, asked, replies); }) home_.serve(message.header.from, asked, replies);
      },
      body);
  deliver(replies, at);
  return true;
}

void ClusterSegments::circuit_broken(const CircuitBroken& broken, PartContext& at) {
  segment::Home::Replies replies;
  home_.lost(broken.peer, choices_.robust_mutexes, replies);
  deliver(replies, at);
  for (auto entry = pending_.begin(); entry != pending_.end();) {
    const Pending pending = entry->second;
    const bool lost = pending.asked == broken.peer;
    entry = lost ? pending_.erase(entry) : std::next(entry);
    if (!lost || pending.given_up || at.processes.find(pending.pid) == nullptr) continue;
    if (waits(pending.kind)) at.processes.unblock(pending.pid);
    at.out.complete(pending.call, Result::info(Errno::ehostdown), broken.peer);
  }
}

}   // namespace ssi::parts
