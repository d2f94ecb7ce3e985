// Every bad input gives at least one problem, at the right place, with what would be right.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/load/helpers.hpp"

namespace ssi::load {
namespace {

using testing::has;
using testing::problems_of;

struct Bad {
  std::string what, with, pointer, says;   // kScenario with `what` replaced has this problem
};

const Bad kCases[] = {
    {"\"name\": \"good\"", "\"name\": \"\"", "/name", "must not be empty"},
    {"\"name\": \"good\"", "\"name\": \"a/b\"", "/name", "cannot be used"},
    {"\"name\": \"good\"", "\"name\": \"..\"", "/name", "cannot be used"},
    {"\"name\": \"good\"", "\"name\": \"-x\"", "/name", "cannot be used"},
    {"\"name\": \"good\"", "\"name\": \"x \"", "/name", "cannot be used"},
    {"\"name\": \"good\"", "\"name\": \"" + std::string(101, 'x') + "\"", "/name", "at most 100"},
    {"\"seed\": 7", "\"seed\": -1", "/seed", "-1 is out of range (write 0 to 9007199254740991)"},
    {"\"seed\": 7", "\"seed\": 9007199254740992", "/seed", "out of range"},
    {"\"seed\": 7", "\"seed\": 18446744073709551615", "/seed", "out of range"},
    {"\"seed\": 7", "\"seed\": 18446744073709551616", "/seed", "does not fit into 64 bits"},
    {"\"seed\": 7", "\"seed\": 7.0", "/seed", "write 7, without point"},
    {"\"seed\": 7", "\"seed\": \"7\"", "/seed", "write 7, without quotes"},
    {"\"seed\": 7", "\"seed\": true", "/seed", "must be a whole number, not true"},
    {"\"seed\": 7", "\"seed\": 7, \"seed\": 8", "/seed", "stands twice, first at 5:3"},
    {"\"replicates\": 2", "\"replicates\": 0", "/replicates", "(write 1 to 10000)"},
    {"\"replicates\": 2", "\"replicates\": 4294967297", "/replicates", "out of range"},
    {"\"replicates\": 2", "\"replicates\": 1e2", "/replicates", "write 100, without point or exponent"},
    {"\"duration\": \"10s\"", "\"duration\": 10", "/duration", "10 has no unit (write \"10us\" or \"10s\""},
    {"\"duration\": \"10s\"", "\"duration\": \"0s\"", "/duration", "1ns to 2400h"},
    {"\"duration\": \"10s\"", "\"duration\": \"101000h\"", "/duration", "out of range"},
    {"\"duration\": \"10s\"", "\"duration\": \"10\"", "/duration", "has no unit"},
    {"\"duration\": \"10s\"", "\"duration\": \"10sec\"", "/duration", "did you mean \"10s\"?"},
    {"\"duration\": \"10s\"", "\"duration\": NaN", "/duration", "NaN is not a number"},
    {"\"duration\": \"10s\"", "\"duraton\": \"10s\"", "/duraton", "did you mean \"duration\"?"},
    {"\"duration\": \"10s\"", "\"duraton\": \"10s\"", "/duration", "missing key"},
    {"\"warmup\": \"500ms\"", "\"warmup\": \"10s\"", "/warmup", "leaves nothing of the run"},
    {"\"warmup\": \"500ms\"", "\"warmup\": \"-1s\"", "/warmup", "out of range"},
    {"[\"flow\"]", "\"packet\"", "/fidelity", "is not a choice here"},
    {"[\"flow\"]", "[\"flow\", \"packet\"]", "/fidelity/1", "is not a choice here"},
    {"[\"flow\"]", "[\"flow\", \"flow\"]", "/fidelity/1", "stands twice"},
    {"[\"flow\"]", "[]", "/fidelity", "the list is empty"},
    {"[\"flow\"]", "\"floww\"", "/fidelity", "did you mean \"flow\"?"},
    {"\"seed\": 7", "\"faults\": 3", "/faults", "must be a list"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\"}]", "/faults/0/kind", "missing key"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"crahs\", \"node\": 0}]", "/faults/0/kind", "did you mean \"crash\""},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"trace\", \"node\": 0}]", "/faults/0/kind", "not in this version"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"crash\"}]", "/faults/0/node", "missing key"},
    {"\"seed\": 7", "\"faults\": [{\"kind\": \"crash\", \"node\": 0}]", "/faults/0/at", "missing key"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"crash\", \"node\": 2}]", "/faults/0/node", "there is no node 2"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"10s\", \"kind\": \"crash\", \"node\": 0}]", "/faults/0/at", "when the run is over"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"-1s\", \"kind\": \"crash\", \"node\": 0}]", "/faults/0/at", "-1s"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"crash\", \"node\": 0, \"for\": 3}]", "/faults/0/for", "no unit"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"crash\", \"node\": 0, \"factor\": 3}]", "/faults/0/factor", "unknown key"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"crash\", \"node\": 0}, {\"at\": \"2s\", \"kind\": \"crash\", \"node\": 0}]",
     "/faults/1", "not over"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"slow_node\", \"node\": 0, \"factor\": 0.5}]", "/faults/0/factor",
     "out of range"},
    {"\"seed\": 7", "\"faults\": [{\"kind\": \"random\"}]", "/faults/0", "how often?"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"link_down\", \"node\": 0, \"peer\": 0}]", "/faults/0/peer",
     "the node itself"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"link_degrade\", \"node\": 0}]", "/faults/0", "has no effect"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"link_degrade\", \"node\": 0, \"loss\": 1.5}]", "/faults/0/loss",
     "out of range"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"partition\"}]", "/faults/0/groups", "missing key"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"partition\", \"groups\": [[0, 1]]}]", "/faults/0/groups", "at least two"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"partition\", \"groups\": [[0], [0, 1]]}]", "/faults/0/groups/1/0",
     "stands twice"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"partition\", \"groups\": [[0, 1], \"rest\"]}]", "/faults/0/groups/1",
     "no node is left"},
    {"\"seed\": 7", "\"faults\": [{\"at\": \"1s\", \"kind\": \"partition\", \"groups\": [\"rest\", [0]]}]", "/faults/0/groups/0",
     "as the last"},
    {"\"seed\": 7", "\"faults\": [{\"kind\": \"random\", \"between\": \"1s\", \"kinds\": [\"flood\"]}]", "/faults/0/kinds/0", "flood"},
    {"\"seed\": 7", "\"faults\": [{\"kind\": \"random\", \"between\": \"1s\", \"kinds\": []}]", "/faults/0/kinds", "the list is empty"},
    {"\"seed\": 7", "\"membership\": {}", "/membership", "no strategy of this scenario agrees on views"},
    {"\"nodes\": {\"value\": 2, \"source\": \"chosen\"}", "\"nodes\": {\"value\": 0, \"source\": \"chosen\"}", "/platform/nodes/value",
     "(write 1 to 4096)"},
    {"\"nodes\": {\"value\": 2, \"source\": \"chosen\"}", "\"nodes\": {\"value\": 1000000000, \"source\": \"x\"}", "/platform/nodes/value",
     "out of range"},
    {"\"nodes\": {\"value\": 2, \"source\": \"chosen\"}", "\"nodes\": {\"value\": 2}", "/platform/nodes/source", "missing key \"source\""},
    {"\"nodes\": {\"value\": 2, \"source\": \"chosen\"}", "\"nodes\": {\"value\": 2, \"source\": \"\"}", "/platform/nodes/source",
     "where the figure comes from"},
    {"\"nodes\": {\"value\": 2, \"source\": \"chosen\"}", "\"nodes\": {\"source\": \"x\"}", "/platform/nodes/value",
     "missing key \"value\""},
    {"\"nodes\": {\"value\": 2, \"source\": \"chosen\"}", "\"nodes\": {\"value\": 2, \"source\": \"x\", \"unit\": 1}",
     "/platform/nodes/unit", "unknown key"},
    {"\"sockets\": 2", "\"sockets\": 3", "/platform/cores", "cannot be spread evenly over 3 sockets"},
    {"\"10Gbps\"", "\"10GB\"", "/platform/interconnect/bandwidth/value", "units: bps"},
    {"\"10Gbps\"", "10000000000", "/platform/interconnect/bandwidth/value", "has no unit"},
    {"\"1us\"", "\"-1us\"", "/platform/interconnect/latency/value", "out of range (write 0ns to 1s)"},
    {"\"1us\"", "\"0.5ns\"", "/platform/interconnect/latency/value", "not a whole number of ns"},
    {"\"star\"", "\"stars\"", "/platform/interconnect/topology", "did you mean \"star\"?"},
    {"\"min_frame\": \"64B\"", "\"duplex\": true", "/platform/interconnect/duplex", "not in this version"},
    {"\"sockets\": 2", "\"memory\": \"4GiB\"", "/platform/memory", "must be an object"},
    {"\"fork\": \"60us\"", "\"frok\": \"60us\"", "/platform/costs/frok", "did you mean \"fork\"?"},
    {"\"strategies\": [", "\"strategies\": [\"smpp\",", "/strategies/0", "did you mean \"smp\"? known: smp, switcher, demanding"},
    {"\"strategies\": [", "\"strategies\": [\"nothing like it\",", "/strategies/0", "(known: smp, switcher, demanding)"},
    {"\"strategies\": [", "\"strategies\": [3,", "/strategies/0", "must be the name of a strategy"},
    {"\"strategies\": [", "\"strategies\": [{\"label\": \"x\"},", "/strategies/0/name", "missing key \"name\""},
    {"\"strategies\": [", "\"strategies\": [\"smp\",", "/strategies/1", "stands twice"},
    {"\"strategies\": [", "\"strategies\": [\"demanding\",", "/strategies/0/params/quorum", "missing key \"quorum\" (add \"quorum\": 1"},
    {"\"label\": \"switcher + files\"", "\"label\": \"a/b\"", "/strategies/1/label", "letters, digits, space"},
    {"\"label\": \"switcher + files\"", "\"label\": \"smp\"", "/strategies/1/label", "stands twice"},
    {"\"label\": \"switcher + files\"", "\"label\": 3", "/strategies/1/label", "must be text in quotes"},
    {"[\"process\", \"file\"]", "[\"process\", \"process\"]", "/strategies/1/params/cover/1", "stands twice"},
    {"[\"process\", \"file\"]", "[\"files\"]", "/strategies/1/params/cover/0", "did you mean \"file\"?"},
    {"[\"process\", \"file\"]", "\"file\"", "/strategies/1/params/cover", "must be a list"},
    {"\"cache\": false", "\"cache\": 0", "/strategies/1/params/cache", "must be true or false, not the number 0"},
    {"\"fan_out\": 4", "\"fan_out\": 65", "/strategies/1/params/fan_out", "(write 1 to 64)"},
    {"\"share\": 0.5", "\"share\": 1.5", "/strategies/1/params/share", "(write 0 to 1)"},
    {"\"share\": 0.5", "\"share\": \"50%\"", "/strategies/1/params/share", "must be a number"},
    {"\"share\": 0.5", "\"share\": 1e-320", "/strategies/1/params/share", "too close to 0"},
    {"\"placement\": \"random\"", "\"placement\": \"remote\"", "/strategies/1/params/placement",
     "\"remote\" would leave the machine (write one of: local, random"},
    {"\"placement\": \"random\", ", "", "/strategies/1/params/bias", "has no effect unless \"placement\" is \"random\""},
    {"\"cover\": [\"process\", \"file\"]", "\"server\": \"random\"", "/strategies/1/params/server",
     "has no effect unless \"cover\" has \"file\" or \"segment\" (remove it, or add \"file\" or \"segment\" to \"cover\")"},
    {"\"cover\": [\"process\", \"file\"]", "\"deep\": 2", "/strategies/1/params/deep",
     "has no effect unless \"cover\" has \"file\" or \"segment\" and \"server\" is \"random\" (remove it, or add \"file\""},
    {"\"fan_out\": 4", "\"deep\": 2", "/strategies/1/params/deep",
     "has no effect unless \"server\" is \"random\" (remove it, or set \"server\""},
    {"\"bias\": 0.125, ", "", "/strategies/1/params/bias", "missing key \"bias\""},
    {"\"period\": \"2us\"", "\"period\": \"999ns\"", "/strategies/1/params/period", "(write 1us to 1s)"},
    {"\"page\": \"8KiB\"", "\"page\": 8192", "/strategies/1/params/page", "write \"8192KiB\""},
    {"\"name\": \"storm\"", "\"name\": \"strom\"", "/workloads/0/name", "did you mean \"storm\"?"},
    {"\"nodes\": [0, 1]", "\"nodes\": [0, 2]", "/workloads/0/nodes/1", "there is no node 2 (the platform has 2 nodes: write 0 to 1)"},
    {"\"nodes\": [0, 1]", "\"nodes\": [-1]", "/workloads/0/nodes/0", "there is no node -1"},
    {"\"nodes\": [0, 1]", "\"nodes\": [0, 0]", "/workloads/0/nodes/1", "stands twice"},
    {"\"nodes\": [0, 1]", "\"nodes\": [0.0]", "/workloads/0/nodes/0", "must be a node number"},
    {"\"nodes\": [0, 1]", "\"nodes\": []", "/workloads/0/nodes", "leave it out for all nodes"},
    {"\"start\": \"1s\"", "\"start\": \"10s\"", "/workloads/0/start", "when the run is over"},
    {"\"count\": 5", "\"cuont\": 5", "/workloads/0/params/cuont", "did you mean \"count\"?"},
    {"{\"name\": \"idle\"}", "\"idle\"", "/workloads/1", "must be an object, not the string \"idle\""},
    {"{\"name\": \"idle\"}", "{\"name\": \"idle\", \"params\": {\"x\": 1}}", "/workloads/1/params/x", "there are no keys here"},
    {"\"max\": \"2ms\"", "\"max\": \"2\"", "/expect/0/max", "must be a number or a quantity"},
    {"\"max\": \"2ms\", ", "", "/expect/0", "nothing is expected"},
    {"\"strategy\": \"switcher + files\"", "\"strategy\": \"switcher\"", "/expect/0/strategy", "no strategy with the label \"switcher\""},
    {"\"metric\": \"consistency.violations\"", "\"metric\": \"\"", "/expect/1/metric", "must be the name of a metric"},
    {"\"good\"", "\"go\xff\x6f\"", "", "not UTF-8"},
    {"\"good\"", "\"g\\u0000\"", "/name", "NUL"},
    {"\"good\",", "\"good\"", "", "expected ',' or '}'"},
    {"\"description\": \"is everything read?\"", "\"description\": " + std::string(80, '[') + std::string(80, ']'), "", "nested deeper"},
    {"\"$schema\": \"scenario.schema.json\"", "\"$schema\": 7", "/$schema", "must be text"},
};
TEST(BadInput, HandMade) {
  static_assert(std::size(kCases) >= 60);
  for (const Bad& bad : kCases) {
    auto problems = problems_of(testing::replaced(testing::kScenario, bad.what, bad.with));
    bool anywhere = bad.pointer.empty() && !problems.empty() && problems[0].text.find(bad.says) != std::string::npos;
    EXPECT_TRUE(anywhere || has(problems, bad.pointer, bad.says)) << bad.with << "\n  wanted at " << bad.pointer << ": " << bad.says << "\n"
                                                                  << testing::shown(problems);
    for (const Problem& problem : problems) EXPECT_GT(problem.line, 0U) << to_string(problem);
    testing::expect_well_formed(problems);
  }
}

TEST(BadInput, AllProblemsAtOnceInOrder) {
  std::string text = testing::kScenario;
  text = testing::replaced(text, "\"seed\": 7", "\"seed\": -7");
  text = testing::replaced(text, "\"10s\"", "10");
  text = testing::replaced(text, "\"1us\"", "1");
  text = testing::replaced(text, "\"count\": 5", "\"coun\": 5");
  auto problems = problems_of(text);
  ASSERT_EQ(problems.size(), 4U) << testing::shown(problems);
  const char* pointers[] = {"/seed", "/duration", "/platform/interconnect/latency/value", "/workloads/0/params/coun"};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(problems[i].pointer, pointers[i]);
  EXPECT_TRUE(std::is_sorted(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) { return a.line < b.line; }));
}

TEST(BadInput, ThousandsOfProblemsAreCut) {
  std::string keys;
  for (int i = 0; i < 3'000; ++i) keys += "\"unknown_" + std::to_string(i) + "\": 1,\n";
  testing::Folder folder;
  auto problems = load_scenario(folder.write("s.json", testing::replaced(testing::kScenario, "{", "{" + keys)), {}).problems;
  ASSERT_EQ(problems.size(), 1'001U);
  EXPECT_EQ(problems.back().text, "and 2000 more problems (correct those above first)");
}

TEST(BadInput, HidesNothingFromTheTerminal) {
  auto problems = problems_of(testing::replaced(testing::kScenario, "\"seed\"", "\"\\u001b[2J\\n\\u202e" + std::string(5'000, 'x') + "\""));
  testing::expect_well_formed(problems);
  ASSERT_FALSE(problems.empty());
  EXPECT_NE(to_string(problems[0]).find("\\u001b[2J\\u000a\\u202exxx"), std::string::npos);
  EXPECT_LT(to_string(problems[0]).size(), 1'000U);
}

}   // namespace
}   // namespace ssi::load
