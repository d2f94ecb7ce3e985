// Executes one plan: machines on the world without time, programs that make the plan's calls, the faults; then a closing phase in which
// every program ends. Checks all that can be checked from outside: invariants after each event, what the programs saw, progress.
// What a design is held to follows from the classes of calls that it covers, never from its name.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "sim/fuzz/plan.hpp"
#include "sim/fuzz/registers.hpp"
#include "sim/fuzz/streams.hpp"
#include "sim/world/world.hpp"

namespace ssi::fuzz {

struct RunOptions {
  bool keep_trace = false;
  std::function<std::uint32_t(const Message&)> copies{};   // how often a message is delivered; for canaries
  bool deaf = false;                                       // a canary: nobody is told that a node has crashed
};

struct Verdict {
  enum class Kind : std::uint8_t { good, bug, invariant, no_progress } kind = Kind::good;
  std::vector<std::string> problems;   // the first is what ended the run, or the first that the checkers found
  bool beyond_design = false;          // a node crashed, and the design is not made for that
  std::uint64_t events = 0, calls = 0, crashes = 0, trace_hash = 0;
  std::vector<std::string> trace;   // a line for each event
  std::set<std::uint32_t> done;     // ops that were carried out
};

Verdict run_plan(const Plan& plan, const RunOptions& options = {});

class PlanRun final : public world::Watcher {
 public:
  PlanRun(const Plan& plan, const RunOptions& options);

  Verdict run();
  const world::History& history() const { return history_; }

  Instant due(const world::Waiting& what) override;
  void sent(const Message& message) override;
  void completed(CallId id, const Result& result) override;
  void ordered(NodeId at, const ProgramOrder& order) override;

 private:
  using End = Streams::End;
  static constexpr world::Step kMostSteps = 60'000;
  struct Actor {
    std::uint32_t name = 0;   // the op that made it
    Pid pid;
    NodeId node;
    bool started = false, stopped = false, frozen = false;   // frozen: on its way to another node
    CallId held = kNoCall;                                   // an answer that it gets once it has arrived
    CallId waiting = kNoCall;                                // a call that comes to the kernel once it has arrived
    CallId calling = kNoCall;
    std::optional<world::Step> astray;     // frozen: a node has crashed since; perhaps it never arrives
    std::uint32_t calls = 0;               // so far
    std::vector<std::size_t> ops{};        // of the plan
    std::size_t next = 0;                  // of `ops`
    std::uint32_t stage = 0;               // of that op: some are several calls
    std::map<std::uint32_t, End> ends{};   // of streams, by the op that made them
    std::map<std::uint32_t, std::int32_t> files{};
    std::map<std::uint32_t, std::uint64_t> segments{};
    Streams::Wrote wrote{};
  };
  struct Asked {
    std::uint32_t by = 0;   // an actor's name; 0: an init
    const Op* op = nullptr;
    std::uint32_t stage = 0;
    std::size_t record = 0;     // of history_.calls
    std::uint32_t closes = 0;   // closing phase: the end's name
    std::size_t reads = 0;      // an incoming side
    std::uint32_t write = 0;
    NodeId node;
    Incarnation incarnation;      // of the node, when it was made
    std::uint32_t messages = 0;   // on its behalf, so far: names of messages
    std::uint32_t born = 0;       // processes, so far
    bool left_behind = false;     // answered, then its caller moved: what it made is where the caller was
  };
  // What a process has when it calls for a child, which may start long after it goes on.
  struct Heritage {
    std::map<std::uint32_t, End> ends;
    Streams::Wrote wrote;
  };
  // What is up to the programs, by date.
  struct Due {
    Instant at;
    enum class Kind : std::uint8_t { start, call, handle, answer, told } kind;
    std::uint64_t subject;   // an actor's name, a call, two nodes
    friend auto operator<=>(const Due&, const Due&) = default;
  };

  // Of what waits in the world.
  struct Next {
    enum class Kind : std::uint8_t { message, freezing, disk, timer } kind = Kind::message;
    Instant due;
    std::size_t index = 0;
    world::Channel channel{};
  };

