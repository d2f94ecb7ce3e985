// Quick against obvious (after etcd raft's quick_test.go): random operations on the table and on the model, everything
// that can be seen compared after each. A failure names the seed and the step.
#include <gtest/gtest.h>

#include <set>

#include "models/base/random.hpp"
#include "tests/unit/native/model.hpp"
#include "tests/unit/native/table.hpp"

namespace ssi::native {
namespace {

constexpr Signal kAll[] = {Signal::none, Signal::hup,  Signal::interrupt, Signal::kill, Signal::usr1,
                           Signal::usr2, Signal::term, Signal::chld,      Signal::cont, Signal::stop};

class Duel {
 public:
  explicit Duel(std::uint64_t seed) : draws_(seed), model_(table_.processes.init()) {}

  // One operation on both.
  void step() {
    model_.forget();
    const std::uint64_t crowd = table_.processes.all().size();
    const std::uint64_t birth = crowd < 6 ? 40 : crowd < 25 ? 16 : 4;
    const std::uint64_t choice = draws_.below(80 + birth);
    if (choice < 30) post();
    else if (choice < 42) wait();
    else if (choice < 46) pause();
    else if (choice < 58) set_action();
    else if (choice < 64) set_group();
    else if (choice < 66) set_session();
    else if (choice < 70) exit();
    else if (choice < 72) far_child();
    else if (choice < 78) far_exit();
    else if (choice < 80) adopt();
    else born();
  }

  void compare() {
    table_.processes.check_invariants();
    compare_effects();
    std::vector<ProcessInfo> expected;
    std::map<Pid, std::vector<Pid>> groups;
    for (const Being& being : model_.everybody) {
      if (being.gone || (!being.here && !being.dead)) continue;
      expected.push_back({being.pid, being.parent, being.dead ? kNoPid : being.group, kHere, being.dead});
      EXPECT_EQ(table_.processes.is_zombie(being.pid), being.dead);
      if (being.dead) continue;
      groups[being.group].push_back(being.pid);
      compare_living(being);
    }
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(table_.processes.list(), expected);
    for (auto& [group, members] : groups) {
      std::sort(members.begin(), members.end());
      EXPECT_EQ(table_.processes.members(group), members);
    }
  }

  const std::set<std::string>& reached() const { return reached_; }

 private:
  void compare_living(const Being& being) {
    const Process& process = *table_.processes.find(being.pid);
    EXPECT_EQ(process.session, being.session);
    EXPECT_EQ(process.stopped, being.stopped);
    EXPECT_EQ(process.blocked, being.waits);
    EXPECT_EQ(process.pending, flat_set<Signal>(being.held.begin(), being.held.end()));
    for (Signal signal : kAll) EXPECT_EQ(process.dispositions[static_cast<std::size_t>(signal)], model_.action(being.pid, signal));
  }

  void compare_effects() {
    std::vector<std::pair<CallId, std::string>> answers;
    for (const auto& completion : table_.out.completions) {
      answers.emplace_back(completion.call, text_of(completion.result));
      reached_.insert("answer " + (completion.result.pid == kNoPid ? answers.back().second : "child"));
      EXPECT_EQ(completion.served, kHere);
    }
    EXPECT_EQ(answers, model_.answers);
    std::vector<std::string> orders;
    static constexpr const char* kNames[] = {"start", "end", "stop", "resume", "interrupt"};
    for (const auto& order : table_.out.programs) {
      std::string text(kNames[static_cast<std::size_t>(order.kind)]);
      reached_.insert(text);
      text.append(" ").append(std::to_string(order.pid.value));
      if (order.kind == ProgramOrder::Kind::interrupt) text.append(" ").append(name_of(order.signal));
      orders.push_back(text);
    }
    EXPECT_EQ(orders, model_.orders);
    EXPECT_EQ(orphans_, model_.orphans);
    if (!orphans_.empty()) reached_.insert("orphan elsewhere");
    table_.out.begin(kNoCall, false);
    model_.answers.clear();
    model_.orders.clear();
    model_.orphans.clear();
    orphans_.clear();
  }

  // Somebody alive here, init now and then too.
  Pid someone() {
    auto entry = table_.processes.all().begin();
    std::advance(entry, static_cast<std::ptrdiff_t>(draws_.below(table_.processes.all().size())));
    return entry->first;
  }
  // Somebody who makes calls: neither init nor blocked.
  std::optional<Pid> caller() {
    const Pid pid = someone();
    if (pid == table_.processes.init() || table_.processes.find(pid)->blocked) return std::nullopt;
    return pid;
  }
  // Anybody, the dead too.
  Pid anyone() { return model_.everybody[draws_.below(model_.everybody.size())].pid; }
  Signal some_signal() { return kAll[draws_.below(std::size(kAll))]; }

  void departed(const std::optional<Departure>& departure) {
    if (!departure) return;
    orphans_.insert(orphans_.end(), departure->orphans.begin(), departure->orphans.end());
    EXPECT_EQ(departure->last_of_group_here, table_.processes.members(departure->group).empty());
    EXPECT_EQ(departure->parent_here, table_.alive(departure->parent));
  }

