// Locus files in random worlds: calls from any site, messages and disks in any order that the circuits allow. Against a single copy on one
// node, call by call; and many at once, where what must hold is checked after every event and at rest. SSISIM_RANDOM_SEEDS for more.
#include <cstdlib>

#include "models/native/file_store.hpp"
#include "models/protocol/locus_files/node.hpp"
#include "tests/unit/files/cluster.hpp"

namespace ssi::test {
namespace {

constexpr std::uint32_t kSites = 4, kPeople = 6;

std::uint64_t seeds(std::uint64_t usual) {
  const char* given = std::getenv("SSISIM_RANDOM_SEEDS");
  return given == nullptr ? usual : std::strtoull(given, nullptr, 10);
}

class LocusWorld {
 public:
  LocusWorld(std::uint64_t seed, bool notice_before_answer)
      : seed_(seed), draws_(seed),
        cluster_(kSites, [this, notice_before_answer](NodeId self) { return make(self, notice_before_answer); }) {
    for (std::uint32_t i = 0; i < kPeople; ++i) people_.push_back(cluster_.start(i % kSites));
    cluster_.check = [this] { ASSERT_EQ(locus::broken_rule(nodes()), "") << "seed " << seed_; };
    cluster_.seen = [this](const Message& message) { reached()[std::string(message.body.type().name)]++; };
  }
  static std::map<std::string, std::uint64_t>& reached() {
    static std::map<std::string, std::uint64_t> all;
    return all;
  }
  std::uint64_t draw(std::uint64_t below) { return draws_.below(below); }
  const std::vector<Pid>& people() const { return people_; }
  FilesCluster& cluster() { return cluster_; }
  Result run(std::size_t who, Call call) {
    const CallId id = cluster_.begin(people_[who], std::move(call));
    while (!cluster_.result(id) && cluster_.step(&draws_)) {}
    EXPECT_TRUE(cluster_.result(id)) << "stuck, seed " << seed_;
    return cluster_.result(id).value_or(Result{});
  }
  bool go_on(std::uint64_t steps) {
    for (; steps > 0; --steps)
      if (!cluster_.step(&draws_)) return false;
    return true;
  }
  void answer(const std::vector<CallId>& ids) {
    for (const CallId id : ids)
      while (!cluster_.result(id) && go_on(1)) {}
  }
  std::string text() const {
    StateDump dump;
    for (const locus::Node* node : nodes()) {
      dump.add("site", std::to_string(node->self().value));
      node->describe(dump);
    }
    std::string out;
    for (const auto& [key, value] : dump.entries) out += "\n" + key + ": " + value;
    return out;
  }
  void rest() {
    while (cluster_.step(&draws_)) {}
    EXPECT_TRUE(cluster_.quiet()) << "seed " << seed_;
    for (const locus::Node* node : nodes()) EXPECT_TRUE(node->quiet()) << "seed " << seed_;
    EXPECT_EQ(locus::broken_rule_at_rest(nodes()), "") << "seed " << seed_;
  }

 private:
  std::unique_ptr<vnode::FileSystem> make(NodeId self, bool notice_before_answer) const {
    locus::Settings settings;
    settings.nodes = kSites;
    settings.filegroups = seed_ % 3 == 0 ? 3 : 1;
    settings.packs = static_cast<std::uint32_t>(seed_ % 4);
    settings.copies = 1 + static_cast<std::uint32_t>(seed_ / 4 % 3);
    settings.cache_pages = seed_ % 5 == 0 ? 2 : 1'000;
    settings.read_ahead = seed_ % 2 == 0;
    settings.notice_before_answer = notice_before_answer;
    return std::make_unique<locus::Node>(self, settings);
  }
  std::vector<const locus::Node*> nodes() const {
    std::vector<const locus::Node*> out;
    for (std::uint32_t id = 0; id < kSites; ++id) out.push_back(&cluster_.below<locus::Node>(id));
    return out;
  }