  // plan_run.cpp: what happens next
  void begin();
  void go();
  bool step();
  void happen(const Due& due);
  bool let_world_go_on(Instant before);
  void carry_on(const Next& next);
  void deliver(world::Channel channel);
  Duration delay(std::uint32_t mean, std::string_view what, std::uint64_t a, std::uint64_t b) const;
  void at(Instant when, Due::Kind kind, std::uint64_t subject) { agenda_.insert({when, kind, subject}); }
  Actor* living(std::uint32_t name);
  void pass_to(Instant date);
  void note(std::string line);

  // performing.cpp: ops as calls, and their answers
  void next_call(Actor& actor);
  std::optional<Call> call_of(Actor& actor, const Op& op, Asked& asked);
  std::optional<Call> process_call(const Actor& actor, const Op& op) const;
  std::optional<Call> channel_call(Actor& actor, const Op& op, Asked& asked);
  static std::optional<Call> file_call(const Actor& actor, const Op& op, std::uint32_t stage);
  static std::optional<Call> segment_call(const Actor& actor, const Op& op, std::uint32_t stage);
  Signal free_signal(Signal wanted) const;
  void issue(NodeId node, Pid by, Call call, Asked asked);
  void handle(CallId id);
  void answer(CallId id);
  void taken(Actor& actor, Asked& asked, const Call& call, const Result& result);
  void taken_by_streams(Actor& actor, const Asked& asked, const Call& call, const Result& result);
  bool held(std::size_t group) const;
  static std::uint32_t stages_of(const Op& op);
  NodeId place(std::uint32_t node) const { return NodeId{one_machine_ ? 0 : node}; }

  // lives.cpp: programs that begin and end
  void born(NodeId at, const ProgramOrder& order);
  std::uint32_t name_of_child(Asked& by, NodeId at) const;
  world::Step fork_begun(const world::CallRecord& record) const;
  void departs(Actor& actor);
  void arrives(Actor& actor, NodeId at);
  bool goes_along(CallClass of) const;   // with who moves
  void died(Pid pid, CallId cause);
  Pid pid_of(std::uint32_t name) const;   // kNoPid: never born
  std::string called(Pid pid) const;

  // faults.cpp
  void apply_faults();
  void strike(const Fault& fault);
  void crash(NodeId node);
  void bury(NodeId node);   // it is down: what was on it is lost
  void start(NodeId node);
  void start_those_left_out();
  void lose(const Actor& actor);
  void await_notices();
  void told(std::uint64_t nodes);
  bool is_lost(const Asked& asked) const;   // its node has crashed since
  void give_up_those_astray();

  // judge.cpp
  void judge();
  std::vector<std::string> findings();
  std::vector<std::string> unanswered() const;
  void collect_registers(Registers& out) const;
  void note_access(Registers& out, const std::string& where, const Asked& asked, const world::CallRecord& record) const;

  // closing.cpp
  bool close_down();   // nothing is possible any more; false: all is over
  std::optional<Call> closing_call(Actor& actor, Asked& asked);
  bool free_one();

  Plan plan_;   // ops are referred to
  const StrategyEntry& entry_;
  RunOptions options_;
  Coverage coverage_;
  bool one_machine_;
  world::World world_;
  std::set<Due> agenda_;
  world::History history_;
  std::map<CallId, Asked> asked_;
  std::map<std::uint32_t, CallId> call_of_op_;   // the last of its stages
  std::map<std::uint32_t, Heritage> heritage_;   // by the op that makes the child
  std::map<std::uint32_t, Actor> actors_;        // those that live
  std::map<std::uint32_t, Pid> pids_;            // of all that ever lived
  std::map<Pid, std::uint32_t> names_;
  std::map<std::uint32_t, std::vector<std::size_t>> ops_of_;   // of the plan
  Streams streams_;
  world::Step now_ = 0;
  std::size_t next_fault_ = 0;
  std::set<world::World::Breaking> notices_;   // in the agenda
  std::set<NodeId> down_;
  Instant settled_{};              // long enough after the last fault
  std::uint64_t background_ = 0;   // messages for no call, so far
  StateHash hash_;
  bool closing_ = false;
  bool one_copy_ = true;   // what files promise
  Verdict verdict_;
};

}   // namespace ssi::fuzz