  void born() {
    const Pid pid = table_.processes.allocate();
    if (draws_.below(12) == 0) {   // its parent lives elsewhere
      const Pid parent = elsewhere(++far_);
      table_.processes.create(pid, {parent, parent, parent, {}}, {}, table_.out);
      model_.born(pid, parent, parent, parent, {});
      return;
    }
    const Pid parent = someone();
    const bool exec = draws_.below(2) == 0;
    table_.processes.create(pid, table_.processes.heritage(parent, exec), {}, table_.out);
    auto actions = model_.living(parent)->actions;
    for (auto& [signal, disposition] : actions)
      if (exec && disposition == Disposition::handler) disposition = Disposition::standard;
    model_.born(pid, parent, model_.living(parent)->group, model_.living(parent)->session, actions);
  }

  void far_child() {
    const Pid parent = someone(), child = elsewhere(++far_);
    table_.processes.add_child(parent, child);
    model_.born_elsewhere(child, parent);
  }

  void far_exit() {
    for (const Being& being : std::vector<Being>(model_.everybody)) {
      if (being.here || being.dead || being.gone) continue;
      const auto status = static_cast<std::int32_t>(draws_.below(5));
      EXPECT_TRUE(table_.processes.child_exited(being.parent, being.pid, status, table_.out));
      return model_.ended(being.pid, status);
    }
    EXPECT_FALSE(table_.processes.child_exited(elsewhere(1'000'000), elsewhere(1'000'001), 0, table_.out));
  }

  // The parent elsewhere of somebody here has died.
  void adopt() {
    for (Being& being : model_.everybody) {
      if (!being.here || being.dead || being.gone || being.parent.origin() != kElsewhere) continue;
      table_.processes.reparent(being.pid, table_.processes.init());
      being.parent = table_.processes.init();
      reached_.insert("adopted");
      return;
    }
  }

  void exit() {
    const auto pid = caller();
    if (!pid) return;
    const auto status = static_cast<std::int32_t>(draws_.below(5));
    const Departure departure = table_.exit(*pid, status);
    model_.die(*pid, status);
    departed(departure);
  }

  void post() {
    const Pid pid = someone();
    const Signal signal = some_signal();
    const auto departure = table_.signal(pid, signal);
    model_.post(pid, signal);
    departed(departure);
  }

  void wait() {
    const auto pid = caller();
    if (!pid) return;
    const Pid child = draws_.below(2) == 0 ? kNoPid : anyone();
    const bool no_hang = draws_.below(3) == 0;
    const CallId call = table_.wait(*pid, child, no_hang);
    model_.call_wait(call, *pid, child, no_hang);
  }

  void pause() {
    const auto pid = caller();
    if (!pid) return;
    const CallId call = table_.pause(*pid);
    model_.living(*pid)->waits = Blocked{call, Blocked::In::pause, kNoPid};
  }

  void set_action() {
    const Pid pid = someone();
    const Signal signal = some_signal();
    const auto disposition = static_cast<Disposition>(draws_.below(3));
    const bool fixed = signal == Signal::none || signal == Signal::kill || signal == Signal::stop;
    EXPECT_EQ(table_.processes.set_action(pid, signal, disposition), fixed ? Errno::einval : Errno::none);
    if (!fixed) model_.set_action(pid, signal, disposition);
  }

  void set_group() {
    const Pid caller = someone();
    const Pid pid = draws_.below(2) == 0 ? caller : anyone();
    const Pid group = draws_.below(2) == 0 ? pid : anyone();
    const Errno error = table_.processes.set_group(caller, pid, group);
    EXPECT_EQ(error, model_.set_group(caller, pid, group));
    reached_.insert("setpgid " + std::string(name_of(error)));
  }

  void set_session() {
    const Pid pid = someone();
    const Errno error = table_.processes.set_session(pid);
    EXPECT_EQ(error, model_.set_session(pid));
    reached_.insert("setsid " + std::string(name_of(error)));
  }

  Stream draws_;
  Table table_;
  Model model_;
  std::uint32_t far_ = 0;
  std::vector<Pid> orphans_;
  std::set<std::string> reached_;
};

TEST(Quick, TheTableDoesWhatTheModelDoes) {
  std::set<std::string> reached;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Duel duel(seed);
    for (int step = 1; step <= 10'000; ++step) {
      duel.step();
      duel.compare();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", step " << step;
    }
    reached.insert(duel.reached().begin(), duel.reached().end());
  }
  const std::set<std::string> everything{"start",         "end",           "stop",         "resume",           "interrupt", "answer child",
                                         "answer ok",     "answer ECHILD", "answer EINTR", "orphan elsewhere", "adopted",   "setpgid ",
                                         "setpgid EPERM", "setpgid ESRCH", "setsid ",      "setsid EPERM"};
  EXPECT_EQ(reached, everything);
}

}   // namespace
}   // namespace ssi::native
