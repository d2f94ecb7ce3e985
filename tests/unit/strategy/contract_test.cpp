// What every entry of the registry keeps, whatever its design.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "models/strategy/registry.hpp"

namespace ssi {
namespace {

config::Values defaults(const StrategyEntry& entry) {
  config::Values values;
  for (const auto& field : entry.params) values.emplace_back(field.key, config::default_of(field));
  return values;
}

std::unique_ptr<Strategy> boot(const StrategyEntry& entry) {
  config::NodeCosts costs{};
  costs.fork = microseconds(60);
  NodeSetup setup{NodeId{0}, 1, 8, Incarnation{1}, RandomRoot(1), costs};
  auto strategy = entry.make(setup, defaults(entry));
  Effects out;
  strategy->on_event({}, BootEvent{}, out);
  return strategy;
}

Result ask(Strategy& strategy, Pid caller, const Call& call, Effects& out) {
  out.begin(CallId{77}, false);
  strategy.on_event({}, CallEvent{CallId{77}, caller, &call}, out);
  for (const auto& completion : out.completions)
    if (completion.call == CallId{77}) return completion.result;
  ADD_FAILURE() << "a call that can be served at once is not answered";
  return {};
}

std::uint64_t hash_of(const Strategy& strategy) {
  StateHash hash;
  strategy.hash_into(hash);
  return hash.value();
}

class Contract : public ::testing::TestWithParam<std::string_view> {
 protected:
  const StrategyEntry& entry = *find_strategy(GetParam());
};

TEST_P(Contract, TheEntryIsComplete) {
  EXPECT_FALSE(entry.help.empty());
  EXPECT_EQ(entry.help.find('\n'), std::string_view::npos);
  const std::set<std::string_view> levels{"full", "partial", "local", "none"};
  for (auto level : {entry.coverage.process, entry.coverage.file, entry.coverage.channel, entry.coverage.segment})
    EXPECT_TRUE(levels.contains(level));
  for (const auto& field : entry.params) EXPECT_FALSE(field.meaning.empty()) << field.key;
  ASSERT_NE(entry.make, nullptr);
  ASSERT_NE(entry.check_cluster, nullptr);
}

// Nothing remote in it: one node does what any kernel does.
TEST_P(Contract, OneNodeServesTheLifeOfAProcess) {
  const auto node = boot(entry);
  const Pid init = init_of(NodeId{0}, Incarnation{1});
  Effects out;
  const Result parent = ask(*node, init, Spawn{{0, 1, {}}, {}}, out);
  ASSERT_TRUE(parent.good());
  ASSERT_EQ(out.programs.size(), 1U);
  EXPECT_EQ(out.programs[0].kind, ProgramOrder::Kind::start);
  EXPECT_EQ(out.programs[0].pid, parent.pid);
  EXPECT_GE(out.kernel_work, microseconds(60));
  const Result child = ask(*node, parent.pid, Fork{}, out);
  EXPECT_TRUE(ask(*node, parent.pid, Kill{child.pid, Signal::none}, out).good());
  EXPECT_TRUE(ask(*node, parent.pid, Kill{child.pid, Signal::kill}, out).good());
  const Result waited = ask(*node, parent.pid, Wait{}, out);
  EXPECT_EQ(waited.pid, child.pid);
  EXPECT_EQ(waited.status, 137);
  EXPECT_EQ(ask(*node, parent.pid, Wait{}, out).error, Errno::echild);
  EXPECT_EQ(ask(*node, parent.pid, Kill{child.pid, Signal::kill}, out).error, Errno::esrch);
  const Result list = ask(*node, parent.pid, List{}, out);
  ASSERT_NE(list.processes(), nullptr);
  EXPECT_EQ(list.processes()->size(), 2U);
  EXPECT_TRUE(ask(*node, parent.pid, Exit{0}, out).good());
  node->check_invariants();
}

TEST_P(Contract, ACloneIsEqualAndApart) {
  const auto node = boot(entry);
  Effects out;
  const Pid init = init_of(NodeId{0}, Incarnation{1});
  ask(*node, init, Spawn{}, out);
  const auto copy = node->clone();
  EXPECT_EQ(hash_of(*copy), hash_of(*node));
  const std::uint64_t before = hash_of(*node);
  ask(*copy, init, Spawn{}, out);
  EXPECT_EQ(hash_of(*node), before);
  EXPECT_NE(hash_of(*copy), before);
  ask(*node, init, Spawn{}, out);
  EXPECT_EQ(hash_of(*copy), hash_of(*node));
}

TEST_P(Contract, ItsStateCanBeReadAndItsClusterChecked) {
  const auto node = boot(entry);
  StateDump dump;
  node->describe(dump);
  EXPECT_FALSE(dump.entries.empty());
  const std::vector<const Strategy*> nodes{node.get()};
  Report report;
  entry.check_cluster(nodes, report);
  EXPECT_EQ(report.problems, std::vector<std::string>{});
}

TEST(Registry, NamesAreUniqueAndFound) {
  std::set<std::string_view> names;
  for (const auto& entry : strategies()) EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
  EXPECT_EQ(find_strategy("no such"), nullptr);
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> out;
  for (const auto& entry : strategies()) out.push_back(entry.name);
  return out;
}

INSTANTIATE_TEST_SUITE_P(All, Contract, ::testing::ValuesIn(names()), [](const auto& instance) { return std::string(instance.param); });

}   // namespace
}   // namespace ssi
