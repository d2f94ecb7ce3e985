// Random programs on random orders of messages: what parents see of programs that were started elsewhere. Statuses are neither lost nor
// doubled, a signal runs a handler once at most, and when all have ended no service is left. SSISIM_RANDOM_SEEDS=20000 for more.
#include <algorithm>
#include <cstdlib>
#include <set>

#include "models/base/random.hpp"
#include "tests/unit/scale_out/rig.hpp"

namespace ssi::test {
namespace {

using scale_out::ScaleOut;

constexpr std::uint32_t kNodes = 3;
constexpr std::array kSignals{Signal::none, Signal::hup,  Signal::term, Signal::usr1,
                              Signal::usr2, Signal::kill, Signal::stop, Signal::cont};

struct Reached {
  std::set<std::size_t> client, server;
  std::map<std::int32_t, int> statuses;
};

class RandomPrograms final : public Watcher {
 public:
  explicit RandomPrograms(std::uint64_t seed)
      : draws_(RandomRoot(seed).stream("scale_out")), breaks_(seed % 4 == 0),
        world_("scale_out", {.nodes = kNodes, .params = params(seed), .seed = seed}) {
    world_.watch(this);
  }

  std::vector<std::string> run(Reached& reached) {
    for (std::uint32_t id = 0; id < kNodes; ++id) ask(id, world_.init(id), Spawn{});
    for (int steps = 0; steps < 20'000 && problems_.empty() && !over(); ++steps) step();
    check_end();
    for (std::uint32_t id = 0; id < kNodes; ++id) {
      const auto& node = world_.as<ScaleOut>(NodeId{id});
      for (std::size_t i = 0; i < node.client().hits().size(); ++i)
        if (node.client().hits()[i] > 0) reached.client.insert(i);
      for (std::size_t i = 0; i < node.server().hits().size(); ++i)
        if (node.server().hits()[i] > 0) reached.server.insert(i);
    }
    for (const auto& [pid, status] : waited_) ++reached.statuses[status];
    return problems_;
  }

  void ordered(NodeId at, const ProgramOrder& order) override {
    if (order.kind == ProgramOrder::Kind::start) return begun(at, order);
    const auto found = programs_.find(order.pid);
    if (found == programs_.end()) return wrong("an order about a process in which no program runs");
    Living& program = found->second;
    if (order.kind == ProgramOrder::Kind::end) {
      const Asked& by = asked_[world_.last_effects().cause];
      const auto* exit = std::get_if<Exit>(&by.call);
      if (exit != nullptr && by.pid == order.pid) exits_[order.pid] = exit->status;
      programs_.erase(found);
    } else if (order.kind == ProgramOrder::Kind::stop) {
      program.stopped = true;
    } else if (order.kind == ProgramOrder::Kind::resume) {
      program.stopped = false;
    } else if (order.kind == ProgramOrder::Kind::interrupt) {
      ++handled_[{order.pid, order.signal}];
    }
  }

  void sent(const Message& message) override {
    if (!message.body.is<rexec::Message>()) return;
    const auto& body = message.body.get<rexec::Message>();
    if (std::holds_alternative<rexec::Closed>(body)) closed_.insert({message.header.to, message.header.txn});
    hang_ups_ += std::holds_alternative<rexec::HangUp>(body);
  }

  void completed(CallId id, const Result& result) override {
    const Asked& asked = asked_.at(id);
    if (const auto found = programs_.find(asked.pid); found != programs_.end()) found->second.calling = false;
    if (std::holds_alternative<Spawn>(asked.call) || std::holds_alternative<Fork>(asked.call)) {
      if (result.good()) child(id, asked, result.pid);
    }
    if (!std::holds_alternative<Wait>(asked.call)) return;
    if (result.error == Errno::echild && closing_) done_.insert(asked.pid);
    if (result.good() && result.pid != kNoPid) check_wait(result);
  }

 private:
  struct Asked {
    Pid pid;
    Call call;
  };
  struct Living {
    NodeId node;
    bool calling = false, stopped = false;
  };

  static config::Values params(std::uint64_t seed) {
    config::Values out{{"login_rounds", static_cast<std::int64_t>(1 + seed % 3)}};
    if (seed % 2 == 0) out.emplace_back("forwards", std::string("all"));
    if (seed % 5 == 0) out.emplace_back("hang_up", std::string("nothing"));
    if (seed % 7 == 0) out.emplace_back("sessions_max", std::int64_t{2});
    return out;
  }

  void wrong(const std::string& what) { problems_.push_back(what); }
  CallId ask(std::uint32_t node, Pid pid, Call call) {
    const CallId id = world_.next_call();
    asked_[id] = {pid, call};
    if (const auto found = programs_.find(pid); found != programs_.end()) found->second.calling = true;
    if (const auto* kill = std::get_if<Kill>(&call)) ++signals_[kill->pid][kill->signal], ++sent_[kill->signal];
    return world_.call(id, NodeId{node}, pid, std::move(call));
  }

  void child(CallId id, const Asked& asked, Pid pid) {
    known_.push_back(pid);
    child_of_[id] = pid;
    const NodeId node = asked.pid.origin();
    if (const auto* connection = world_.as<ScaleOut>(node).client().find(pid)) connection_of_[pid] = {node, connection->txn};
  }

  // Whose child the program is: of a fork or a spawn here it is the child itself, else its client process stands for it.
  void begun(NodeId at, const ProgramOrder& order) {
    const CallId cause = world_.last_effects().cause;
    if (!programs_.emplace(order.pid, Living{at}).second || !ever_.insert(order.pid).second) wrong("a program is started twice");
    const auto child = child_of_.find(cause);
    if (child != child_of_.end() && child->second != order.pid) {
      if (!program_of_.emplace(child->second, order.pid).second) wrong("two programs for one client process");
    }
    known_.push_back(order.pid);
  }

  void step() {
    std::vector<Pid> ready;
    for (const auto& [pid, program] : programs_)
      if (!program.calling && !program.stopped) ready.push_back(pid);
    const auto channels = world_.deliverable();
    closing_ |= asked_.size() > 150;
    const std::uint64_t what = draws_.below(100);
    if (breaks_ && what == 0) {
      const std::uint64_t a = draws_.below(kNodes), by = 1 + draws_.below(kNodes - 1);
      broken_ = true;
      world_.break_circuit(NodeId{static_cast<std::uint32_t>(a)}, NodeId{static_cast<std::uint32_t>((a + by) % kNodes)});
    } else if (!channels.empty() && (ready.empty() || what < 60)) {
      world_.deliver(channels[draws_.below(channels.size())]);
    } else if (!ready.empty()) {
      const Pid pid = ready[draws_.below(ready.size())];
      ask(programs_.at(pid).node.value, pid, closing_ ? closing(pid) : choose());
    } else {
      unblock();
    }
  }
  // Nothing can happen: everybody is stopped, or waits for somebody who is. So all go on, and who still waits then is a mistake.
  void unblock() {
    if (!any_stopped() && closing_) wrong("nothing goes on");
    closing_ = true;
    for (const Pid pid : std::vector<Pid>(known_))
      if (is_stopped(pid)) ask(pid.origin().value, world_.init(pid.origin().value), Kill{pid, Signal::cont});
  }
  bool is_stopped(Pid pid) const {
    const native::Process* process = world_.as<ScaleOut>(pid.origin()).kernel().processes().find(pid);
    return process != nullptr && process->stopped;
  }
  bool any_stopped() const {
    return std::any_of(known_.begin(), known_.end(), [&](Pid pid) { return is_stopped(pid); });
  }
  bool over() const { return closing_ && programs_.empty() && world_.quiet() && !any_stopped(); }

  Call closing(Pid pid) {
    if (done_.contains(pid)) return Exit{1 + static_cast<std::int32_t>(draws_.below(100))};
    return Wait{};
  }
  Call choose() {
    const std::uint64_t what = draws_.below(100);
    const auto node = static_cast<std::uint32_t>(draws_.below(kNodes));
    if (what < 30 && programs_.size() < 12) return ScaleOutRig::spawn_on(node);
    if (what < 35 && programs_.size() < 12) return Fork{};
    if (what < 50) return Wait{kNoPid, true};
    if (what < 60) return SetAction{kSignals[1 + draws_.below(4)], Disposition::handler};
    if (what < 65) return Exit{1 + static_cast<std::int32_t>(draws_.below(100))};
    return Kill{target(), kSignals[draws_.below(kSignals.size())]};
  }
  Pid target() {   // of the host's own orders and of answers; now and then a session process, which nobody was told of
    const std::uint64_t session = draws_.below(10), at = draws_.below(kNodes);
    const auto& all = world_.as<ScaleOut>(NodeId{static_cast<std::uint32_t>(at)}).server().all();
    if (session == 0 && !all.empty()) return all.begin()->second.process;
    return known_[draws_.below(known_.size())];
  }

  // Once, and what it tells is what became of the program; or of the client process, if that was signalled; or that there is none to tell.
  void check_wait(const Result& result) {
    if (!waited_.emplace(result.pid, result.status).second) wrong("a status is told twice");
    const auto stands_for = program_of_.find(result.pid);
    const Pid program = stands_for == program_of_.end() ? result.pid : stands_for->second;
    const auto exit = exits_.find(program);
    if (exit != exits_.end() && exit->second == result.status) return;
    const bool ended = ever_.contains(program) && !programs_.contains(program) && exit == exits_.end();
    if (ended && killed_by_one_of(sent_, result.status)) return;   // it, or its group, or by hanging up
    const auto connection = connection_of_.find(result.pid);
    if (connection == connection_of_.end()) return wrong("a child here has another status");
    if (killed_by_one_of(signals_[result.pid], result.status)) return;
    // Its group got what was passed on to a program in it, before it caught anything.
    if (result.status != status_of(Signal::kill) && killed_by_one_of(sent_, result.status)) return;
    if (result.status == rexec::kNoStatus && (broken_ || closed_.contains(connection->second))) return;
    wrong("status " + std::to_string(result.status) + " is not that of its program");
  }
  template <class Signals>
  static bool killed_by_one_of(const Signals& signals, std::int32_t status) {
    return std::any_of(signals.begin(), signals.end(), [&](const auto& one) { return status == status_of(one.first); });
  }

  void check_end() {
    if (!problems_.empty()) return;
    if (!over()) return wrong("it does not end");
    for (std::uint32_t id = 0; id < kNodes; ++id) {
      const auto& node = world_.as<ScaleOut>(NodeId{id});
      if (!node.services().empty() || node.kernel().processes().all().size() != 1) wrong("processes left on node " + std::to_string(id));
    }
    // A handler runs for a signal to the program, to the process that stands for it, or to one that its group's leader got. A session that
    // is hung up signals its group too, and what stands there for programs elsewhere passes that on: each gets it once, as they are a tree.
    const int hung_up = hang_ups_ + (broken_ ? static_cast<int>(connection_of_.size()) : 0);
    for (const auto& [what, times] : handled_)
      if (times > sent_[what.second] + (what.second == Signal::hup ? hung_up : 0))
        wrong("a handler runs more often than the signal was sent");
  }

  Stream draws_;
  bool breaks_, broken_ = false, closing_ = false;
  int hang_ups_ = 0;   // told by a message
  std::map<CallId, Asked> asked_;
  std::map<Pid, Living> programs_;
  std::set<Pid> ever_, done_;
  std::map<CallId, Pid> child_of_;
  std::map<Pid, Pid> program_of_;
  std::map<Pid, std::int32_t> exits_, waited_;
  std::map<Pid, std::map<Signal, int>> signals_;
  std::map<Signal, int> sent_{{Signal::hup, 0}};
  using Connection = std::pair<NodeId, TxnId>;
  std::map<Pid, Connection> connection_of_;
  std::set<Connection> closed_;
  std::map<std::pair<Pid, Signal>, int> handled_;
  std::vector<Pid> known_;
  std::vector<std::string> problems_;
  World world_;
};

template <class Rows>
void expect_rows(const Rows& rows, const std::set<std::size_t>& reached, const char* side) {
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(reached.contains(i), rows[i].verdict != Verdict::never) << side << " row " << i;
}

TEST(Random, StatusesAreNeitherLostNorDoubledAndServicesEnd) {
  const char* more = std::getenv("SSISIM_RANDOM_SEEDS");
  const std::uint64_t seeds = more ? std::strtoull(more, nullptr, 10) : 300;
  Reached reached;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const std::vector<std::string> problems = RandomPrograms(seed).run(reached);
    ASSERT_TRUE(problems.empty()) << "seed " << seed << ": " << problems.front();
  }
  expect_rows(rexec::client_rows::kTable, reached.client, "client");
  expect_rows(rexec::server_rows::kTable, reached.server, "server");
  for (const std::int32_t status : {rexec::kNoStatus, status_of(Signal::kill), status_of(Signal::term), status_of(Signal::hup), 7})
    EXPECT_TRUE(reached.statuses.contains(status)) << status;
}

}   // namespace
}   // namespace ssi::test
