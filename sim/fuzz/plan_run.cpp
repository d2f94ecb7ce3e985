// PlanRun: what happens next. Everything that waits has a date; the earliest happens.
#include "sim/fuzz/plan_run.hpp"

#include <algorithm>
#include <exception>

#include "models/base/check.hpp"

namespace ssi::fuzz {
namespace {

using world::Waiting;

world::World::Options options_of(const Plan& plan, const RunOptions& options, bool one_machine) {
  world::World::Options out{
      .nodes = one_machine ? 1 : plan.nodes, .params = plan.params, .seed = plan.order.seed, .copies = options.copies};
  out.membership = config::bind<config::Membership>(config::membership_fields(), {{"mode", plan.membership ? "majority" : "none"}});
  return out;
}
const StrategyEntry& entry_of(const Plan& plan) {
  const StrategyEntry* entry = find_strategy(plan.strategy);
  SSI_CHECK(entry, "an unknown strategy passed the reader");
  return *entry;
}

}   // namespace

PlanRun::PlanRun(const Plan& plan, const RunOptions& options)
    : plan_(plan), entry_(entry_of(plan)), options_(options), coverage_(entry_.coverage_with(plan.params)),
      one_machine_(entry_.image == Image::one_machine), world_(plan.strategy, options_of(plan, options, one_machine_)) {
  world_.watch(this);
  for (std::size_t i = 0; i < plan_.ops.size(); ++i) ops_of_[plan_.ops[i].by].push_back(i);
  for (std::uint32_t id = 0; id < world_.nodes(); ++id) history_.inits.insert(world_.init(id));
  history_.group_kills_end_exactly = entry_.group_kills_end_exactly;
  std::stable_sort(plan_.faults.begin(), plan_.faults.end(),
                   [](const Fault& a, const Fault& b) { return std::pair(a.at, a.after) < std::pair(b.at, b.after); });
}

Verdict run_plan(const Plan& plan, const RunOptions& options) { return PlanRun(plan, options).run(); }

Verdict PlanRun::run() {
  try {
    begin();
    go();
    judge();
  } catch (const InvariantBroken& broken) {
    verdict_.kind = Verdict::Kind::invariant;
    verdict_.problems = {broken.what()};
  } catch (const std::exception& failed) {
    verdict_.kind = Verdict::Kind::bug;
    verdict_.problems = {failed.what()};
  }
  verdict_.beyond_design = verdict_.crashes > 0 && !entry_.survives_crashes;
  verdict_.events = now_;
  verdict_.calls = history_.calls.size();
  return std::move(verdict_);
}

void PlanRun::begin() {
  for (const std::size_t index : ops_of_[0]) {
    const Op& op = plan_.ops[index];
    const NodeId node = place(op.node);
    issue(node, world_.init(node.value), Spawn{{.program = op.id}, {}}, {.op = &op});
  }
}

void PlanRun::go() {
  while (now_ < kMostSteps && (step() || close_down())) {}
}

// False: nothing is possible any more but what goes on for ever in the background.
bool PlanRun::step() {
  start_those_left_out();
  apply_faults();
  await_notices();
  const Instant never{INT64_MAX};
  const Instant programs = agenda_.empty() ? never : agenda_.begin()->at;
  if (let_world_go_on(programs)) return true;
  if (agenda_.empty()) return false;
  const Due due = *agenda_.begin();
  agenda_.erase(agenda_.begin());
  pass_to(due.at);
  happen(due);
  return true;
}

void PlanRun::happen(const Due& due) {
  switch (due.kind) {
    case Due::Kind::handle: return handle(CallId{due.subject});
    case Due::Kind::answer: return answer(CallId{due.subject});
    case Due::Kind::told: return told(due.subject);
    case Due::Kind::start:
      if (Actor* actor = living(static_cast<std::uint32_t>(due.subject))) {
        actor->started = true;
        if (actor->calling == kNoCall) next_call(*actor);
      }
      return;
    case Due::Kind::call:
      if (Actor* actor = living(static_cast<std::uint32_t>(due.subject)))
        if (actor->started && actor->calling == kNoCall) next_call(*actor);
  }
}

// The first of what waits in the world, if it is due before the programs' next step. Timers of the background alone are no progress.
bool PlanRun::let_world_go_on(Instant before) {
  Next next{.due = Instant{INT64_MAX}};
  for (const auto& [channel, queue] : world_.channels())
    if (!queue.empty() && queue.front().due < next.due && world_.can_deliver(channel))
      next = {Next::Kind::message, queue.front().due, 0, channel};
  const auto look = [&](const auto& waiting, Next::Kind kind) {
    for (std::size_t i = 0; i < waiting.size(); ++i)
      if (waiting[i].due < next.due) next = {kind, waiting[i].due, i, {}};
  };
  look(world_.freezing(), Next::Kind::freezing);
  look(world_.disks(), Next::Kind::disk);
  const auto& timers = world_.timers();
  const bool awaited = std::any_of(timers.begin(), timers.end(), [](const auto& timer) { return !timer.background; });
  const bool settles = plan_.membership && world_.now() < settled_;   // survivors find out by timers of the background
  if (awaited || settles || !world_.quiet() || !agenda_.empty()) look(timers, Next::Kind::timer);
  if (next.due.ns == INT64_MAX || next.due > before) return false;
  pass_to(next.due);
  carry_on(next);
  return true;
}

void PlanRun::carry_on(const Next& next) {
  switch (next.kind) {
    case Next::Kind::message: return deliver(next.channel);
    case Next::Kind::freezing:
      note("a program of node " + std::to_string(world_.freezing()[next.index].node.value) + " stands still");
      return world_.freeze(next.index);
    case Next::Kind::disk:
      note("the disk of node " + std::to_string(world_.disks()[next.index].node.value) + " is done");
      return world_.serve_disk(next.index);
    case Next::Kind::timer:
      note("a timer of node " + std::to_string(world_.timers()[next.index].node.value));
      return world_.fire(next.index);
  }
}

void PlanRun::deliver(world::Channel channel) {
  const Message& message = world_.channels().at(channel).front().message;
  if (world_.breaking().contains({channel.to, channel.from})) history_.faults.push_back(now_);   // which it is told before
  hash_.add(message.body.type().hash);
  hash_.add((std::uint64_t{channel.from.value} << 32) | channel.to.value);
  const auto cause = asked_.find(message.header.cause);
  note("node " + std::to_string(channel.from.value) + " -> " + std::to_string(channel.to.value) + " " +
       std::string(message.body.type().name) +
       (cause != asked_.end() && cause->second.op ? " for op " + std::to_string(cause->second.op->id) : ""));
  world_.deliver(channel);
}

// A time moves on, and one event more happens.
void PlanRun::pass_to(Instant date) {
  if (date > world_.now()) world_.pass(date - world_.now());
  ++now_;
  hash_.add(static_cast<std::uint64_t>(world_.now().ns));
  if (world_.quiet()) history_.quiet.push_back(now_);
}

// Half of the mean to one and a half, now and then ten times as long.
Duration PlanRun::delay(std::uint32_t mean, std::string_view what, std::uint64_t a, std::uint64_t b) const {
  StateHash hash;
  hash.add(plan_.order.seed);
  hash.add(what);
  hash.add(a);
  hash.add(b);
  const std::uint64_t drawn = hash.value();
  const auto part = static_cast<std::int64_t>(drawn % 1000);
  const std::int64_t tail = (drawn >> 40) % 16 == 0 ? 10 : 1;
  return nanoseconds(std::int64_t{mean} * (500 + part) * tail);
}

Instant PlanRun::due(const Waiting& what) {
  if (what.kind == Waiting::Kind::timer) return world_.now() + what.after;
  const auto found = asked_.find(what.cause);
  const bool named = found != asked_.end() && found->second.op != nullptr;
  const std::uint64_t name = named ? (std::uint64_t{found->second.op->id} << 8) | found->second.stage : 0;
  const std::uint64_t number = named ? found->second.messages++ : background_++;
  if (what.kind != Waiting::Kind::message) return world_.now() + delay(plan_.order.disk, "disk", name, number);
  const std::uint64_t pair = (std::uint64_t{std::min(what.from, what.to).value} << 32) | std::max(what.from, what.to).value;
  StateHash hash;
  hash.add(plan_.order.seed);
  hash.add(pair);
  const bool slow = hash.value() % 8 < plan_.order.uneven;
  return world_.now() + delay(plan_.order.message, "message", name, number) * (slow ? 10 : 1);
}

// NFS promises close-to-open, not one copy (RFC 1094).
void PlanRun::sent(const Message& message) { one_copy_ &= !message.body.type().name.starts_with("nfs."); }

PlanRun::Actor* PlanRun::living(std::uint32_t name) {
  const auto found = actors_.find(name);
  return found == actors_.end() ? nullptr : &found->second;
}

void PlanRun::note(std::string line) {
  if (!options_.keep_trace) return;
  verdict_.trace.push_back(std::to_string(now_) + ": " + std::to_string(world_.now().ns / 1000) + " us: " + std::move(line));
}

}   // namespace ssi::fuzz
