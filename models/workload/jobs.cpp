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

// A failed spawn is a job that is not done; so is a job that was lost with its node. Neither stops the program.
Program Jobs::closed(std::uint32_t start, Self& self) {
  std::map<Pid, Running> running;
  bool uncertain = false;   // a spawn may have happened whose pid is not known
  for (std::uint64_t next = 0; next < plan_.count || !running.empty();) {
    if (next < plan_.count && running.size() < plan_.demand.jobs) {
      const Instant began = self.now;
      const Result spawned = co_await spawn_of(start, next);
      if (spawned.good()) running.emplace(spawned.pid, Running{next, began});
      uncertain |= spawned.certainty == Certainty::info;
      ++next;
      continue;
    }
    const Result waited = co_await Wait{};
    if (waited.error == Errno::eintr) continue;
    if (!waited.good()) {   // ECHILD: the system has lost them
      running.clear();
      continue;
    }
    const auto child = running.find(waited.pid);
    SSI_CHECK(child != running.end() || uncertain, "wait returned a process that is not a child");
    if (child == running.end()) continue;
    if (verify(waited, child->second.job)) self.done(child->second.began);
    running.erase(child);
  }
  if (plan_.link > Duration{}) co_await Compute{plan_.link};
}

Program Jobs::open(std::uint32_t start, Self& self) {
  std::vector<Pid> helpers;
  for (std::uint32_t helper = 0; helper < plan_.demand.jobs; ++helper) {
    const Result forked = co_await Fork{{setup_.index, kHelper, {start, 0}}};
    if (forked.good()) helpers.push_back(forked.pid);   // else fewer at once; the schedule stays
  }
  schedules_[start].begin(self.now + kPoll);
  for (const Pid helper : helpers) co_await Wait{helper};
  if (plan_.link > Duration{}) co_await Compute{plan_.link};
}

Program Jobs::helper(std::uint32_t start, Self& self) {
  Schedule& schedule = schedules_[start];
  while (!schedule.begun()) co_await Sleep{self.now + kPoll};
  while (const auto arrival = schedule.take(self.now)) {
    if (arrival->intended > self.now) co_await Sleep{arrival->intended};
    const Result spawned = co_await spawn_of(start, arrival->job);
    if (!spawned.good()) continue;
    Result waited = co_await Wait{spawned.pid};
    while (waited.error == Errno::eintr) waited = co_await Wait{spawned.pid};
    if (waited.good() && verify(waited, arrival->job)) self.done(arrival->intended);
  }
}

Spawn Jobs::spawn_of(std::uint32_t start, std::uint64_t job) const { return {{setup_.index, kJob, {start, job}}, place(start, job)}; }

Placement Jobs::place(std::uint32_t start, std::uint64_t job) const {
  const std::string& policy = plan_.demand.placement;
  if (policy == "local") return {};
  if (policy == "least_loaded") return {Placement::Kind::least_loaded, {}};
  if (policy == "round_robin")
    return {Placement::Kind::node, NodeId{static_cast<std::uint32_t>((starts_.node(start) + job) % setup_.nodes)}};
  SSI_CHECK(policy == "random", "an unknown placement: " + policy);
  return {Placement::Kind::node, NodeId{static_cast<std::uint32_t>(random_.stream("place", start, job).below(setup_.nodes))}};
}

bool Jobs::verify(const Result& waited, std::uint64_t job) {
  const bool killed = waited.status > 128;
  SSI_CHECK(killed || waited.status == status_of_job(job), "a job's process came back with the status of another");
  return !killed;
}

}   // namespace ssi::workload
