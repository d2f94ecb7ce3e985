// signal_storm: the first program of each node makes `victims` there or on the next node, then signals victims of nodes that the placement
// chooses. With signal "none" this asks whether a process exists: the smallest remote call there is. Unit of work: a
// signal that was answered.
//
// Pids are known through this object, which costs nothing. A first program begins to send when all victims of all nodes
// are ready, and ends its own victims, by SIGKILL, when all senders have finished, so everybody ends whatever the design
// can reach. Without an image there is no process of another node: with `unreached: command` a sender does then what one does there, it
// starts a program on the victim's node that signals it (rsh HOST kill PID). One that dies with its node counts as finished: its frame is
// destroyed. Sending is the work of forked senders: one in the closed loop, `jobs` in the open one.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/workload/demand.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct Settings : Demand {
  std::int64_t count{};
  std::uint32_t victims{};
  std::string signal;
  std::string victims_at;
  std::string unreached;
};

constexpr std::array<std::string_view, 4> kTargets{"local", "round_robin", "random", "random_other"};
enum class Target : std::uint8_t { local, round_robin, random, random_other };   // the same
constexpr std::array<std::string_view, 2> kSignals{"none", "usr1"};
constexpr std::array<std::string_view, 2> kHomes{"home", "next"};
constexpr std::array<std::string_view, 2> kUnreached{"skip", "command"};

const std::array kFields{
    Bound<Settings>{{"count", Kind::integer, std::int64_t{200}, 1, 1e9, {}, "signals that each first program sends"}, &Settings::count},
    Bound<Settings>{{"victims", Kind::integer, std::int64_t{1}, 1, 65536, {}, "processes to be signalled, on each of the workload's nodes"},
                    &Settings::victims},
    Bound<Settings>{{"signal", Kind::choice, std::string_view{"usr1"}, 0, 0, kSignals,
                     "none: only ask whether the process exists; usr1: handled by it"},
                    &Settings::signal},
    Bound<Settings>{{"victims_at", Kind::choice, std::string_view{"home"}, 0, 0, kHomes,
                     "home: forked where their first program runs; next: spawned on the workload's next node, away from their parent"},
                    &Settings::victims_at},
    Bound<Settings>{
        {"unreached", Kind::choice, std::string_view{"skip"}, 0, 0, kUnreached,
         "a victim whom the sender's node does not know (ESRCH): left out, or signalled by a program that is started where it is"},
        &Settings::unreached},
    placement_field<Settings>(kTargets,
                              "whose victim is signalled; random_other: any other of the workload's nodes, its own if there is no other"),
    arrival_field<Settings>(),
    rate_field<Settings>(),
    jobs_field<Settings>("calls under way at once, for each first program", {"arrival", "open"}),
};

enum Role : std::uint32_t { kFirst, kSender, kVictim, kCommand };   // ProgramRef::program

class SignalStorm final : public Workload {
 public:
  SignalStorm(const WorkloadSetup& setup, Settings settings);
  ProgramRef first_program(std::uint32_t) const override { return {setup_.index, kFirst}; }
  Program make(const ProgramRef& program, Self& self) override;

 private:
  Program first(std::uint32_t start, Self& self);
  Program sender(std::uint32_t start, Self& self);
  Program victim(std::uint32_t start, std::uint64_t number, Self& self);
  Program command(Pid pid);

  Call new_victim(std::uint32_t start, std::uint64_t number) const;
  std::uint32_t ready(std::uint32_t start) const;
  struct Victim {
    Pid pid = kNoPid;   // kNoPid: not ready, or never forked
    std::uint32_t node = 0;
  };
  const Victim& target(std::uint32_t start, std::uint64_t number) const;
  Spawn command_for(const Victim& victim) const;
  std::uint32_t target_start(std::uint32_t start, std::uint64_t number, Stream& draws) const;

  WorkloadSetup setup_;
  Settings settings_;
  RandomRoot random_;
  NamedStreams targets_;
  Signal signal_;
  Target policy_;
  Starts starts_;
  std::vector<Schedule> schedules_;            // by start
  std::vector<std::vector<Victim>> victims_;   // by start and number
  std::uint32_t preparing_, sending_;          // first programs that have yet to finish it
};

SignalStorm::SignalStorm(const WorkloadSetup& setup, Settings settings)
    : setup_(setup), settings_(std::move(settings)), random_(setup.random.child("signal_storm", setup.index)),
      targets_(random_.named("target")), signal_(settings_.signal == "usr1" ? Signal::usr1 : Signal::none),
      policy_(static_cast<Target>(std::find(kTargets.begin(), kTargets.end(), settings_.placement) - kTargets.begin())),
      starts_(setup.starts), victims_(starts_.size(), std::vector<Victim>(settings_.victims)), preparing_(starts_.size()),
      sending_(starts_.size()) {
  for (std::uint32_t start = 0; start < starts_.size(); ++start)
    schedules_.push_back(schedule_of(settings_, static_cast<std::uint64_t>(settings_.count), random_.stream("arrivals", start)));
}

