// The machines of `vproc_switch` under random programs, on a network that delivers in any allowed order.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/random/world/random_run.hpp"

namespace ssi::test {
namespace {

// More with SSISIM_RANDOM_SEEDS=20000, the later ones of them with SSISIM_RANDOM_FIRST=10001; a failure prints its seed.
std::uint64_t wanted(const char* name, std::uint64_t usual) {
  const char* given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : usual;
}

template <std::size_t... I>
std::vector<std::string_view> names_of(std::index_sequence<I...>) {
  return {std::variant_alternative_t<I, vproc::Message>::kName...};
}
const auto kMessages = names_of(std::make_index_sequence<std::variant_size_v<vproc::Message>>());

// Rows that chance reaches in one of thousands of runs, each by the order of messages that it takes.
class Directed {
 public:
  explicit Directed(config::Values params = {}) : world_("vproc_switch", {.nodes = 3, .params = std::move(params)}) {}

  // CREATED comes when its process has come home and left again; or has exited there, its parent being dead.
  void late_created(bool exits) {
    const Pid parent = start();
    world_.call(at(0), parent, Spawn{{}, {Placement::Kind::node, at(1)}});
    deliver(0, 1, "CREATE");
    const Pid child = child_of(parent, 1);
    if (exits) world_.call(at(0), world_.init(0), Kill{parent, Signal::kill});
    move(child, 1, 0);
    if (exits) world_.call(at(0), child, Exit{0});
    else move(child, 0, 2);
    deliver(1, 0, "CREATED");
  }
  // A status comes home with its parent before the EXIT_ACK that says where it was.
  void status_comes_home() {
    const Pid parent = start();
    world_.call(at(0), parent, Spawn{{}, {Placement::Kind::node, at(1)}});
    world_.deliver_all();
    world_.call(at(1), child_of(parent, 1), Exit{0});
    deliver(1, 0, "EXIT_NOTICE");
    move(parent, 0, 1);
  }
  void add_to(RunCoverage& coverage) {
    world_.deliver_all();
    for (std::uint32_t id = 0; id < world_.nodes(); ++id)
      for (std::size_t i = 0; i < coverage.origin_rows.size(); ++i) coverage.origin_rows[i] += node(id).origins().hits()[i];
  }

 private:
  static NodeId at(std::uint32_t id) { return NodeId{id}; }
  const vproc_switch::VprocSwitch& node(std::uint32_t id) const { return world_.as<vproc_switch::VprocSwitch>(at(id)); }
  Pid start() { return world_.trace(world_.call(at(0), world_.init(0), Spawn{})).result->pid; }
  Pid child_of(Pid parent, std::uint32_t where) const {
    for (const auto& [pid, process] : node(where).processes().all())
      if (process.parent == parent) return pid;
    ADD_FAILURE() << "no child";
    return kNoPid;
  }
  void move(Pid pid, std::uint32_t from, std::uint32_t to) {
    world_.call(at(from), pid, Migrate{kNoPid, at(to)});
    world_.freeze(0);
    deliver(from, to, "MIGRATE");
    deliver(to, from, "MIGRATED");
  }
  void deliver(std::uint32_t from, std::uint32_t to, std::string_view what) {
    for (const auto& [channel, queue] : world_.channels())
      if (channel.from == at(from) && channel.to == at(to) && !queue.empty() && queue.front().message.body.type().name == what)
        return world_.deliver(channel);
    ADD_FAILURE() << "no " << what << " is next from " << from << " to " << to;
  }

  World world_;
};

void add_directed(RunCoverage& coverage) {
  for (const bool exits : {false, true}) {
    Directed run;
    run.late_created(exits);
    run.add_to(coverage);
  }
  Directed home(param("pid_from", std::string("execution")));
  home.status_comes_home();
  home.add_to(coverage);
}

template <class Table>
void expect_rows_reached(const Table& table, const std::vector<std::uint64_t>& hits, const char* what) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].verdict == Verdict::never) continue;
    EXPECT_GT(hits[i], 0U) << what << ": state " << static_cast<int>(table[i].at) << ", event " << static_cast<int>(table[i].on);
  }
}

TEST(VprocRandom, HoldsItsRulesAndReachesEveryMessageAndRow) {
  RunCoverage coverage;
  const std::uint64_t last = wanted("SSISIM_RANDOM_SEEDS", 600);
  for (std::uint64_t seed = wanted("SSISIM_RANDOM_FIRST", 1); seed <= last; ++seed) {
    RandomRun run({.seed = seed});
    for (const std::string& problem : run.run(coverage)) ADD_FAILURE() << "seed " << seed << ": " << problem;
    if (HasFailure()) return;
  }
  add_directed(coverage);
  std::set<std::string_view> others{vproc::MigrateStatus::kName};   // when a circuit has broken; the rest when a node has died
  others.insert({vproc::Reregister::kName, vproc::Reregistered::kName, vproc::Lost::kName, vproc::Hello::kName, vproc::Welcome::kName});
  for (auto message : kMessages)
    EXPECT_TRUE(others.contains(message) || coverage.messages.contains(std::string(message))) << message << " was never sent";
  expect_rows_reached(vproc::origin_rows::kTable, coverage.origin_rows, "origin");
  expect_rows_reached(vproc::member_rows::kTable, coverage.member_rows, "membership");
  for (const char* result :
       {"spawn ok",     "spawn EAGAIN",   "fork ok",       "wait ok",      "wait ECHILD",   "wait EINTR",    "kill ok",
        "kill ESRCH",   "killpg ok",      "killpg ESRCH",  "setpgid ok",   "setpgid EPERM", "setpgid ESRCH", "setsid ok",
        "setsid EPERM", "list ok",        "pause EINTR",   "rfork ok",     "rfork EAGAIN",  "exec ok",       "exec EAGAIN",
        "migrate ok",   "migrate EAGAIN", "migrate ESRCH", "migrate EPERM"})
    EXPECT_GT(coverage.results[result], 0U) << result << " never happened";
  RecordProperty("steps", static_cast<int>(coverage.steps));
  RecordProperty("calls", static_cast<int>(coverage.calls));
}

}   // namespace
}   // namespace ssi::test
