// Segments of the cluster under random programs on three nodes. One after the other they see what one memory would have shown them; all
// at once no addition is lost, atomic or under a mutex, and semaphores let in as many as they were raised. Messages come in any allowed
// order. SSISIM_RANDOM_SEEDS=20000 for more.
#include <cstdlib>

#include "models/parts/cluster_segments.hpp"
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

constexpr std::uint32_t kNodes = 3;
constexpr std::uint64_t kWords = 24, kMutex = 5, kSemaphore = 6;

config::Values segment_params(std::uint64_t seed) {
  config::Values out{{"cover", std::vector<std::string>{"process", "segment"}}, {"segment_page", std::int64_t{64}}};   // 8 words a page
  if (seed % 2 == 0) out.emplace_back("name_server", std::string("fixed"));
  return out;
}

class SegmentRun {
 public:
  explicit SegmentRun(std::uint64_t seed) : seed_(seed), draws_(seed), rig_(kNodes, segment_params(seed)) {}

  void run() {
    for (std::uint32_t node = 0; node < kNodes; ++node) {
      const Pid pid = ask(rig_.world.init(node), Spawn{}).pid;
      id_ = static_cast<std::uint64_t>(ask(pid, SegmentGet{1, 8 * kWords}).value);
      EXPECT_TRUE(ask(pid, Attach{id_}).good());
      people_.push_back(pid);
    }
    for (int turn = 0; turn < 60 && !testing::Test::HasFailure(); ++turn) one_call();
    additions();
    semaphore();
    end();
  }

 private:
  std::string said() const { return "seed " + std::to_string(seed_); }
  void deliver_one() {
    const auto channels = rig_.world.deliverable();
    rig_.world.deliver(channels[draws_.below(channels.size())]);
  }
  Result ask(Pid pid, Call what) {
    const CallId id = begin(pid, std::move(what));
    while (!rig_.world.trace(id).result && !rig_.world.quiet()) deliver_one();
    EXPECT_TRUE(rig_.world.trace(id).result.has_value()) << "no answer, " << said();
    return rig_.world.trace(id).result.value_or(Result{});
  }
  CallId begin(Pid pid, Call what) { return rig_.world.call(rig_.where(pid), pid, std::move(what)); }
  Pid anybody() { return people_[draws_.below(people_.size())]; }

  void one_call() {
    const Pid pid = anybody();
    const std::uint64_t what = draws_.below(10), word = draws_.below(kWords), value = draws_.below(1000);
    std::uint64_t& is = memory_[word];
    if (what < 4) {
      EXPECT_EQ(ask(pid, Load{id_, 8 * word}).value, static_cast<std::int64_t>(is)) << said();
    } else if (what < 7) {
      EXPECT_TRUE(ask(pid, Store{id_, 8 * word, value, {}}).good()) << said();
      is = value;
    } else if (what < 8) {
      EXPECT_EQ(ask(pid, Atomic{id_, 8 * word, Atomic::Kind::exchange, value}).value, static_cast<std::int64_t>(is)) << said();
      is = value;
    } else if (what < 9) {
      const std::uint64_t expected = draws_.below(2) == 0 ? is : value;
      EXPECT_EQ(ask(pid, Atomic{id_, 8 * word, Atomic::Kind::compare_exchange, 7, expected}).value, static_cast<std::int64_t>(is))
          << said();
      if (expected == is) is = 7;
    } else if (people_.size() < 7) {   // attached, as its parent
      const auto node = static_cast<std::uint32_t>(draws_.below(kNodes));
      const Result child = ask(pid, Rfork{{}, {NodeId{node}}});
      ASSERT_TRUE(child.good() && child.processes()) << said();
      people_.push_back(child.processes()->front().pid);
    } else {
      people_.erase(std::find(people_.begin(), people_.end(), pid));
      begin(pid, Exit{0});
    }
  }

