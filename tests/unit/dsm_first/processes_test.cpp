// The process calls of the kernel over shared memory against those of a single node: the same random calls.
#include <gtest/gtest.h>

#include <array>

#include "models/base/random.hpp"
#include "tests/unit/dsm_first/duel.hpp"
#include "tests/unit/dsm_first/memories.hpp"

namespace ssi::test {
namespace {

constexpr std::array kSent{Signal::none, Signal::hup,  Signal::interrupt, Signal::kill, Signal::usr1,
                           Signal::term, Signal::chld, Signal::cont,      Signal::stop};

class Calls {
 public:
  Calls(std::uint64_t seed, std::uint32_t nodes) : draws_(RandomRoot(seed).stream("calls")), nodes_(nodes) {}

  // Who calls next: a process that is not in a call; now and then init.
  Pid caller(const std::map<Pid, Side::Process>& processes) {
    std::vector<Pid> free{init_of(NodeId{0}, Incarnation{1})};
    for (const auto& [pid, process] : processes)
      if (!process.calling && !process.stopped) free.push_back(pid);
    known_ = std::max(known_, processes.empty() ? known_ : processes.rbegin()->first.sequence());
    return free[draws_.below(free.size())];
  }

  Call next(Pid caller, std::size_t crowd) {
    const bool is_init = caller.sequence() == kInitSequence;
    const std::uint64_t kind = draws_.below(crowd > 14 ? 17 : 26), node = draws_.below(nodes_), coin = draws_.below(2),
                        die = draws_.below(6);
    if (is_init)
      return kind < 10 ? Call(Kill{any(), sent()})
                       : Call(Spawn{{0, 7, {1, 2}}, {Placement::Kind::node, NodeId{static_cast<std::uint32_t>(node)}}});
    switch (kind) {
      case 0:
      case 1: return Kill{any(), sent()};
      case 2: return KillGroup{coin == 0 ? kNoPid : any(), for_group()};
      case 3:
      case 4: return SetAction{sent(), std::array{Disposition::standard, Disposition::ignore, Disposition::handler}[die % 3]};
      case 5: return SetAction{std::array{Signal::usr1, Signal::hup, Signal::chld}[die % 3], Disposition::handler};
      case 6: return SetGroup{coin == 0 ? kNoPid : any(), die < 3 ? kNoPid : any()};
      case 7: return SetSession{};
      case 8:
      case 9: return Wait{die < 3 ? any() : kNoPid, coin == 0};
      case 10: return List{};
      case 11: return Pause{};
      case 12: return Exec{{0, 3, {4, 5}}, {}};
      case 13: return Exit{static_cast<std::int32_t>(die)};
      case 14: return Wait{};
      case 15:
      case 16: return KillGroup{any(), Signal::none};
      case 17: {
        const NodeId to{static_cast<std::uint32_t>(node)};
        return Rfork{{}, {to, NodeId{0}}};
      }
      case 18:
      case 19: return Fork{};
      default: return Spawn{{0, 1, {}}, {Placement::Kind::node, NodeId{static_cast<std::uint32_t>(node)}}};
    }
  }

 private:
  Signal sent() { return kSent[draws_.below(kSent.size())]; }
  // A broadcast over several nodes reaches them in no order, so with them only what does not show any.
  Signal for_group() {
    const Signal signal = sent();
    return nodes_ == 1 || signal == Signal::stop ? signal : Signal::none;
  }
  Pid any() {   // mostly one of the youngest
    const std::uint64_t age = draws_.below(24);
    const auto sequence = static_cast<std::uint32_t>(known_ > age ? known_ - age : 1);
    return Pid::make(NodeId{0}, Incarnation{1}, std::max(sequence, 1U));
  }
  Stream draws_;
  std::uint32_t nodes_, known_ = 1;
};

void compare(std::uint64_t seeds, std::uint32_t nodes, const config::Values& params) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Duel duel(nodes, params);
    Calls calls(seed, nodes);
    for (int step = 0; step < 300; ++step) {
      const Pid caller = calls.caller(duel.one.processes());
      const Call call = calls.next(caller, duel.one.processes().size());
      const std::string differs = duel.both(caller, call);
      ASSERT_EQ(differs, "") << "seed " << seed << ", step " << step;
    }
  }
}

TEST(DsmFirst, AnswersAsOneMachineOnOneNode) { compare(10, 1, {}); }
TEST(DsmFirst, AnswersAsOneMachineOnThreeNodes) { compare(10, 3, {}); }
TEST(DsmFirst, AnswersAsOneMachineWithEachKindOfLockAndPlacement) {
  for (const char* lock : {"test_and_set", "ticket", "mcs"})
    for (const char* placement : {"packed", "one_per_page", "first_touch"})
      compare(2, 3, {{"lock", std::string(lock)}, {"placement", std::string(placement)}});
}
TEST(DsmFirst, AnswersAsOneMachineOnEachProtocol) {
  for (const Memory& memory : memories()) {
    SCOPED_TRACE(memory.name);
    compare(2, 4, memory.params);
  }
}

}   // namespace
}   // namespace ssi::test
