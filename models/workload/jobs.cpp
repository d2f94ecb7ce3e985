#include "models/workload/jobs.hpp"

#include "models/base/check.hpp"

namespace ssi::workload {
namespace {

enum Role : std::uint32_t { kFirst, kHelper, kJob };   // ProgramRef::program

// What a job's process exits with: never 0 (a program that just returned) and never 128 or more (a death by signal).
constexpr std::int32_t status_of_job(std::uint64_t job) { return static_cast<std::int32_t>(job % 100) + 1; }

}   // namespace

Jobs::Jobs(const WorkloadSetup& setup, JobsPlan plan)
    : setup_(setup), plan_(std::move(plan)), random_(setup.random.child("jobs", setup.index)), starts_(setup.starts) {
  lists_.resize(starts_.size());
  for (std::uint32_t start = 0; start < starts_.size(); ++start)
    schedules_.push_back(schedule_of(plan_.demand, plan_.count, random_.stream("arrivals", start)));
}

ProgramRef Jobs::first_program(std::uint32_t) const { return {setup_.index, kFirst}; }

Program Jobs::make(const ProgramRef& program, Self& self) {
  const auto start = static_cast<std::uint32_t>(program.arguments[0]);
  if (program.program == kJob) return job(start, program.arguments[1]);
  if (program.program == kHelper) return helper(start, self);
  const std::uint32_t claimed = starts_.claim(self.node);
  return plan_.demand.open() ? open(claimed, self) : closed(claimed, self);
}

Program Jobs::job(std::uint32_t start, std::uint64_t number) {
  Stream draws = random_.stream("compute", start, number);
  const Duration time = plan_.compute(draws);
  co_await Compute{time};
  co_await Exit{status_of_job(number)};
}

// A job that was lost, or could not be started, is tried again later, in another place if the placement has one.
void Jobs::retry(List& list, Attempt attempt) const {
  if (attempt.tried++ < plan_.retries) list.again.push_back(attempt);
}

std::optional<Jobs::Attempt> Jobs::take_again(List& list) {
  if (list.again.empty()) return std::nullopt;
  const Attempt first = list.again.front();
  list.again.pop_front();
  return first;
}

// Their processes are nobody's children any more.
void Jobs::give_up_running(List& list) const {
  for (const auto& [pid, attempt] : list.running) retry(list, attempt);
  for (const auto& [job, attempt] : list.helped) retry(list, attempt);
  list.running.clear();
  list.helped.clear();
}

// A failed spawn is a job that is not done; so is a job that was lost with its node. Neither stops the program.
Program Jobs::closed(std::uint32_t start, Self& self) {
  List& list = lists_[start];
  give_up_running(list);
  bool uncertain = false;   // a spawn may have happened whose pid is not known
  while (list.next < plan_.count || !list.again.empty() || !list.running.empty()) {
    if ((list.next < plan_.count || !list.again.empty()) && list.running.size() < plan_.demand.jobs) {
      const Attempt attempt = list.next < plan_.count ? Attempt{list.next++, self.now} : *take_again(list);
      const Result spawned = co_await spawn_of(start, attempt);
      if (spawned.good()) list.running.emplace(spawned.pid, attempt);
      else retry(list, attempt);
      uncertain |= spawned.certainty == Certainty::info;
      continue;
    }
    const Result waited = co_await Wait{};
    if (waited.error == Errno::eintr) continue;
    if (!waited.good()) {   // ECHILD: the system has lost them
      give_up_running(list);
      continue;
    }
    const auto child = list.running.find(waited.pid);
    SSI_CHECK(child != list.running.end() || uncertain, "wait returned a process that is not a child");
    if (child == list.running.end()) continue;
    if (verify(waited, child->second.job)) self.done(child->second.began);
    else retry(list, child->second);
    list.running.erase(child);
  }
  if (plan_.link > Duration{}) co_await Compute{plan_.link};
}

Program Jobs::open(std::uint32_t start, Self& self) {
  give_up_running(lists_[start]);
  std::vector<Pid> helpers;
  for (std::uint32_t helper = 0; helper < plan_.demand.jobs; ++helper) {
    const Result forked = co_await Fork{{setup_.index, kHelper, {start, 0}}};
    if (forked.good()) helpers.push_back(forked.pid);   // else fewer at once; the schedule stays
  }
  if (!schedules_[start].begun()) schedules_[start].begin(self.now + kPoll);
  for (const Pid helper : helpers) co_await Wait{helper};
  if (plan_.link > Duration{}) co_await Compute{plan_.link};
}

Program Jobs::helper(std::uint32_t start, Self& self) {
  Schedule& schedule = schedules_[start];
  while (!schedule.begun()) co_await Sleep{self.now + kPoll};
  List& list = lists_[start];
  for (;;) {
    std::optional<Attempt> due = take_again(list);
    if (const auto arrival = due ? std::nullopt : schedule.take(self.now)) due = {arrival->job, arrival->intended};
    if (!due) co_return;
    const Attempt attempt = *due;
    list.helped[attempt.job] = attempt;
    if (attempt.began > self.now) co_await Sleep{attempt.began};
    const Result spawned = co_await spawn_of(start, attempt);
    Result waited = spawned;
    if (spawned.good()) waited = co_await Wait{spawned.pid};
    while (spawned.good() && waited.error == Errno::eintr) waited = co_await Wait{spawned.pid};
    list.helped.erase(attempt.job);
    if (waited.good() && verify(waited, attempt.job)) self.done(attempt.began);
    else retry(list, attempt);
  }
}

Spawn Jobs::spawn_of(std::uint32_t start, const Attempt& attempt) const {
  return {{setup_.index, kJob, {start, attempt.job}}, place(start, attempt)};
}

Placement Jobs::place(std::uint32_t start, const Attempt& attempt) const {
  const std::string& policy = plan_.demand.placement;
  if (policy == "local") return {};
  if (policy == "least_loaded") return {Placement::Kind::least_loaded, {}};
  if (policy == "round_robin")
    return {Placement::Kind::node, NodeId{static_cast<std::uint32_t>((starts_.node(start) + attempt.job + attempt.tried) % setup_.nodes)}};
  SSI_CHECK(policy == "random", "an unknown placement: " + policy);
  const std::uint64_t draw = random_.stream("place", start, attempt.job).below(setup_.nodes);
  return {Placement::Kind::node, NodeId{static_cast<std::uint32_t>((draw + attempt.tried) % setup_.nodes)}};
}

bool Jobs::verify(const Result& waited, std::uint64_t job) {
  const bool killed = waited.status > 128;
  SSI_CHECK(killed || waited.status == status_of_job(job), "a job's process came back with the status of another");
  return !killed;
}

}   // namespace ssi::workload
