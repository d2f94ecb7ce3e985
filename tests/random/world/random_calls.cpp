// What a random program calls next.
#include "tests/random/world/random_run.hpp"

namespace ssi::test {
namespace {

constexpr std::array kForGroups{Signal::hup, Signal::interrupt};

}   // namespace

Pid RandomRun::any_pid() {
  if (known_.empty()) return world_.init(0);
  const std::uint64_t recent = draws_.below(3), init = draws_.below(30);
  if (init == 0) return world_.init(static_cast<std::uint32_t>(draws_.below(world_.nodes())));
  const std::size_t span = recent > 0 ? std::min<std::size_t>(known_.size(), 8) : known_.size();
  return known_[known_.size() - 1 - draws_.below(span)];
}

Call RandomRun::choose(Process& process) {
  if (!process.to_install.empty()) {
    const Signal signal = process.to_install.back();
    process.to_install.pop_back();
    return SetAction{signal, Disposition::handler};
  }
  std::uint64_t all = 0;
  for (std::uint64_t weight : kinds_) all += weight;
  std::uint64_t draw = draws_.below(all);
  std::size_t kind = 0;
  while (draw >= kinds_[kind]) draw -= kinds_[kind++];
  return make(static_cast<Kind>(kind), process);
}

Call RandomRun::make(Kind kind, Process& process) {
  const NodeId node{static_cast<std::uint32_t>(draws_.below(world_.nodes()))};
  const Pid child = process.children.empty() ? kNoPid : process.children[draws_.below(process.children.size())];
  const std::uint64_t coin = draws_.below(2), die = draws_.below(8);
  const bool crowded = processes_.size() > 18;
  switch (kind) {
    case Kind::spawn:
      return crowded ? Call(Wait{kNoPid, true}) : Call(Spawn{{}, {die == 0 ? Placement::Kind::least_loaded : Placement::Kind::node, node}});
    case Kind::fork: return crowded ? Call(Wait{kNoPid, true}) : Call(Fork{});
    case Kind::kill: return make_kill(process);
    case Kind::killpg: return make_killpg();
    case Kind::lead: return SetGroup{process.pid, process.pid};
    case Kind::enter: return SetGroup{process.pid, any_group()};
    case Kind::move_child:
      return child == kNoPid ? Call(SetGroup{any_pid(), kNoPid}) : Call(SetGroup{child, coin == 0 ? child : any_group()});
    case Kind::session: return SetSession{};
    case Kind::wait: return Wait{die < 3 ? child : kNoPid, coin == 0};
    case Kind::list: return List{};
    case Kind::rare: return coin == 0 ? Call(Pause{}) : Call(SetAction{Signal::chld, Disposition::ignore});
    case Kind::rfork: {
      const NodeId other{static_cast<std::uint32_t>(draws_.below(world_.nodes()))};
      return crowded ? Call(Wait{kNoPid, true}) : die == 0 ? Call(Rfork{{}, {node}}) : Call(Rfork{{}, {node, other}});
    }
    case Kind::exec: return Exec{{}, {coin == 0 ? Placement::Kind::here : Placement::Kind::node, node}};
    case Kind::migrate: return Migrate{kNoPid, node};
    case Kind::send_away: return Migrate{any_pid(), node};
    case Kind::exit: return Exit{static_cast<std::int32_t>(die)};
  }
  return List{};
}

Call RandomRun::make_kill(const Process& process) {
  const Pid pid = any_pid();
  const std::uint64_t kind = draws_.below(20);
  if (kind < 4) return Kill{pid, Signal::none};
  if (kind < 5) return Kill{pid, Signal::stop};
  if (kind < 7) return Kill{pid, Signal::cont};
  if (kind < 9) return Kill{pid, Signal::kill};
  if (kind < 10) return Kill{process.pid, Signal::usr1};
  return Kill{pid, Signal::usr1};
}

Call RandomRun::make_killpg() {
  const Pid group = any_group();
  const std::uint64_t kind = draws_.below(20);
  if (kind == 0) return KillGroup{group, Signal::cont};
  if (kind == 1) return KillGroup{group, Signal::kill};
  return KillGroup{group, group_signal().value_or(Signal::none)};
}

Pid RandomRun::any_group() { return groups_[groups_.size() - 1 - draws_.below(std::min<std::size_t>(groups_.size(), 4))]; }

// One that no killpg under way uses, so that the checker can tell the broadcasts apart.
std::optional<Signal> RandomRun::group_signal() {
  std::set<Signal> busy;
  for (const CallRecord& record : history_.calls) {
    const auto* kill = std::get_if<KillGroup>(&record.call);
    if (kill && !record.returned) busy.insert(kill->signal);
  }
  for (Signal signal : kForGroups)
    if (!busy.contains(signal)) return signal;
  return std::nullopt;
}

// Waits for its children, then exits.
Call RandomRun::choose_closing(const Process& process) {
  for (auto record = history_.calls.rbegin(); record != history_.calls.rend(); ++record)
    if (record->caller == process.pid) {
      const bool childless = std::holds_alternative<Wait>(record->call) && record->result.error == Errno::echild;
      const auto* wait = std::get_if<Wait>(&record->call);
      if (childless && wait->child == kNoPid) return Exit{7};
      break;
    }
  return Wait{};
}

}   // namespace ssi::test
