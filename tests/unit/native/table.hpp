// A table with what it orders and answers at hand, for the tests of this folder.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "models/native/processes.hpp"

namespace ssi::native {

inline constexpr NodeId kHere{2}, kElsewhere{5};
inline constexpr Incarnation kBoot{1};

inline Pid elsewhere(std::uint32_t n) { return Pid::make(kElsewhere, kBoot, n); }

struct Table {
  Processes processes{kHere, kBoot};
  Effects out;
  std::uint64_t calls = 0;

  Pid spawn(Pid parent) { return make(processes.heritage(parent, true)); }
  Pid spawn() { return spawn(processes.init()); }
  Pid fork(Pid parent) { return make(processes.heritage(parent, false)); }
  Pid make(const Heritage& heritage) {
    const Pid pid = processes.allocate();
    processes.create(pid, heritage, {}, out);
    return pid;
  }
  // A child of `parent` that lives on another node, and a process here whose parent does.
  Pid child_elsewhere(Pid parent, std::uint32_t n) {
    processes.add_child(parent, elsewhere(n));
    return elsewhere(n);
  }
  Pid child_of_elsewhere(std::uint32_t n) { return make({elsewhere(n), elsewhere(n), elsewhere(n), {}}); }

  Departure exit(Pid pid, std::int32_t status = 0) { return processes.exit(pid, status, out); }
  std::optional<Departure> signal(Pid pid, Signal signal) { return processes.signal(pid, signal, out); }
  CallId wait(Pid caller, Pid child = kNoPid, bool no_hang = false) {
    const CallId call{++calls};
    processes.wait(call, caller, {child, no_hang}, out);
    return call;
  }
  CallId pause(Pid caller) {
    const CallId call{++calls};
    processes.pause(call, caller);
    return call;
  }
  void handle(Pid pid, Signal signal, Disposition disposition = Disposition::handler) { processes.set_action(pid, signal, disposition); }
  bool alive(Pid pid) const { return processes.find(pid) != nullptr; }

  // The answer to `call`; nothing if there is none, or more than one.
  std::optional<Result> answer(CallId call) const {
    std::optional<Result> found;
    int count = 0;
    for (const auto& completion : out.completions)
      if (completion.call == call) {
        found = completion.result;
        ++count;
      }
    return count == 1 ? found : std::nullopt;
  }

  // The program orders since the last look: "start 2, interrupt 2 SIGUSR1"; numbers are sequences.
  std::string orders() {
    static constexpr const char* kNames[] = {"start", "end", "stop", "resume", "interrupt"};
    std::string text;
    for (const auto& order : out.programs) {
      if (!text.empty()) text += ", ";
      text.append(kNames[static_cast<std::size_t>(order.kind)]).append(" ").append(std::to_string(order.pid.sequence()));
      if (order.kind == ProgramOrder::Kind::interrupt) text.append(" ").append(name_of(order.signal));
    }
    out.programs.clear();
    return text;
  }
};

// Signals and waits are awkward to compare in full; this is what the tests look at.
inline std::string text_of(const std::optional<Result>& result) {
  if (!result) return "no answer";
  if (!result->good()) return std::string(name_of(result->error));
  if (result->pid == kNoPid) return "ok";
  return std::to_string(result->pid.sequence()) + "=" + std::to_string(result->status);
}

}   // namespace ssi::native
