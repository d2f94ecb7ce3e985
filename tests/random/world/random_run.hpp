// One random run: programs that call at random on a world that delivers at random, a closing phase in which all of them
// end, and everything that can be checked: invariants after each event, the history, progress, and that nothing is left.
// The seed draws all of it, the weights of its choices included.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/base/random.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"
#include "sim/world/history.hpp"
#include "sim/world/world.hpp"

namespace ssi::test {

using namespace world;   // sim/world

// What the runs reached, to be added up.
struct RunCoverage {
  std::set<std::string> messages;
  std::vector<std::uint64_t> origin_rows, member_rows;
  std::map<std::string, std::uint64_t> results;   // "kill ok", "kill ESRCH", ...
  std::uint64_t steps = 0, calls = 0;
};

class RandomRun final : public Watcher {
 public:
  struct Options {
    std::uint64_t seed = 1;
    std::uint32_t calls = 400;   // before everything is to end
    std::function<std::uint32_t(const Message&)> copies{};
  };
  explicit RandomRun(Options options);

  // What was found wrong; empty is good.
  std::vector<std::string> run(RunCoverage& coverage);
  const History& history() const { return history_; }
  const World& world() const { return world_; }

  void sent(const Message& message) override;
  void completed(CallId id, const Result& result) override;
  void ordered(NodeId at, const ProgramOrder& order) override;

 private:
  struct Process {
    Pid pid;
    NodeId node;
    bool started = false, stopped = false, frozen = false;
    CallId calling = kNoCall;
    std::vector<Signal> to_install;   // handlers
    std::vector<Pid> children;
  };
  struct Queued {
    CallId id;
    NodeId node;
    Pid caller;
    Call call;
  };
  enum class Kind : std::uint8_t {
    spawn,
    fork,
    kill,
    killpg,
    lead,
    enter,
    move_child,
    session,
    wait,
    list,
    rare,
    rfork,
    exec,
    migrate,
    send_away,
    exit
  };
  static constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::exit) + 1;
  struct Weights {
    std::uint64_t call, handle, release, deliver, timer;
  };

  static World::Options options_of(const Options& options, Stream& draws);
  void start_programs();
  void step();   // one of the things that are possible, by the weights of this run
  void choose_next(const std::array<std::uint64_t, 5>& weights, std::uint64_t draw, const std::vector<Process*>& ready);
  void let_call(Process& caller);
  bool stuck();
  void check_relations() const;
  NodeId where(Pid pid) const;
  bool may_handle(const Queued& queued) const;
  void issue(NodeId node, Pid caller, Call call);
  void handle(std::size_t queued);
  void release(std::size_t index);
  void deliver();
  void start(NodeId at, const ProgramOrder& order, CallId cause);
  void depart(Pid pid);
  void arrive(NodeId at, Pid pid);
  void run_anew(Process& process);
  Call choose(Process& process);
  Call make(Kind kind, Process& process);
  Call make_kill(const Process& process);
  Call make_killpg();
  Call choose_closing(const Process& process);
  std::optional<Signal> group_signal();
  Pid any_pid();
  Pid any_group();
  CallRecord& record(CallId id) { return history_.calls[index_.at(id)]; }
  std::vector<std::string> leftovers() const;

  Options options_;
  Stream draws_;
  World world_;
  Weights weights_{};                                          // of what happens next
  std::array<std::uint64_t, kKinds> kinds_{};                  // of what a program calls
  std::pair<NodeId, NodeId> slow_{NodeId{~0U}, NodeId{~0U}};   // of half of the runs: what is sent from there to there is late
  std::uint32_t roots_ = 1;                                    // nodes whose init starts a program: each is a session
  History history_;
  std::map<CallId, std::size_t> index_;
  std::map<CallId, Pid> birth_group_;   // of a Spawn or Fork: the caller's group when it was handled
  std::map<Pid, Process> processes_;    // living ones
  std::vector<Pid> known_, groups_;
  std::vector<Queued> queued_;
  std::vector<CallId> releases_;   // answered, not yet returned
  std::vector<Pid> starts_;
  std::set<std::string> messages_;
  std::map<std::string, std::uint64_t> results_;
  Step now_ = 0;
  bool closing_ = false;
};

}   // namespace ssi::test
