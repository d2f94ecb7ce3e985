// Cluster-wide pipes and sockets under random programs, on a network that delivers in any allowed order.
#include <gtest/gtest.h>

#include <cstdlib>

#include "models/protocol/channel/messages.hpp"
#include "tests/random/world/channel_run.hpp"

namespace ssi::test {
namespace {

std::uint64_t seeds() {
  const char* wanted = std::getenv("SSISIM_RANDOM_SEEDS");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 1500;
}

template <std::size_t... I>
std::vector<std::string_view> names_of(std::index_sequence<I...>) {
  return {std::variant_alternative_t<I, channel::Message>::kName...};
}

TEST(ChannelRandom, NoByteIsLostDoubledOrOvertakesAndEveryMessageIsSent) {
  std::set<std::string> messages;
  std::map<std::string, std::uint64_t> results;
  std::uint64_t records = 0;
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    ChannelRun run(seed);
    for (const std::string& problem : run.run()) ADD_FAILURE() << "seed " << seed << ": " << problem;
    if (HasFailure()) return;
    messages.insert(run.messages.begin(), run.messages.end());
    for (const auto& [what, times] : run.results) results[what] += times;
    records += run.records;
  }
  for (auto name : names_of(std::make_index_sequence<std::variant_size_v<channel::Message>>()))
    EXPECT_TRUE(messages.contains(std::string(name))) << name << " was never sent";
  for (const char* result : {"pipe ok", "listen ok", "listen EADDRINUSE", "connect ok", "connect ECONNREFUSED", "accept ok", "send ok",
                             "send EPIPE", "recv ok", "recv EINTR"})
    EXPECT_GT(results[result], 0U) << result << " never happened";
  EXPECT_GT(records, 10'000U);
}

}   // namespace
}   // namespace ssi::test
