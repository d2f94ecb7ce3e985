// Machines and rigs that several tests of the binding use.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/rig.hpp"

namespace ssi::sim::test {

// A machine made of functions, for one test.
class Scripted : public Strategy {
 public:
  using Handler = std::function<void(Instant, const Event&, Effects&)>;
  explicit Scripted(Handler handler) : handler_(std::move(handler)) {}
  void on_event(Instant now, const Event& event, Effects& out) override {
    // Every process starts when its spawn is asked for, and ends when it exits.
    if (const auto* call = std::get_if<CallEvent>(&event)) {
      if (const auto* spawn = std::get_if<Spawn>(call->call)) {
        const Pid pid = Pid::make(call->caller.origin(), {1}, next_++);
        out.order({.kind = ProgramOrder::Kind::start, .pid = pid, .program = spawn->program});
        return out.complete(call->id, Result::ok(pid), call->caller.origin());
      }
      if (std::holds_alternative<Exit>(*call->call)) {
        out.complete(call->id, Result::ok(), call->caller.origin());
        return out.order({.kind = ProgramOrder::Kind::end, .pid = call->caller});
      }
    }
    handler_(now, event, out);
  }
  void check_invariants() const override {}
  std::unique_ptr<Strategy> clone() const override { return std::make_unique<Scripted>(*this); }
  void hash_into(StateHash&) const override {}
  void describe(StateDump&) const override {}

 private:
  Handler handler_;
  std::uint32_t next_ = 2;
};

// Lines without the fingerprint, which every run ends with.
inline std::vector<std::string> body(std::vector<std::string> lines) {
  if (!lines.empty() && lines.back().find("fingerprint") != std::string::npos) lines.pop_back();
  return lines;
}

// One program, on node 0, that sleeps for half a second, so that the run goes on without it.
inline Rig idle_rig(config::Platform platform) {
  Rig rig{.platform = std::move(platform), .machine = {}, .program = {}, .starts = {0}, .simgrid_arguments = {}};
  rig.program = [](std::uint32_t, workload::Self& self) -> workload::Program {
    return [](workload::Self& me) -> workload::Program { co_await Call(Sleep{me.now + milliseconds(500)}); }(self);
  };
  return rig;
}

}   // namespace ssi::sim::test