Program SignalStorm::make(const ProgramRef& program, Self& self) {
  const auto start = static_cast<std::uint32_t>(program.arguments[0]);
  if (program.program == kSender) return sender(start, self);
  if (program.program == kCommand) return command(Pid{program.arguments[0]});
  if (program.program == kVictim) return victim(start, program.arguments[1], self);
  return first(starts_.claim(self.node), self);
}

Program SignalStorm::first(std::uint32_t start, Self& self) {
  Participant preparing(preparing_), sending(sending_);
  std::vector<Pid> victims, senders;
  for (std::uint64_t number = 0; number < settings_.victims; ++number) {
    const Result made = co_await new_victim(start, number);
    if (made.good()) victims.push_back(made.pid);
  }
  for (std::uint32_t sender = 0; sender < (settings_.open() ? settings_.jobs : 1); ++sender) {
    const Result forked = co_await Fork{{setup_.index, kSender, {start, 0}}};
    if (forked.good()) senders.push_back(forked.pid);
  }
  while (ready(start) < victims.size()) co_await Sleep{self.now + kPoll};
  preparing.finish();
  while (preparing_ > 0) co_await Sleep{self.now + kPoll};

  schedules_[start].begin(self.now + kPoll);
  for (const Pid sender : senders) co_await Wait{sender};
  sending.finish();
  while (sending_ > 0) co_await Sleep{self.now + kPoll};

  for (const Pid victim : victims) co_await Kill{victim, Signal::kill};
  for (const Pid victim : victims) co_await Wait{victim};
}

Program SignalStorm::sender(std::uint32_t start, Self& self) {
  Schedule& schedule = schedules_[start];
  while (!schedule.begun()) co_await Sleep{self.now + kPoll};
  while (const auto arrival = schedule.take(self.now)) {
    if (arrival->intended > self.now) co_await Sleep{arrival->intended};
    const Victim victim = target(start, arrival->job);
    if (victim.pid == kNoPid) continue;   // it could not be forked
    const Result killed = co_await Kill{victim.pid, signal_};
    if (killed.good()) self.done(arrival->intended);
    if (killed.error != Errno::esrch || settings_.unreached != "command") continue;
    const Result started = co_await command_for(victim);
    if (!started.good()) continue;
    const Result ended = co_await Wait{started.pid};
    if (ended.good() && ended.status == 0) self.done(arrival->intended);
  }
}

// kill(1)
Program SignalStorm::command(Pid pid) {
  const Result killed = co_await Kill{pid, signal_};
  co_await Exit{killed.good() ? 0 : 1};
}

Spawn SignalStorm::command_for(const Victim& victim) const {
  return {{setup_.index, kCommand, {victim.pid.value, 0}}, {Placement::Kind::node, NodeId{victim.node}}};
}

// Ready once its handler is in place: before, the signal would end it.
Program SignalStorm::victim(std::uint32_t start, std::uint64_t number, Self& self) {
  co_await SetAction{Signal::usr1, Disposition::handler};
  victims_[start][number] = {self.pid, self.node};
  for (;;) {
    const Result woken = co_await Pause{};
    if (woken.error != Errno::eintr) break;   // cannot pause here: no reason to spin
    self.handled.clear();
  }
}

Call SignalStorm::new_victim(std::uint32_t start, std::uint64_t number) const {
  const ProgramRef program{setup_.index, kVictim, {start, number}};
  if (settings_.victims_at == "home") return Fork{program};
  return Spawn{program, {Placement::Kind::node, {setup_.starts[(start + 1) % setup_.starts.size()]}}};
}

std::uint32_t SignalStorm::ready(std::uint32_t start) const {
  const auto& victims = victims_[start];
  return static_cast<std::uint32_t>(std::count_if(victims.begin(), victims.end(), [](const Victim& one) { return one.pid != kNoPid; }));
}

const SignalStorm::Victim& SignalStorm::target(std::uint32_t start, std::uint64_t number) const {
  Stream draws = targets_.stream(start, number);
  const std::uint32_t chosen = target_start(start, number, draws);
  return victims_[chosen][draws.below(settings_.victims)];
}

std::uint32_t SignalStorm::target_start(std::uint32_t start, std::uint64_t number, Stream& draws) const {
  const std::uint32_t starts = starts_.size();
  switch (policy_) {
    case Target::local: return start;
    case Target::round_robin: return static_cast<std::uint32_t>((start + number) % starts);
    case Target::random: return static_cast<std::uint32_t>(draws.below(starts));
    case Target::random_other: {
      if (starts == 1) return start;
      const auto other = static_cast<std::uint32_t>(draws.below(starts - 1));
      return other < start ? other : other + 1;
    }
  }
  SSI_CHECK(false, "an unknown placement: " + settings_.placement);
  return start;
}

std::unique_ptr<Workload> make_signal_storm(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<SignalStorm>(setup, config::bind<Settings>(kFields, params));
}

}   // namespace

WorkloadEntry signal_storm_entry() {
  return {"signal_storm", "signal processes here and elsewhere", "signal", config::plain<Settings>(kFields), make_signal_storm};
}

}   // namespace ssi::workload