  // Each process's next call when the one before is answered. False: it has none.
  template <class Next>
  void play(Next&& next) {
    struct Player {
      Pid pid;
      std::optional<CallId> calling;
      int step = 0;
    };
    std::vector<Player> players;
    for (const Pid pid : people_) players.push_back({pid, std::nullopt});
    for (bool going = true; going;) {
      going = false;
      for (Player& player : players) {
        if (player.calling && !rig_.world.trace(*player.calling).result) continue;
        const Result last = player.calling ? *rig_.world.trace(*player.calling).result : Result{};
        EXPECT_TRUE(last.good()) << said();
        player.calling.reset();
        if (std::optional<Call> call = next(player.pid, player.step++, last)) {
          player.calling = begin(player.pid, std::move(*call));
          going = true;
          break;
        }
      }
      if (!going && !rig_.world.quiet()) {
        deliver_one();
        going = true;
      }
    }
    for (const Player& player : players) EXPECT_FALSE(player.calling) << "a call is never answered, " << said();
  }

  // Word 0 by atomic additions, word 1 by load and store under a mutex.
  void additions() {
    const int kRounds = 4;
    memory_[0] = memory_[1] = 0;
    EXPECT_TRUE(ask(people_[0], Store{id_, 0, 0, {}}).good() && ask(people_[0], Store{id_, 8, 0, {}}).good());
    play([&](Pid, int step, const Result& last) -> std::optional<Call> {
      if (step / 5 >= kRounds) return std::nullopt;
      switch (step % 5) {
        case 0: return Atomic{id_, 0, Atomic::Kind::add, 1};
        case 1: return Mutex{kMutex, true};
        case 2: return Load{id_, 8};
        case 3: return Store{id_, 8, static_cast<std::uint64_t>(last.value) + 1, {}};
        default: return Mutex{kMutex, false};
      }
    });
    memory_[0] = memory_[1] = people_.size() * kRounds;
    for (std::uint64_t word : {0, 1})
      EXPECT_EQ(ask(anybody(), Load{id_, 8 * word}).value, static_cast<std::int64_t>(memory_[word])) << "word " << word << ", " << said();
  }

  // As many downs as ups: all are answered, and nothing is left over.
  void semaphore() {
    play([&](Pid pid, int step, const Result&) -> std::optional<Call> {
      const bool raises = pid == people_[0];
      if (step > (raises ? 0 : 1)) return std::nullopt;
      if (raises) return Up{kSemaphore, 2 * static_cast<std::uint32_t>(people_.size() - 1)};
      return Down{kSemaphore};
    });
    const CallId more = begin(people_[0], Down{kSemaphore, true});
    while (!rig_.world.quiet()) deliver_one();
    EXPECT_EQ(rig_.world.trace(more).result->error, Errno::eagain) << said();
  }

  void end() {
    EXPECT_TRUE(ask(anybody(), SegmentRemove{id_}).good()) << said();
    for (const Pid pid : people_) begin(pid, Exit{0});
    while (!rig_.world.quiet()) deliver_one();
    for (std::uint32_t id = 0; id < kNodes; ++id) {
      const auto& segments = dynamic_cast<const parts::ClusterSegments&>(*rig_.node(id).parts().part(CallClass::segment));
      EXPECT_TRUE(segments.home().segments().empty()) << "a segment is left on node " << id << ", " << said();
    }
  }

  std::uint64_t seed_, id_ = 0;
  Stream draws_;
  Rig rig_;
  std::vector<Pid> people_;
  std::array<std::uint64_t, kWords> memory_{};
};

TEST(SegmentRandom, OneMemoryAndNoAdditionIsLost) {
  const char* more = std::getenv("SSISIM_RANDOM_SEEDS");
  const std::uint64_t seeds = more ? std::strtoull(more, nullptr, 10) : 200;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SegmentRun(seed).run();
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

}   // namespace
}   // namespace ssi::test
