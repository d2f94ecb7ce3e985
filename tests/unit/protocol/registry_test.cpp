// What every entry of the table of coherence protocols keeps, and what its options become as parameters of a strategy.
#include "models/protocol/registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "models/base/check.hpp"

namespace ssi::protocol {
namespace {

using coherence::Access;
using coherence::Place;
using config::Values;

std::vector<std::string_view> keys_of(const std::vector<config::Field>& fields) {
  std::vector<std::string_view> keys;
  for (const auto& field : fields) keys.push_back(field.key);
  return keys;
}
bool has(const std::vector<config::Field>& fields, std::string_view key) {
  const auto keys = keys_of(fields);
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

TEST(ProtocolRegistry, EveryProtocolIsAMemoryOfOneNode) {
  std::set<std::string_view> names;
  for (const ProtocolEntry& entry : protocols()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_FALSE(entry.help.empty() || entry.help.find('\n') != std::string_view::npos);
    EXPECT_EQ(find_protocol(entry.name), &entry);
    Effects effects;
    coherence::Outcome outcome;
    const auto machine = entry.make(Place{.page_bytes = 64}, {});
    EXPECT_EQ(machine->ordering(), entry.ordering) << entry.name;
    const Access store{.kind = Access::Kind::store, .page = {3}, .operand = 7}, load{.kind = Access::Kind::load, .page = {3}};
    const bool stored = machine->access({1}, store, {{}, effects, outcome}).has_value();
    EXPECT_EQ(stored, outcome.done.empty()) << entry.name << ": at once, or in `done`";
    EXPECT_EQ(machine->access({2}, load, {{}, effects, outcome})->value, 7U) << entry.name;
    EXPECT_TRUE(effects.sends.empty()) << entry.name;
  }
}

TEST(ProtocolRegistry, OptionsBelongToThoseThatHaveThem) {
  EXPECT_TRUE(has(options_of("directory"), "exclusive") && has(options_of("directory"), "retry"));
  EXPECT_TRUE(has(options_of("ivy_dynamic"), "reads_move") && !has(options_of("ivy_dynamic"), "retry"));
  EXPECT_TRUE(has(options_of("ivy_central"), "manager") && !has(options_of("ivy_fixed"), "manager"));
  EXPECT_TRUE(has(options_of("hlrc"), "twin") && !has(options_of("hlrc"), "hold") && !has(options_of("hlrc"), "collect"));
  EXPECT_TRUE(has(options_of("lrc"), "collect"));
  for (const auto& field : option_fields()) {
    EXPECT_FALSE(field.meaning.empty() || field.source.empty()) << field.key;
    const auto& all = protocols();
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const auto& p) { return has(options_of(p.name), field.key); })) << field.key;
  }
}

TEST(ProtocolRegistry, AStrategyGetsThemBehindAPrefix) {
  const Parameters parameters("page_", "directory", true);
  const auto& fields = parameters.fields();
  EXPECT_EQ(fields.front().key, "page_protocol");
  EXPECT_TRUE(has(fields, "page_hold") && !has(fields, "page_twin")) << "release consistency was not asked for";
  EXPECT_EQ(std::find(fields.front().choices.begin(), fields.front().choices.end(), "hlrc"), fields.front().choices.end());
  EXPECT_EQ(parameters.choose({}).protocol->name, "directory");
  const Choice choice =
      parameters.choose({{"page_protocol", std::string("ivy_central")}, {"page_manager", std::int64_t{2}}, {"other", std::int64_t{1}}});
  ASSERT_EQ(choice.protocol->name, "ivy_central");
  ASSERT_EQ(choice.options.size(), 1U);
  EXPECT_EQ(choice.options[0].first, "manager");
}

// The manager of a central one is where the option says: its own access costs nothing.
TEST(ProtocolRegistry, AnOptionReachesTheMachine) {
  const auto misses = [](std::string_view name, std::uint32_t node, const Values& options) {
    Effects effects;
    coherence::Outcome outcome;
    const auto machine = find_protocol(name)->make(Place{.self = {node}, .nodes = 4, .homes = {.nodes = 4}}, options);
    const Access load{.kind = Access::Kind::load, .page = {0}};
    return !machine->access({1}, load, {{}, effects, outcome}).has_value();
  };
  for (const std::string_view name : {"ivy_central", "ivy_improved"}) {
    EXPECT_FALSE(misses(name, 0, {}));
    EXPECT_FALSE(misses(name, 2, {{"manager", std::int64_t{2}}}));
    EXPECT_TRUE(misses(name, 0, {{"manager", std::int64_t{2}}}));
    EXPECT_FALSE(misses(name, 3, {{"manager", std::int64_t{99}}})) << "the last one";
  }
  for (const std::string_view name : {"ivy_dynamic", "ivy_fixed", "hlrc", "lrc"}) {
    EXPECT_TRUE(misses(name, 2, {}));
    EXPECT_FALSE(misses(name, 2, {{"homes", std::string("one")}, {"home_node", std::int64_t{2}}})) << name;
  }
}

}   // namespace
}   // namespace ssi::protocol
