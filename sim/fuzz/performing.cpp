// PlanRun: ops as calls, and what their answers tell.
#include <algorithm>

#include "sim/fuzz/plan_run.hpp"

namespace ssi::fuzz {
namespace {

constexpr std::uint32_t kCounterSlot = kSlots - 1;   // of a segment: only added to

// What one op waits for, whatever else is in the plan.
std::uint64_t identity(const Op* op, std::uint32_t stage) { return op == nullptr ? 0 : (std::uint64_t{op->id} << 8) | stage; }

template <class Map>
std::optional<typename Map::mapped_type> found_in(const Map& map, std::uint32_t name) {
  const auto found = map.find(name);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

}   // namespace

std::uint32_t PlanRun::stages_of(const Op& op) {
  const bool seeks = op.call == "read" || op.call == "write";
  return seeks || op.call == "attach" ? 2 : 1;
}

// The next op that can be carried out; in the closing phase what lets go. Without one the program idles until then.
void PlanRun::next_call(Actor& actor) {
  if (actor.stopped || actor.frozen) return;
  while (!closing_ && actor.next < actor.ops.size()) {
    const Op& op = plan_.ops[actor.ops[actor.next]];
    Asked asked{.by = actor.name, .op = &op, .stage = actor.stage};
    std::optional<Call> call = call_of(actor, op, asked);
    const bool last = actor.stage + 1 == stages_of(op) || !call;
    actor.next += last ? 1 : 0;
    actor.stage = last ? 0 : actor.stage + 1;
    if (!call) continue;
    verdict_.done.insert(op.id);
    return issue(actor.node, actor.pid, std::move(*call), asked);
  }
  Asked asked{.by = actor.name};
  if (!closing_) return;
  if (std::optional<Call> call = closing_call(actor, asked)) issue(actor.node, actor.pid, std::move(*call), asked);
}

std::optional<Call> PlanRun::call_of(Actor& actor, const Op& op, Asked& asked) {
  const OpKind* kind = find_op_kind(op.call);
  switch (kind->serves) {
    case CallClass::channel: return channel_call(actor, op, asked);
    case CallClass::file: return file_call(actor, op, asked.stage);
    case CallClass::segment: return segment_call(actor, op, asked.stage);
    case CallClass::process:
    case CallClass::node_local: break;
  }
  return process_call(actor, op);
}

std::optional<Call> PlanRun::process_call(const Actor& actor, const Op& op) const {
  const Pid of = op.of == 0 ? kNoPid : pid_of(op.of), to = op.to == 0 ? kNoPid : pid_of(op.to);
  if ((op.of != 0 && of == kNoPid) || (op.to != 0 && to == kNoPid)) return std::nullopt;
  const Pid target = op.of == 0 ? actor.pid : of;
  const Signal signal = signal_named(op.signal);
  const ProgramRef child{.program = op.id};   // by which its birth is known
  if (op.call == "spawn") return Spawn{child, {Placement::Kind::node, NodeId{op.node}}};
  if (op.call == "fork") return Fork{child};
  if (op.call == "exec") return Exec{{}, {}};
  if (op.call == "exit") return Exit{static_cast<std::int32_t>(op.value % 128)};
  if (op.call == "wait") return Wait{of, op.value == 1};
  if (op.call == "kill") return Kill{target, signal};
  if (op.call == "killpg") return KillGroup{target, free_signal(signal)};
  if (op.call == "setpgid") return SetGroup{target, to == kNoPid ? target : to};
  if (op.call == "setsid") return SetSession{};
  if (op.call == "handle") return SetAction{signal, Disposition::handler};
  if (op.call == "ignore_children") return SetAction{Signal::chld, Disposition::ignore};
  if (op.call == "migrate") return Migrate{of, place(op.node)};
  if (op.call == "list") return List{};
  if (op.call == "pause") return Pause{};
  Rfork several{child, {}};
  for (std::uint32_t i = 0; i < std::clamp(op.value, 1U, plan_.nodes); ++i) several.nodes.push_back(NodeId{(op.node + i) % plan_.nodes});
  return several;
}

// One that no killpg under way uses, so that the checker can tell the broadcasts apart.
Signal PlanRun::free_signal(Signal wanted) const {
  if (wanted != Signal::hup && wanted != Signal::interrupt) return wanted;
  std::set<Signal> busy;
  for (const auto& record : history_.calls) {
    const auto* kill = std::get_if<KillGroup>(&record.call);
    if (kill && !record.returned) busy.insert(kill->signal);
  }
  const Signal other = wanted == Signal::hup ? Signal::interrupt : Signal::hup;
  return !busy.contains(wanted) ? wanted : !busy.contains(other) ? other : Signal::none;
}

std::optional<Call> PlanRun::channel_call(Actor& actor, const Op& op, Asked& asked) {
  if (op.call == "pipe") return Pipe{};
  if (op.call == "listen") return Listen{op.name, 2};
  if (op.call == "connect") return Connect{op.name};
  const std::optional<std::int32_t> file = found_in(actor.files, op.of);
  if (op.call == "close" && file) return Close{*file};
  const std::optional<End> end = found_in(actor.ends, op.of);
  if (!end) return std::nullopt;
  if (op.call == "close") return Close{end->number};
  if (op.call == "accept") return end->listener ? std::optional<Call>(Accept{end->number}) : std::nullopt;
  const std::uint32_t records = std::max(op.value, 1U);
  if (op.call == "send") {
    if (!end->out) return std::nullopt;
    Bytes data = streams_.begin_write(*end, records, actor.wrote, asked.write);
    return Send{end->number, std::move(data)};
  }
  if (end->in == 0 || !streams_.begin_read(end->in)) return std::nullopt;
  asked.reads = end->in;
  return Receive{end->number, 8ULL * records};
}

std::optional<Call> PlanRun::file_call(const Actor& actor, const Op& op, std::uint32_t stage) {
  if (op.call == "open") return Open{"/" + op.name, {.write = true, .create = true}};
  if (op.call == "create") return Create{"/new_" + op.name};
  if (op.call == "unlink") return Unlink{"/new_" + op.name};
  if (op.call == "mkdir") return MakeDirectory{"/new_" + op.name};
  if (op.call == "readdir") return ReadDirectory{"/"};
  const std::optional<std::int32_t> file = found_in(actor.files, op.of);
  if (!file) return std::nullopt;
  if (op.call == "commit") return Commit{*file};
  if (stage == 0) return Seek{*file, 8 * static_cast<std::int64_t>(op.value % kSlots)};
  if (op.call == "write") return Write{*file, word_of(op.id)};
  return Read{*file, 8};
}

std::optional<Call> PlanRun::segment_call(const Actor& actor, const Op& op, std::uint32_t stage) {
  if (op.call == "attach" && stage == 0) return SegmentGet{.key = op.value, .bytes = 8ULL * kSlots};
  const std::optional<std::uint64_t> segment = found_in(actor.segments, op.call == "attach" ? op.id : op.of);
  if (!segment) return std::nullopt;
  if (op.call == "attach") return Attach{*segment};
  const std::uint64_t offset = 8ULL * (op.value % kCounterSlot);
  if (op.call == "store") return Store{*segment, offset, op.id, {}};
  if (op.call == "load") return Load{*segment, offset};
  return Atomic{.segment = *segment, .offset = 8ULL * kCounterSlot, .operand = 1};
}

void PlanRun::issue(NodeId node, Pid by, Call call, Asked asked) {
  const CallId id = world_.next_call();
  asked.record = history_.calls.size();
  asked.node = node;
  asked.incarnation = world_.incarnation(node);
  if (Actor* actor = living(asked.by)) {
    actor->calling = id;
    ++actor->calls;
  }
  note(called(by) + " calls " + std::string(kCallNames[call.index()]) + (asked.op ? " (op " + std::to_string(asked.op->id) + ")" : ""));
  const bool bears = std::holds_alternative<Spawn>(call) || std::holds_alternative<Fork>(call) || std::holds_alternative<Rfork>(call);
  if (const Actor* actor = living(asked.by); actor && bears) heritage_[asked.op->id] = {actor->ends, actor->wrote};
  const auto* set = std::get_if<SetAction>(&call);
  if (set && set->signal == Signal::chld) history_.lives.at(by).ignores_children = true;
  history_.calls.push_back({id, by, std::move(call), now_, {}, {}, {}, {}});
  asked_[id] = asked;
  if (asked.op) call_of_op_[asked.op->id] = id;
  at(world_.now() + delay(plan_.order.call, "handle", identity(asked.op, asked.stage), asked.by), Due::Kind::handle, id.value);
}

// The call of a process that has died meanwhile still comes, as in the host.
void PlanRun::handle(CallId id) {
  const Asked& asked = asked_.at(id);
  if (Actor* caller = living(asked.by); caller != nullptr && caller->calling == id && caller->frozen) {
    caller->waiting = id;
    return;
  }
  if (is_lost(asked)) return;
  world::CallRecord& record = history_.calls[asked.record];
  record.handled = now_;
  hash_.add(id);
  const Pid by = record.caller;
  Call call = record.call;
  world_.call(id, asked.node, by, std::move(call));
}

void PlanRun::completed(CallId id, const Result& result) {
  const Asked& asked = asked_.at(id);
  world::CallRecord& record = history_.calls[asked.record];
  record.answered = now_;
  record.result = result;
  hash_.add(static_cast<std::uint64_t>(result.error));
  note(std::string(kCallNames[record.call.index()]) + (asked.op ? " of op " + std::to_string(asked.op->id) : "") +
       " ends: " + (result.good() ? "ok" : std::string(name_of(result.error))));
  const bool is_over = std::holds_alternative<Exit>(record.call) || (std::holds_alternative<Exec>(record.call) && result.good());
  if (!is_over)
    at(world_.now() + delay(plan_.order.answer, "answer", identity(asked.op, asked.stage), asked.by), Due::Kind::answer, id.value);
}

// The program goes on, unless it has died before its answer reached it.
void PlanRun::answer(CallId id) {
  Asked& asked = asked_.at(id);
  world::CallRecord& record = history_.calls[asked.record];
  if (asked.by == 0) {
    record.returned = now_;
    return;
  }
  Actor* actor = living(asked.by);
  if (actor == nullptr || actor->pid != record.caller || actor->calling != id) return;
  if (actor->frozen) {   // the host holds it until the program goes on
    actor->held = id;
    return;
  }
  record.returned = now_;
  actor->calling = kNoCall;
  taken(*actor, asked, record.call, record.result);
  const std::uint64_t next = actor->next < actor->ops.size() ? identity(&plan_.ops[actor->ops[actor->next]], actor->stage) : 0;
  at(world_.now() + delay(plan_.order.call, "call", next, next == 0 ? actor->calls : actor->name), Due::Kind::call, actor->name);
}

void PlanRun::taken(Actor& actor, Asked& asked, const Call& call, const Result& result) {
  const bool more = asked.op != nullptr && asked.stage + 1 < stages_of(*asked.op);
  if (more && !result.good()) {   // the rest of the op has no meaning
    ++actor.next;
    actor.stage = 0;
  }
  taken_by_streams(actor, asked, call, result);
  if (const auto* close = std::get_if<Close>(&call)) {   // also one that failed leaves nothing to close
    std::erase_if(actor.files, [&](const auto& file) { return file.second == close->file; });
    std::erase_if(actor.ends, [&](const auto& end) { return end.second.number == close->file; });
  }
  if (!result.good()) {
    if (std::holds_alternative<Attach>(call)) actor.segments.erase(asked.op->id);
    return;
  }
  if (asked.left_behind && !goes_along(class_of(call))) return;
  if (std::holds_alternative<Open>(call)) actor.files[asked.op->id] = static_cast<std::int32_t>(result.value);
  if (std::holds_alternative<SegmentGet>(call)) actor.segments[asked.op->id] = static_cast<std::uint64_t>(result.value);
}

void PlanRun::taken_by_streams(Actor& actor, const Asked& asked, const Call& call, const Result& result) {
  if (asked.write != 0) streams_.end_write(asked.write, result, actor.wrote);
  if (asked.reads != 0) streams_.leave_read(asked.reads);
  if (!result.good() || (asked.left_behind && !goes_along(CallClass::channel) && asked.reads == 0)) return;
  const auto number = static_cast<std::int32_t>(result.value);
  const std::uint32_t name = asked.op ? asked.op->id : 0;
  if (std::holds_alternative<Pipe>(call)) {
    std::tie(actor.ends[name], actor.ends[name + 1]) = streams_.pipe(number, result.status);
  } else if (std::holds_alternative<Connect>(call) || std::holds_alternative<Accept>(call)) {
    actor.ends[name] = streams_.socket(number);
  } else if (std::holds_alternative<Listen>(call)) {
    actor.ends[name] = {.number = number, .listener = true};
  } else if (asked.reads != 0) {
    streams_.end_read(asked.reads, result.bytes(), [this](std::size_t group) { return held(group); });
    if (asked.closes != 0 && size_of(result.bytes()) == 0) actor.ends.erase(asked.closes);
  }
}

// A program that lives can write to the group, unless it is closing its end.
bool PlanRun::held(std::size_t group) const {
  for (const auto& [name, actor] : actors_)
    for (const auto& [op, end] : actor.ends) {
      if (end.out != group) continue;
      const auto calling = asked_.find(actor.calling);
      if (calling == asked_.end() || !std::holds_alternative<Close>(history_.calls[calling->second.record].call)) return true;
    }
  return false;
}

}   // namespace ssi::fuzz
