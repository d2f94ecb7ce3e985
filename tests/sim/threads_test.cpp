// Server threads: a request whose handler needs another node's answer holds its thread, and what it sends is raised.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "models/strategy/registry.hpp"
#include "tests/sim/machines.hpp"

namespace ssi::sim::test {
namespace {

struct Order {
  static constexpr std::string_view kName = "ORDER";
  static constexpr auto kRole = MessageType::Role::waits;
};
struct Question {
  static constexpr std::string_view kName = "QUESTION";
};
struct Reply {
  static constexpr std::string_view kName = "REPLY";
  static constexpr auto kRole = MessageType::Role::answer;
};
std::uint64_t bytes_of(const Order&) { return 100; }
std::uint64_t bytes_of(const Question&) { return 100; }
std::uint64_t bytes_of(const Reply&) { return 100; }
using Orders = std::variant<Order, Question, Reply>;

constexpr TxnId kOrder{1}, kQuestion{2};

// Each of two nodes sends the other one `orders` at 1 ms. Who serves one asks the sender before it replies.
std::vector<std::string> replies(config::Nic nic, const std::string& fidelity, std::uint32_t orders = 1) {
  Rig rig = idle_rig(star(2));
  rig.platform.nic = std::move(nic);
  rig.platform.nic.notify = "interrupt";
  rig.fidelity = fidelity;
  rig.machine = [orders](NodeId self) {
    const NodeId peer{1 - self.value};
    return std::make_unique<Scripted>([self, peer, orders](Instant now, const Event& event, Effects& out) {
      if (std::holds_alternative<BootEvent>(event)) out.set_timer({0}, 0, milliseconds(1));
      if (std::holds_alternative<TimerEvent>(event))
        for (std::uint32_t i = 0; i < orders; ++i) out.send(peer, kOrder, Orders{Order{}});
      const auto* message = std::get_if<MessageEvent>(&event);
      if (message == nullptr) return;
      const auto& body = message->message->body.get<Orders>();
      if (std::holds_alternative<Order>(body)) out.send(peer, kQuestion, Orders{Question{}});
      if (std::holds_alternative<Question>(body)) out.send(peer, kQuestion, Orders{Reply{}});
      if (!std::holds_alternative<Reply>(body)) return;
      if (message->message->header.txn == kQuestion) out.send(peer, kOrder, Orders{Reply{}});
      else say(now, fmt::format("node {} has its reply", self.value));
    });
  };
  return body(run(rig));
}

class ThreadsTest : public testing::TestWithParam<const char*> {};

TEST_P(ThreadsTest, NestedRequestsOfTwoNodesDeadlockUnlessTheyAreRaised) {
  const auto raised = replies({.server_threads = 1}, GetParam());
  EXPECT_EQ(std::count_if(raised.begin(), raised.end(), [](const auto& line) { return line.find("has its reply") != line.npos; }), 2);
  const auto not_raised = replies({.server_threads = 1, .raise_nested = false}, GetParam());
  for (const auto& line : not_raised) EXPECT_EQ(line.find("has its reply"), line.npos) << line;
  EXPECT_EQ(not_raised.back().substr(0, 4), "5000") << "nothing can happen any more: the run ends with its program, not at its end";
}

TEST_P(ThreadsTest, WithEnoughThreadsNothingHasToBeRaised) {
  for (const config::Nic& nic : {config::Nic{.raise_nested = false}, config::Nic{.server_threads = 2, .raise_nested = false}}) {
    const auto lines = replies(nic, GetParam());
    EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.find("has its reply") != line.npos; }), 2);
  }
}

// 10.08 us a message. The second order waits until the first has had its answer and was answered: two messages later.
TEST_P(ThreadsTest, ARequestHoldsItsThreadUntilItIsAnswered) {
  constexpr std::int64_t kMessage = 10'080;
  const auto last = [](const std::vector<std::string>& lines) { return std::stoll(lines.at(lines.size() - 2)) - 1'000'000; };
  const std::int64_t free = last(replies({}, GetParam(), 2)), held = last(replies({.server_threads = 1}, GetParam(), 2));
  EXPECT_LT(free, 5 * kMessage);
  EXPECT_GE(held, 6 * kMessage);
}

// The vproc switch: a process of a group that node 1 leads is put onto node 2, one of a group that node 2 leads onto node 1. Each node
// serves its CREATE, and asks the other to let the group be joined.
std::vector<std::string> crossing_spawns(config::Nic nic, const std::string& fidelity) {
  Rig rig{.platform = star(3), .machine = {}, .program = {}, .starts = {1, 2}, .simgrid_arguments = {}, .fidelity = fidelity};
  nic.notify = "interrupt";
  rig.platform.nic = nic;
  rig.machine = [&rig](NodeId self) {
    return find_strategy("vproc_switch")
        ->make({.self = self, .nodes = 3, .cores = 8, .random = RandomRoot(1), .costs = rig.platform.costs}, {});
  };
  rig.program = [](std::uint32_t number, workload::Self& self) -> workload::Program {
    return [](std::uint32_t program, workload::Self& me) -> workload::Program {
      if (program < 3) {   // a group's first, at home
        co_await Spawn{.program = {.workload = 0, .program = 10 + program}, .placement = {Placement::Kind::node, {0}}};
        co_await Wait{};
      } else if (program < 20) {
        co_await Sleep{Instant{} + milliseconds(10)};
        co_await Spawn{.program = {.workload = 0, .program = 20}, .placement = {Placement::Kind::node, {13 - program}}};
        say(me.now, fmt::format("{} has its child", program));
        co_await Wait{};
      }
    }(number, self);
  };
  return body(run(rig));
}

TEST_P(ThreadsTest, CrossingSpawnsOfTheVprocSwitchDeadlockUnlessJoinIsRaised) {
  const auto children = [](const auto& lines) {
    return std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.find("has its child") != line.npos; });
  };
  const std::string finished = fmt::format("end {}", static_cast<int>(Ending::finished));
  const std::string stuck = fmt::format("end {}", static_cast<int>(Ending::no_progress));
  for (const config::Nic& nic : {config::Nic{}, {.server_threads = 1}, {.server_threads = 2, .raise_nested = false}}) {
    const auto lines = crossing_spawns(nic, GetParam());
    EXPECT_EQ(children(lines), 2);
    EXPECT_NE(lines.back().find(finished), std::string::npos) << lines.back();
  }
  const auto lines = crossing_spawns({.server_threads = 1, .raise_nested = false}, GetParam());
  EXPECT_EQ(children(lines), 0);
  EXPECT_NE(lines.back().find(stuck), std::string::npos) << lines.back();
  EXPECT_EQ(lines.back().substr(0, 2), "10") << "found out at once, at 10 ms";
}

INSTANTIATE_TEST_SUITE_P(Fidelity, ThreadsTest, testing::Values("flow", "queue"));

}   // namespace
}   // namespace ssi::sim::test
