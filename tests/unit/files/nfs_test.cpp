// NFS: messages by case, and what it promises between nodes and what not.
#include "models/protocol/nfs/client.hpp"
#include "models/protocol/nfs/server.hpp"
#include "tests/unit/files/cluster.hpp"

namespace ssi::test {
namespace {

// Node 0 has the files.
FilesCluster nfs_cluster(nfs::Settings settings = {}, std::uint32_t nodes = 3) {
  return {nodes, [=](NodeId self) -> std::unique_ptr<vnode::FileSystem> {
            if (self.value != 0) return std::make_unique<nfs::Client>(self, NodeId{0}, settings, nfs::Costs{});
            auto store = std::make_unique<native::FileStore>(self, native::FileCosts{}, native::FileSettings{});
            return std::make_unique<nfs::Server>(std::move(store), true);
          }};
}
std::string of_blocks(std::uint64_t blocks) { return std::string(blocks * nfs::kBlock, 'x'); }

TEST(NfsCount, OnTheServersNodeNothing) {
  FilesCluster cluster = nfs_cluster();
  const Pid p = cluster.start(0);
  EXPECT_EQ(cluster.count(p, MakeDirectory{"/d"}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Open{"/d/f", kCreate}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Write{0, bytes("x")}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Close{0}), (Count{0, 0}));
}

TEST(NfsCount, ALookUpForEachComponentAndAGetattrAtOpen) {
  FilesCluster cluster = nfs_cluster();
  const Pid server = cluster.start(0), p = cluster.start(1);
  for (const char* path : {"/a", "/a/b"}) cluster.call(server, MakeDirectory{path});
  cluster.call(server, Create{"/a/b/f"});
  EXPECT_EQ(cluster.count(p, Open{"/a/b/f", kReadOnly}), (Count{8, 8}));   // three look-ups, GETATTR
  EXPECT_EQ(cluster.count(p, Open{"/a/b/f", kReadOnly}), (Count{2, 2}));   // names are cached; close-to-open asks
  EXPECT_EQ(cluster.count(p, Stat{"/a/b/f"}), (Count{0, 0}));
  cluster.now = cluster.now + Duration{4'000'000'000};
  EXPECT_EQ(cluster.count(p, Stat{"/a/b/f"}), (Count{6, 6}));   // attributes are believed for three seconds
}

TEST(NfsCount, ReadsByEightKibibytesAndOnlyWhatIsNotCached) {
  FilesCluster cluster = nfs_cluster();
  const Pid server = cluster.start(0), p = cluster.start(1);
  cluster.call(server, Write{cluster.open(server, "/f"), bytes(of_blocks(3))});
  const auto file = cluster.open(p, "/f", kReadOnly);
  EXPECT_EQ(cluster.count(p, Read{file, 100}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Read{file, 100}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Read{file, 3 * nfs::kBlock}), (Count{2, 4}));   // the other two, at once
  EXPECT_EQ(cluster.count(p, Close{file}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Open{"/f", kReadOnly}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Read{file, 100}), (Count{0, 0}));   // nobody has changed it
}

TEST(NfsCount, WritesGoOutAtTheCloseOrWhenThereAreTooMany) {
  nfs::Settings settings;
  settings.behind_max = 3;
  FilesCluster cluster = nfs_cluster(settings);
  const Pid p = cluster.start(1);
  const auto file = cluster.open(p, "/f");
  EXPECT_EQ(cluster.count(p, Write{file, bytes("x")}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Write{file, bytes(of_blocks(1))}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Write{file, bytes(of_blocks(1))}), (Count{2, 6}));
  EXPECT_EQ(cluster.count(p, Write{file, bytes("x")}), (Count{0, 0}));
  EXPECT_EQ(cluster.count(p, Close{file}), (Count{2, 2}));
}

TEST(NfsCount, ChangesOfNamesAreTwoEach) {
  FilesCluster cluster = nfs_cluster();
  const Pid p = cluster.start(1);
  EXPECT_EQ(cluster.count(p, MakeDirectory{"/d"}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Create{"/f"}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Rename{"/f", "/g"}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, ReadDirectory{"/"}), (Count{2, 2}));
  EXPECT_EQ(cluster.count(p, Unlink{"/g"}), (Count{2, 2}));
}

TEST(Nfs, WhoOpensAfterACloseSeesWhatWasWritten) {
  FilesCluster cluster = nfs_cluster();
  const Pid writer = cluster.start(1), reader = cluster.start(2);
  const auto out = cluster.open(writer, "/f");
  cluster.call(writer, Write{out, bytes("first ")});
  EXPECT_EQ(cluster.read(reader, cluster.open(reader, "/f", kReadOnly), 99), "");   // not closed yet
  cluster.call(writer, Close{out});
  EXPECT_EQ(cluster.read(reader, cluster.open(reader, "/f", kReadOnly), 99), "first ");
  const auto again = cluster.open(writer, "/f", kAppend);
  cluster.call(writer, Write{again, bytes("second")});
  cluster.call(writer, Close{again});
  EXPECT_EQ(cluster.read(reader, cluster.open(reader, "/f", kReadOnly), 99), "first second");
}

TEST(Nfs, AppendsOfTwoNodesOverwriteEachOther) {
  FilesCluster cluster = nfs_cluster();
  const Pid a = cluster.start(1), b = cluster.start(2);
  const auto of_a = cluster.open(a, "/log", kAppend), of_b = cluster.open(b, "/log", kAppend);
  cluster.call(a, Write{of_a, bytes("aaa")});
  cluster.call(b, Write{of_b, bytes("bb")});
  cluster.call(a, Close{of_a});
  cluster.call(b, Close{of_b});
  EXPECT_EQ(cluster.call(a, Stat{"/log"}).stat()->size, 3U);   // one machine has 5
}

TEST(Nfs, AFileUnlinkedHereStaysReadableHereAndIsStaleElsewhere) {
  FilesCluster cluster = nfs_cluster();
  const Pid a = cluster.start(1), b = cluster.start(2);
  const auto file = cluster.open(a, "/f");
  cluster.call(a, Write{file, bytes("kept")});
  cluster.call(a, Commit{file});
  cluster.call(a, Unlink{"/f"});
  EXPECT_EQ(cluster.call(a, ReadDirectory{"/"}).names()->size(), 1U);   // the silly name
  cluster.call(a, Seek{file, 0, Seek::From::start});
  EXPECT_EQ(cluster.read(a, file, 9), "kept");
  cluster.call(a, Close{file});
  EXPECT_TRUE(cluster.call(a, ReadDirectory{"/"}).names()->empty());
  const auto gone = cluster.open(a, "/g");
  cluster.call(a, Write{gone, bytes("x")});
  cluster.call(b, Unlink{"/g"});
  EXPECT_EQ(cluster.call(a, Commit{gone}).error, Errno::estale);
}

TEST(Nfs, AWriteIsDurableBeforeItIsAnswered) {
  FilesCluster cluster = nfs_cluster();
  const Pid p = cluster.start(1);
  const auto file = cluster.open(p, "/f");
  cluster.call(p, Write{file, bytes("safe")});
  cluster.call(p, Commit{file});
  const auto& image = dynamic_cast<const native::FileStore&>(cluster.below<nfs::Server>(0).store()).pages().image();
  ASSERT_EQ(image.blocks.size(), 1U);
  EXPECT_EQ(text(image.blocks.begin()->second).substr(0, 4), "safe");
}

// The server is stateless: after a lost answer the client asks again, and what cannot be done twice is refused.
TEST(Nfs, ARepeatedCreateIsRefusedAlthoughItWasDone) {
  FilesCluster cluster = nfs_cluster();
  const Pid p = cluster.start(1);
  const CallId create = cluster.begin(p, Create{"/f"});
  bool answered = false;
  cluster.seen = [&](const Message& message) { answered = answered || message.body.type().name == "nfs.REPLY"; };
  while (!answered) cluster.step(nullptr);
  cluster.break_circuit(0, 1);   // the answer is lost
  cluster.deliver_all();
  EXPECT_FALSE(cluster.result(create));
  ASSERT_TRUE(cluster.fire_timer(1));
  cluster.deliver_all();
  EXPECT_EQ(cluster.result(create)->error, Errno::eexist);
}

TEST(Nfs, ASoftMountGivesUpAndAHardOneDoesNot) {
  for (bool hard : {false, true}) {
    nfs::Settings settings;
    settings.hard = hard;
    FilesCluster cluster = nfs_cluster(settings);
    const Pid p = cluster.start(1);
    const CallId stat = cluster.begin(p, Stat{"/f"});
    for (int i = 0; i < 10; ++i) {
      cluster.break_circuit(0, 1);
      cluster.fire_timer(1);
    }
    EXPECT_EQ(cluster.result(stat).has_value(), !hard);
    if (!hard) { EXPECT_EQ(cluster.result(stat)->certainty, Certainty::info); }
    cluster.deliver_all();
    if (hard) { EXPECT_EQ(cluster.result(stat)->error, Errno::enoent); }
  }
}

// Locks keep the nodes apart, so that each opens what the other has closed: then the contents are those of one machine.
TEST(NfsRandom, CloseToOpenHoldsWhateverTheOrderOfMessages) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    nfs::Settings settings;
    settings.behind_max = 1 + seed % 4;
    settings.cache_blocks = 1 + seed % 5;
    FilesCluster cluster = nfs_cluster(settings);
    Stream draws(seed);
    const std::vector<Pid> people{cluster.start(0), cluster.start(1), cluster.start(2)};
    std::string expected;
    const auto run = [&](Pid pid, Call call) {
      const CallId id = cluster.begin(pid, std::move(call));
      while (!cluster.result(id) && cluster.step(&draws)) {}
      EXPECT_TRUE(cluster.result(id)) << "stuck, seed " << seed;
      return cluster.result(id).value_or(Result{});
    };
    for (int turn = 0; turn < 12; ++turn) {
      const Pid pid = people[draws.below(3)];
      const auto file = static_cast<std::int32_t>(run(pid, Open{"/f", kCreate}).value);
      for (int i = 0; i < 4; ++i) {
        const std::uint64_t offset = draws.below(20'000), length = draws.below(9'000);
        run(pid, Seek{file, static_cast<std::int64_t>(offset), Seek::From::start});
        if (draws.below(2) == 0) {
          const std::string data(length, static_cast<char>('a' + turn));
          EXPECT_EQ(run(pid, Write{file, bytes(data)}).value, static_cast<std::int64_t>(length));
          if (length > 0 && expected.size() < offset + length) expected.resize(offset + length);
          if (length > 0) expected.replace(offset, length, data);
        } else {
          const std::string got = text(run(pid, Read{file, length}).bytes());
          ASSERT_EQ(got, offset < expected.size() ? expected.substr(offset, length) : "") << "seed " << seed << ", turn " << turn;
        }
      }
      run(pid, Close{file});
    }
    cluster.deliver_all();
    EXPECT_TRUE(cluster.quiet());
  }
}

}   // namespace
}   // namespace ssi::test
