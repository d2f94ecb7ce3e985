// A world that loses or repeats one kind of message must be noticed: else the random tests are blind.
#include <gtest/gtest.h>

#include "tests/random/world/random_run.hpp"

namespace ssi::test {
namespace {

constexpr std::uint64_t kSeeds = 300;

struct Canary {
  std::string_view message;
  std::uint32_t copies;
};

std::ostream& operator<<(std::ostream& out, const Canary& canary) {
  return out << (canary.copies == 0 ? "lose " : "repeat ") << canary.message;
}

class RandomCanary : public ::testing::TestWithParam<Canary> {};

TEST_P(RandomCanary, IsCaught) {
  RunCoverage coverage;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    std::uint64_t met = 0;
    const auto copies = [&](const Message& message) {
      return message.body.type().name == GetParam().message && ++met % 2 == 0 ? GetParam().copies : 1U;
    };
    RandomRun run({.seed = seed, .copies = copies});
    if (!run.run(coverage).empty()) return;
  }
  FAIL() << "nobody noticed in " << kSeeds << " runs";
}

// Not among them, since they make no difference: repeated answers (their record is gone), REPARENT (the parent has changed
// already) and GROUP_SIGNAL (each member knows what it has got).
INSTANTIATE_TEST_SUITE_P(Lost, RandomCanary,
                         ::testing::Values(Canary{"CREATE", 0}, Canary{"CREATED", 0}, Canary{"KILL", 0}, Canary{"KILLED", 0},
                                           Canary{"NOT_HERE", 0}, Canary{"REDIRECT", 0}, Canary{"EXIT_NOTICE", 0}, Canary{"EXIT_ACK", 0},
                                           Canary{"GONE", 0}, Canary{"JOIN", 0}, Canary{"JOINED", 0}, Canary{"LEAVE", 0},
                                           Canary{"KILLPG", 0}, Canary{"KILLPG_DONE", 0}, Canary{"GROUP_SIGNAL", 0},
                                           Canary{"GROUP_SIGNALLED", 0}, Canary{"SETPGID", 0}, Canary{"SETPGID_DONE", 0}, Canary{"LIST", 0},
                                           Canary{"LISTED", 0}, Canary{"REPARENT", 0}, Canary{"MIGRATE", 0}, Canary{"MIGRATED", 0},
                                           Canary{"LOCATION", 0}, Canary{"LOCATED", 0}, Canary{"MOVE", 0}, Canary{"MOVE_TAKEN", 0}));
INSTANTIATE_TEST_SUITE_P(Repeated, RandomCanary,
                         ::testing::Values(Canary{"CREATE", 2}, Canary{"KILL", 2}, Canary{"EXIT_NOTICE", 2}, Canary{"GONE", 2},
                                           Canary{"JOIN", 2}, Canary{"KILLPG", 2}, Canary{"LEAVE", 2}, Canary{"MIGRATE", 2}));

}   // namespace
}   // namespace ssi::test
