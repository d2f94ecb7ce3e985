// migration: on each first node, `jobs` processes compute for a time that few of them exceed by much (heavy-tailed), with open files and
// memory that they write. One that is not done after `after` moves to the next node, by itself or at its parent's order: who has run for
// long will run for long (Harchol-Balter, Downey 1997). Does moving pay? Unit of work: a job.
#include "models/base/distributions.hpp"
#include "models/workload/demand.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct Settings {
  std::uint32_t jobs{};
  Duration length, longest, after;
  std::string lengths, moves;
  double alpha{};
  std::uint32_t move_percent{};
  std::uint64_t footprint{}, dirty_rate{};
  std::uint32_t open_files{};
};

constexpr std::array<std::string_view, 2> kLengths{"pareto", "fixed"};
constexpr std::array<std::string_view, 3> kMoves{"self", "parent", "never"};

const std::array kFields{
    Bound<Settings>{{"jobs", Kind::integer, std::int64_t{16}, 1, 65536, {}, "jobs of each first program, all begun at once"},
                    &Settings::jobs},
    Bound<Settings>{
        {"length", Kind::duration, std::int64_t{100'000'000}, 1, 1e13, {}, "CPU time of a job; of the shortest, if they differ"},
        &Settings::length},
    Bound<Settings>{{"lengths", Kind::choice, std::string_view{"pareto"}, 0, 0, kLengths, "how job lengths are distributed"},
                    &Settings::lengths},
    Bound<Settings>{{"alpha",
                     Kind::ratio,
                     1.1,
                     0.5,
                     10,
                     {},
                     "P(longer than x) = (length / x)^alpha",
                     "Harchol-Balter, Downey 1997: 1.0 to 1.3 for Unix processes that live longer than a second",
                     {"lengths", "pareto"}},
                    &Settings::alpha},
    Bound<Settings>{{"longest",
                     Kind::duration,
                     std::int64_t{10'000'000'000},
                     1,
                     1e13,
                     {},
                     "no job is longer: a tail has to end",
                     "choice",
                     {"lengths", "pareto"}},
                    &Settings::longest},
    Bound<Settings>{{"moves", Kind::choice, std::string_view{"self"}, 0, 0, kMoves,
                     "a job that is not done moves by itself, is sent by its parent, or stays where it is"},
                    &Settings::moves},
    Bound<Settings>{{"after", Kind::duration, std::int64_t{50'000'000}, 0, 1e13, {}, "CPU time of a job before it may move"},
                    &Settings::after},
    Bound<Settings>{{"move_percent", Kind::integer, std::int64_t{50}, 0, 100, {}, "how many of a hundred jobs may move"},
                    &Settings::move_percent},
    Bound<Settings>{{"footprint", Kind::bytes, std::int64_t{16777216}, 0, 1e12, {}, "memory that a job uses"}, &Settings::footprint},
    Bound<Settings>{{"dirty_rate",
                     Kind::bytes,
                     std::int64_t{1'000'000'000},
                     0,
                     1e12,
                     {},
                     "bytes that a job writes for the first time in a second of its CPU time, until all of its memory is written"},
                    &Settings::dirty_rate},
    Bound<Settings>{{"open_files", Kind::integer, std::int64_t{4}, 0, 1000, {}, "files that a job has open, and reads from at the end"},
                    &Settings::open_files},
};

enum Role : std::uint32_t { kFirst, kJob };   // ProgramRef::program

class Migration final : public Workload {
 public:
  Migration(const WorkloadSetup& setup, Settings settings)
      : setup_(setup), settings_(std::move(settings)), random_(setup.random.child("migration", setup.index)), starts_(setup.starts),
        ready_(starts_.size()) {}
  ProgramRef first_program(std::uint32_t) const override { return {setup_.index, kFirst}; }
  Program make(const ProgramRef& program, Self& self) override;

 private:
  struct Plan {
    Duration before, rest;
    bool may_move;
  };
  Program first(std::uint32_t start, Self& self);
  Program job(std::uint32_t start, std::uint64_t number, Self& self);
  Plan plan_of(std::uint32_t start, std::uint64_t number) const;
  Compute compute(Duration time) const { return {time, settings_.footprint, settings_.dirty_rate}; }
  NodeId neighbour(std::uint32_t start) const { return NodeId{(starts_.node(start) + 1) % setup_.nodes}; }
  std::string path(std::uint32_t start, std::uint64_t number) const;

  WorkloadSetup setup_;
  Settings settings_;
  RandomRoot random_;
  Starts starts_;
  std::vector<std::vector<std::uint64_t>> ready_;   // by start: jobs that have run for `after` and wait to be sent away
};

Program Migration::make(const ProgramRef& program, Self& self) {
  if (program.program == kJob) return job(static_cast<std::uint32_t>(program.arguments[0]), program.arguments[1], self);
  return first(starts_.claim(self.node), self);
}

Migration::Plan Migration::plan_of(std::uint32_t start, std::uint64_t number) const {
  Stream draws = random_.stream("job", start, number);
  const bool fixed = settings_.lengths == "fixed";
  const Duration drawn = fixed ? settings_.length : pareto(draws, settings_.length, settings_.alpha);
  const Duration length{std::min(drawn.ns, std::max(settings_.longest.ns, settings_.length.ns))};
  const Duration before{std::min(length.ns, settings_.after.ns)};
  const bool chosen = (number * settings_.move_percent) % 100 + settings_.move_percent >= 100;
  return {before, length - before, chosen && settings_.moves != "never" && length > settings_.after};
}

std::string Migration::path(std::uint32_t start, std::uint64_t number) const {
  return "/migration." + std::to_string(setup_.index) + "." + std::to_string(start) + "." + std::to_string(number);
}

Program Migration::first(std::uint32_t start, Self& self) {
  std::vector<Pid> jobs;
  for (std::uint64_t number = 0; number < settings_.jobs; ++number) {
    const Result forked = co_await Fork{{setup_.index, kJob, {start, number}}};
    jobs.push_back(forked.good() ? forked.pid : kNoPid);
  }
  std::size_t to_send = 0;
  for (std::uint64_t number = 0; settings_.moves == "parent" && number < settings_.jobs; ++number)
    to_send += jobs[number] != kNoPid && plan_of(start, number).may_move;
  while (to_send > 0) {
    co_await Sleep{self.now + kPoll};
    while (!ready_[start].empty()) {
      const Pid pid = jobs[ready_[start].back()];
      ready_[start].pop_back();
      --to_send;
      co_await Migrate{pid, neighbour(start)};
    }
  }
  for (const Pid pid : jobs)
    if (pid != kNoPid) co_await Wait{pid};
}

// Its files are open from the begin, and read from at the end: they have to be with it.
Program Migration::job(std::uint32_t start, std::uint64_t number, Self& self) {
  const Instant began = self.now;
  const Plan plan = plan_of(start, number);
  std::vector<std::int32_t> files;
  for (std::uint32_t i = 0; i < settings_.open_files; ++i) {
    const Open open{path(start, i), {.read = true, .write = true, .create = true}};
    const Result opened = co_await open;
    if (opened.good()) files.push_back(static_cast<std::int32_t>(opened.value));
  }
  co_await compute(plan.before);
  if (plan.may_move && settings_.moves == "self") co_await Migrate{kNoPid, neighbour(start)};
  if (plan.may_move && settings_.moves == "parent") ready_[start].push_back(number);
  co_await compute(plan.rest);
  bool good = true;
  for (const std::int32_t file : files) {
    const Result read = co_await Read{file, 1};
    good = good && read.good();
  }
  if (good) self.done(began);
}

std::unique_ptr<Workload> make_migration(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<Migration>(setup, config::bind<Settings>(kFields, params));
}

}   // namespace

WorkloadEntry migration_entry() {
  return {"migration", "jobs of heavy-tailed length, some of which move to another node after a while", "job",
          config::plain<Settings>(kFields), make_migration};
}

}   // namespace ssi::workload