  std::uint64_t seed_;
  Stream draws_;
  FilesCluster cluster_;
  std::vector<Pid> people_;
};

// Few names, so that they meet.
std::string path(LocusWorld& world) {
  static constexpr const char* kPaths[] = {"/a", "/b", "/d", "/d/a", "/d/b", "/d/e", "/d/e/a", "/c"};
  return kPaths[world.draw(std::size(kPaths))];
}
Call call_on_names(LocusWorld& world, std::uint64_t what) {
  std::string first = path(world);
  if (what == 0) return Create{first};
  if (what == 1) return Unlink{first};
  if (what == 2) return MakeDirectory{first};
  if (what == 3) return ReadDirectory{first};
  if (what == 4) return Stat{first};
  std::string second = path(world);
  return Rename{first, second};
}
Call call_on_file(LocusWorld& world, std::uint64_t what, int turn) {
  const auto file = static_cast<std::int32_t>(world.draw(3));
  if (what == 0) return Close{file};
  if (what == 1) return Commit{file};
  if (what == 2) {
    const std::uint64_t offset = world.draw(3 * locus::kPage);
    return Seek{file, static_cast<std::int64_t>(offset), Seek::From::start};
  }
  if (what == 3) return Seek{file, 0, Seek::From::end};
  const std::uint64_t length = world.draw(3) == 0 ? world.draw(9'000) : world.draw(60);
  if (what < 6) return Read{file, length};
  return Write{file, bytes(std::string(length, static_cast<char>('a' + turn % 26)))};
}
Call call_to_open(LocusWorld& world) {
  const std::uint64_t what = world.draw(6);
  std::string name = path(world);
  if (what == 0) return Open{name, kReadOnly};
  if (what == 1) return Open{name, kAppend};
  if (what == 2) return Open{name, {.read = true, .write = true, .truncate = true}};
  return Open{name, what == 3 ? kReadWrite : kCreate};
}
Call any_call(LocusWorld& world, int turn) {
  const std::uint64_t what = world.draw(20);
  if (what < 6) return call_on_names(world, what);
  if (what < 9) return call_to_open(world);
  return call_on_file(world, world.draw(9), turn);
}

void expect_same(const Result& is, const Result& should, const std::string& where) {
  ASSERT_EQ(name_of(is.error), name_of(should.error)) << where;
  ASSERT_EQ(is.value, should.value) << where;
  ASSERT_EQ(text(is.bytes()), text(should.bytes())) << where;
  ASSERT_EQ(is.names() != nullptr, should.names() != nullptr) << where;
  if (is.names()) { ASSERT_EQ(*is.names(), *should.names()) << where; }
  if (!is.stat()) return;
  ASSERT_EQ(is.stat()->size, should.stat()->size) << where;
  ASSERT_EQ(is.stat()->directory, should.stat()->directory) << where;
}

TEST(LocusRandom, EveryCallAnswersAsASingleCopyWould) {
  const std::uint64_t count = seeds(60);
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    LocusWorld world(seed, true);
    FilesCluster single(
        1, [](NodeId self) { return std::make_unique<native::FileStore>(self, native::FileCosts{}, native::FileSettings{.disk = false}); });
    std::vector<Pid> people;
    for (std::uint32_t i = 0; i < kPeople; ++i) people.push_back(single.start(0));
    for (int turn = 0; turn < 80; ++turn) {
      const std::size_t who = world.draw(kPeople);
      const Call call = any_call(world, turn);
      const Result is = world.run(who, call), should = single.call(people[who], call);
      expect_same(is, should,
                  "seed " + std::to_string(seed) + ", turn " + std::to_string(turn) + ", " + std::string(kCallNames[call.index()]));
      if (::testing::Test::HasFatalFailure()) return;
    }
    world.rest();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
}

TEST(LocusRandom, ManyAtOnceComeToRestWithEveryCopyAlike) {
  const std::uint64_t count = seeds(60);
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    LocusWorld world(seed, seed % 2 == 0);
    for (int turn = 0; turn < 25; ++turn) {
      std::vector<CallId> ids;
      for (std::size_t who = 0; who < kPeople; ++who) {
        ids.push_back(world.cluster().begin(world.people()[who], any_call(world, turn)));
        world.go_on(world.draw(6));
      }
      if (world.draw(4) == 0) world.rest();
      else world.answer(ids);
      for (CallId id : ids) ASSERT_TRUE(world.cluster().result(id)) << "stuck, seed " << seed << ", turn " << turn << world.text();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", turn " << turn;
    }
    world.rest();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
}

// Writes of two pages and reads of both at once: a read is of one write; appends are all there.
TEST(LocusRandom, WritesOfSeveralPagesAreAtomicAndNoAppendIsLost) {
  const std::uint64_t count = seeds(40);
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    LocusWorld world(seed, false);
    std::uint64_t appended = 0;
    for (std::size_t who = 0; who < kPeople; ++who) {
      world.run(who, Open{"/f", kCreate});
      world.rest();   // whoever does not see the name yet would make it
      world.run(who, Open{"/log", kAppend});
      world.rest();
    }
    world.run(0, Write{0, bytes(std::string(2 * locus::kPage, 'z'))});
    for (int turn = 0; turn < 8; ++turn) {
      std::vector<CallId> ids;
      for (std::size_t who = 0; who < kPeople; ++who) {
        world.run(who, Seek{0, 0, Seek::From::start});
        const std::uint64_t what = world.draw(4), length = 1 + world.draw(100);
        Call call = Read{0, 2 * locus::kPage};
        if (what == 0) call = Write{0, bytes(std::string(2 * locus::kPage, static_cast<char>('a' + who)))};
        else if (what == 1) call = Write{1, bytes(std::string(length, 'l'))};
        else if (what == 2) call = Commit{0};
        if (what == 1) appended += length;
        ids.push_back(world.cluster().begin(world.people()[who], std::move(call)));
      }
      world.rest();
      for (CallId id : ids) {
        ASSERT_TRUE(world.cluster().result(id)) << "stuck, seed " << seed;
        const std::string got = text(world.cluster().result(id)->bytes());
        ASSERT_TRUE(got.empty() || got == std::string(2 * locus::kPage, got[0])) << "a read of two writes, seed " << seed;
      }
    }
    ASSERT_EQ(world.run(0, Stat{"/log"}).stat()->size, appended) << "seed " << seed;
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
}

}   // namespace
}   // namespace ssi::test
