#include "tests/random/world/random_run.hpp"

#include <algorithm>
#include <array>
#include <exception>

#include "models/base/check.hpp"

namespace ssi::test {
namespace {

using vproc_switch::VprocSwitch;

constexpr std::array kHandled{Signal::usr1, Signal::hup, Signal::interrupt};
constexpr Step kMostSteps = 60'000;

}   // namespace

World::Options RandomRun::options_of(const Options& options, Stream& draws) {
  const auto nodes = static_cast<std::uint32_t>(2 + draws.below(4));   // 2 to 5
  const std::uint64_t at_execution = draws.below(2), redirects = draws.below(4), cache = draws.below(4), few = draws.below(4),
                      inits = draws.below(3);
  config::Values params;
  params.emplace_back("pid_from", std::string(at_execution ? "execution" : "parent"));
  params.emplace_back("origin", std::string(redirects == 0 ? "redirect" : "forward"));
  params.emplace_back("location_cache", std::int64_t{cache == 0 ? 0 : cache == 1 ? 2 : 1024});
  params.emplace_back("init", std::string(inits == 0 ? "single" : "each"));
  if (few == 0) params.emplace_back("accept_max", std::int64_t{6});
  return {.nodes = nodes, .params = std::move(params), .seed = options.seed, .copies = options.copies};
}

RandomRun::RandomRun(Options options)
    : options_(std::move(options)), draws_(RandomRoot(options_.seed).stream("random run")),
      world_("vproc_switch", options_of(options_, draws_)) {
  world_.watch(this);
  for (std::uint64_t* weight : {&weights_.call, &weights_.handle, &weights_.release, &weights_.deliver}) *weight = 1 + draws_.below(20);
  weights_.timer = draws_.below(2);
  for (std::uint64_t& weight : kinds_) weight = std::array{0, 1, 3, 9}[draws_.below(4)];
  kinds_[static_cast<std::size_t>(Kind::spawn)] += 10;
  kinds_[static_cast<std::size_t>(Kind::wait)] += 1;
  kinds_[static_cast<std::size_t>(Kind::exit)] = draws_.below(2);
  const std::uint64_t slow = draws_.below(2), from = draws_.below(world_.nodes()), to = draws_.below(world_.nodes());
  if (slow == 0) slow_ = {NodeId{static_cast<std::uint32_t>(from)}, NodeId{static_cast<std::uint32_t>(to)}};
  roots_ = draws_.below(2) == 0 ? 1 : world_.nodes();
  for (std::uint32_t id = 0; id < world_.nodes(); ++id) {
    history_.inits.insert(world_.init(id));
    groups_.push_back(world_.init(id));
  }
}

// At the begin, and whenever all have ended.
void RandomRun::start_programs() {
  for (std::uint32_t id = 0; id < roots_; ++id) issue(NodeId{id}, world_.init(id), Spawn{{}, {}});
}

std::vector<std::string> RandomRun::run(RunCoverage& coverage) {
  std::vector<std::string> problems;
  try {
    while (now_ < kMostSteps && !(closing_ && stuck())) step();
    problems = check_history(history_);
    if (now_ >= kMostSteps) problems.push_back("no end after " + std::to_string(now_) + " steps");
    for (std::string& left : leftovers()) problems.push_back(std::move(left));
  } catch (const std::exception& error) { problems.push_back(error.what()); }
  coverage.messages.insert(messages_.begin(), messages_.end());
  for (const auto& [what, times] : results_) coverage.results[what] += times;
  coverage.steps += now_;
  coverage.calls += history_.calls.size();
  coverage.origin_rows.resize(vproc::Origins::Hits{}.size());
  coverage.member_rows.resize(vproc::Memberships::Hits{}.size());
  for (std::uint32_t id = 0; id < world_.nodes(); ++id) {
    const auto& node = world_.as<VprocSwitch>(NodeId{id});
    for (std::size_t i = 0; i < coverage.origin_rows.size(); ++i) coverage.origin_rows[i] += node.origins().hits()[i];
    for (std::size_t i = 0; i < coverage.member_rows.size(); ++i) coverage.member_rows[i] += node.memberships().hits()[i];
  }
  return problems;
}

void RandomRun::step() {
  ++now_;
  if (world_.quiet()) {
    history_.quiet.push_back(now_);
    check_relations();
  }
  if (!closing_ && history_.calls.size() >= options_.calls) closing_ = true;
  std::vector<Process*> ready;
  for (auto& [pid, process] : processes_)
    if (process.started && !process.stopped && !process.frozen && process.calling == kNoCall) ready.push_back(&process);
  const bool may_handle_one = std::any_of(queued_.begin(), queued_.end(), [&](const Queued& queued) { return may_handle(queued); });
  const bool may_release = !releases_.empty() || !starts_.empty();
  // Timers alone are no progress, nor is what they send.
  const bool may_time = !world_.timers().empty() && !closing_ && (!ready.empty() || may_handle_one || may_release);
  const std::array weights{ready.empty() ? 0 : weights_.call, may_handle_one ? weights_.handle : 0, may_release ? weights_.release : 0,
                           world_.quiet() ? 0 : weights_.deliver, may_time ? weights_.timer : 0};
  std::uint64_t all = 0;
  for (std::uint64_t weight : weights) all += weight;
  if (all > 0) return choose_next(weights, draws_.below(all), ready);
  closing_ |= !processes_.empty();   // everybody is blocked
  if (!closing_) start_programs();
}

void RandomRun::choose_next(const std::array<std::uint64_t, 5>& weights, std::uint64_t draw, const std::vector<Process*>& ready) {
  std::size_t next = 0;
  while (draw >= weights[next]) draw -= weights[next++];
  switch (next) {
    case 0: return let_call(*ready[draws_.below(ready.size())]);
    case 1: {
      std::size_t index = draws_.below(queued_.size());
      while (!may_handle(queued_[index])) index = (index + 1) % queued_.size();
      return handle(index);
    }
    case 2: return release(draws_.below(releases_.size() + starts_.size()));
    case 3: return deliver();
    case 4: world_.pass(milliseconds(1)); return world_.fire(draws_.below(world_.timers().size()));
  }
}

void RandomRun::let_call(Process& caller) {
  Call chosen = closing_ ? choose_closing(caller) : choose(caller);
  issue(caller.node, caller.pid, std::move(chosen));
}

// Nothing is possible any more. While somebody is stopped or pauses, some init sets him free.
bool RandomRun::stuck() {
  bool possible = !queued_.empty() || !releases_.empty() || !starts_.empty() || !world_.quiet();
  for (const auto& [pid, process] : processes_) possible |= process.started && !process.stopped && process.calling == kNoCall;
  if (possible) return false;
  for (const auto& [pid, process] : processes_) {
    const bool pausing = process.calling != kNoCall && std::holds_alternative<Pause>(record(process.calling).call);
    if (!process.stopped && !pausing) continue;
    const auto from = static_cast<std::uint32_t>(draws_.below(world_.nodes()));
    issue(NodeId{from}, world_.init(from), Kill{pid, process.stopped ? Signal::cont : Signal::kill});
    return false;
  }
  return true;
}

// While no message is under way both sides of every relation agree, and nobody's parent is dead.
void RandomRun::check_relations() const {
  for (const auto& [pid, process] : processes_) {
    const auto* self = world_.as<VprocSwitch>(process.node).processes().find(pid);
    SSI_INVARIANT(self != nullptr && !process.frozen, "process " + std::to_string(pid.value) + " is not where it is said to be");
    const auto* parent = world_.as<VprocSwitch>(where(self->parent)).processes().find(self->parent);
    SSI_INVARIANT(parent != nullptr && parent->children.contains(pid), "process " + std::to_string(pid.value) + " is nobody's child");
  }
}

void RandomRun::issue(NodeId node, Pid caller, Call call) {
  const CallId id = world_.next_call();
  index_[id] = history_.calls.size();
  history_.calls.push_back({id, caller, call, now_, {}, {}, {}, {}});
  if (const auto found = processes_.find(caller); found != processes_.end()) found->second.calling = id;
  if (const auto* set = std::get_if<SetAction>(&call); set && set->signal == Signal::chld)
    history_.lives.at(caller).ignores_children = true;
  queued_.push_back({id, node, caller, std::move(call)});
}

// The call of a process that has died meanwhile still comes, as in the host.
void RandomRun::handle(std::size_t index) {
  Queued next = std::move(queued_[index]);
  queued_.erase(queued_.begin() + static_cast<std::ptrdiff_t>(index));
  record(next.id).handled = now_;
  if (const auto* process = world_.as<VprocSwitch>(next.node).processes().find(next.caller)) birth_group_[next.id] = process->group;
  world_.call(next.id, next.node, next.caller, std::move(next.call));
}

void RandomRun::release(std::size_t index) {
  if (index >= releases_.size()) {
    const auto at = starts_.begin() + static_cast<std::ptrdiff_t>(index - releases_.size());
    if (const auto found = processes_.find(*at); found != processes_.end()) found->second.started = true;
    starts_.erase(at);
    return;
  }
  const CallId id = releases_[index];
  releases_.erase(releases_.begin() + static_cast<std::ptrdiff_t>(index));
  CallRecord& done = record(id);
  const auto found = processes_.find(done.caller);
  const bool is_init = history_.inits.contains(done.caller);
  if (!is_init && found == processes_.end()) return;   // it died before its answer reached it
  done.returned = now_;
  done.path = world_.trace(id).path;
  if (!is_init) found->second.calling = kNoCall;
  results_[std::string(kCallNames[done.call.index()]) + " " + (done.result.good() ? "ok" : std::string(name_of(done.result.error)))]++;
  if (!done.result.good()) return;
  std::vector<Pid> born;
  if (done.result.processes() && std::holds_alternative<Rfork>(done.call))
    for (const ProcessInfo& child : *done.result.processes()) born.push_back(child.pid);
  if (std::holds_alternative<Spawn>(done.call) || std::holds_alternative<Fork>(done.call)) born.push_back(done.result.pid);
  for (Pid child : born) {
    if (child == kNoPid) continue;
    known_.push_back(child);
    if (!is_init) found->second.children.push_back(child);
  }
  const auto* set = std::get_if<SetGroup>(&done.call);
  if (set) groups_.push_back(set->group == kNoPid ? set->pid : set->group);
  if (std::holds_alternative<SetSession>(done.call)) groups_.push_back(done.caller);
}

void RandomRun::deliver() {
  const auto channels = world_.deliverable();
  const std::size_t all = channels.size() + world_.freezing().size();
  std::size_t next = draws_.below(all);
  const std::uint64_t patience = draws_.below(16);
  const bool is_slow = next < channels.size() && std::pair(channels[next].from, channels[next].to) == slow_;
  if (is_slow && patience > 0) next = (next + 1) % all;
  if (next < channels.size()) world_.deliver(channels[next]);
  else world_.freeze(next - channels.size());
}

void RandomRun::sent(const Message& message) { messages_.insert(std::string(message.body.type().name)); }

void RandomRun::completed(CallId id, const Result& result) {
  CallRecord& done = record(id);
  done.answered = now_;
  done.result = result;
  const bool is_over = std::holds_alternative<Exit>(done.call) || (std::holds_alternative<Exec>(done.call) && result.good());
  if (is_over) results_[std::string(kCallNames[done.call.index()]) + " ok"]++;
  else releases_.push_back(id);
}

void RandomRun::ordered(NodeId at, const ProgramOrder& order) {
  const CallId cause = world_.last_effects().cause;
  switch (order.kind) {
    case ProgramOrder::Kind::start: return start(at, order, cause);
    case ProgramOrder::Kind::exec: return run_anew(processes_.at(order.pid));
    case ProgramOrder::Kind::depart: return depart(order.pid);
    case ProgramOrder::Kind::arrive: return arrive(at, order.pid);
    case ProgramOrder::Kind::end: {
      Life& life = history_.lives.at(order.pid);
      life.ended = now_;
      if (cause != kNoCall && record(cause).caller == order.pid)
        if (const auto* exit = std::get_if<Exit>(&record(cause).call)) life.status = exit->status;
      processes_.erase(order.pid);
      return;
    }
    case ProgramOrder::Kind::stop:
      processes_.at(order.pid).stopped = true;
      history_.lives.at(order.pid).ever_stopped = true;
      return;
    case ProgramOrder::Kind::resume: processes_.at(order.pid).stopped = false; return;
    case ProgramOrder::Kind::interrupt: history_.deliveries.push_back({order.pid, order.signal, now_}); return;
  }
}

void RandomRun::start(NodeId at, const ProgramOrder& order, CallId cause) {
  const CallRecord& by = record(cause);
  const auto parent = history_.lives.find(by.caller);
  Life life{order.pid, by.caller, birth_group_.at(cause), at, *by.handled, now_, {}, {}, false, false};
  life.ignores_children = parent != history_.lives.end() && parent->second.ignores_children;
  if (!history_.lives.emplace(order.pid, life).second) history_.born_again.push_back(order.pid);
  run_anew(processes_[order.pid] = Process{.pid = order.pid, .node = at});
}

// A program that begins installs most of its handlers first.
void RandomRun::run_anew(Process& process) {
  process.started = false;
  process.calling = kNoCall;
  process.to_install.clear();
  for (Signal signal : kHandled) {
    const std::uint64_t draw = draws_.below(10);
    if (draw > 0) process.to_install.push_back(signal);
  }
  starts_.push_back(process.pid);
}

}   // namespace ssi::test
