// Files of the cluster under the switch: which messages a call takes where, and what goes along with a process.
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

constexpr OpenFlags kWrite{.read = true, .write = true, .create = true};

Bytes bytes(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return std::make_shared<const std::vector<std::byte>>(first, first + text.size());
}
std::string text(const Bytes& data) {
  return data ? std::string(reinterpret_cast<const char*>(data->data()), data->size()) : std::string();
}

// Three nodes; node 0 has the disk.
class Files : public testing::TestWithParam<const char*> {
 protected:
  Rig rig{3, {{"cover", std::vector<std::string>{"process", "file"}}, {"file", std::string(GetParam())}}};
  bool tokens() const { return std::string(GetParam()) == "cfs"; }

  std::int32_t open(Pid pid, const std::string& path) {
    const Result result = *rig.call(pid, Open{path, kWrite}).result;
    EXPECT_TRUE(result.good()) << name_of(result.error);
    return static_cast<std::int32_t>(result.value);
  }
  std::string read(Pid pid, std::int32_t file, std::uint64_t bytes_at_most = 100) {
    const Result result = *rig.call(pid, Read{file, bytes_at_most}).result;
    EXPECT_TRUE(result.good()) << name_of(result.error);
    return text(result.bytes());
  }
  void write(Pid pid, std::int32_t file, std::string_view what) {
    EXPECT_EQ(rig.call(pid, Write{file, bytes(what)}).result->value, static_cast<std::int64_t>(what.size()));
  }
};

TEST_P(Files, OneNodeReadsWhatAnotherWroteAndClosed) {
  const Pid writer = rig.start(1), reader = rig.start(2);
  const std::int32_t file = open(writer, "/a");
  write(writer, file, "one image");
  rig.call(writer, Close{file});
  EXPECT_EQ(read(reader, open(reader, "/a")), "one image");
}

TEST_P(Files, TheServersOwnProcessesNeedNoMessage) {
  const Pid here = rig.start(0);
  EXPECT_EQ(count(rig.call(here, Open{"/a", kWrite})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(here, Write{0, bytes("x")})), (Count{0, 0}));
  EXPECT_EQ(count(rig.call(here, Close{0})), (Count{0, 0}));
}

TEST_P(Files, ARemoteOpenLooksUpAndOpens) {
  open(rig.start(0), "/a");
  const Pid remote = rig.start(1);
  EXPECT_EQ(count(rig.call(remote, Open{"/a", OpenFlags{}})), (Count{4, 4}));
  EXPECT_EQ(count(rig.call(remote, Close{0})), tokens() ? (Count{2, 2}) : (Count{0, 0}));
}

// In this order. What each is made of is in the READMEs of models/protocol/cfs and nfs.
struct FileRow {
  const char* what;
  Call call;
  Count cfs, nfs;
};
std::vector<FileRow> file_rows() {
  return {
      {"open", Open{"/d/f", {.read = true, .write = true}}, {6, 6}, {6, 6}},   // look-up, look-up, open (a GETATTR)
      {"read", Read{0, 8}, {4, 4}, {2, 2}},                                    // the inode's token, the page; the block
      {"read again", Read{0, 8}, {0, 0}, {0, 0}},
      {"seek", Seek{0, 0, Seek::From::start}, {0, 0}, {0, 0}},
      {"seek to the end", Seek{0, -8, Seek::From::end}, {2, 2}, {0, 0}},   // attributes are asked of the server
      {"write", Write{0, bytes("changed ")}, {2, 2}, {0, 0}},              // the page's token; behind
      {"commit", Commit{0}, {4, 4}, {2, 2}},                               // contents back, then the commit; the WRITE
      {"stat", Stat{"/d/f"}, {6, 6}, {0, 0}},                              // names are never cached; both are
      {"lock", LockFile{0}, {2, 2}, {0, 0}},
      {"unlock", LockFile{0, LockFile::Kind::unlock}, {2, 2}, {0, 0}},
      {"create", Create{"/d/g"}, {4, 4}, {2, 2}},
      {"mkdir", MakeDirectory{"/d/e"}, {4, 4}, {4, 4}},   // the directory has changed, so its name is looked up anew
      {"rename", Rename{"/d/g", "/d/h"}, {6, 6}, {4, 4}},
      {"unlink", Unlink{"/d/h"}, {4, 4}, {4, 4}},
      {"readdir", ReadDirectory{"/d"}, {4, 4}, {4, 4}},
      {"close", Close{0}, {2, 2}, {0, 0}},
  };
}

TEST_P(Files, EveryCallWithTheServerHereAndElsewhere) {
  for (const std::uint32_t node : {1U, 0U}) {
    Rig one(2, {{"cover", std::vector<std::string>{"process", "file"}}, {"file", std::string(GetParam())}});
    const Pid maker = one.start(0), user = one.start(node);
    one.call(maker, MakeDirectory{"/d"});
    one.call(maker, Open{"/d/f", kWrite});
    one.call(maker, Write{0, bytes("contents")});
    one.call(maker, Close{0});
    for (const FileRow& row : file_rows()) {
      const CallTrace& trace = one.call(user, row.call);
      ASSERT_TRUE(trace.result && trace.result->good()) << row.what;
      EXPECT_EQ(count(trace), node == 0 ? (Count{0, 0}) : tokens() ? row.cfs : row.nfs) << row.what << " on node " << node;
    }
  }
}

TEST_P(Files, AnOpenFileGoesAlongWithASpawnedProcess) {
  const Pid parent = rig.start(1);
  const std::int32_t file = open(parent, "/log");
  write(parent, file, "parent ");
  rig.call(parent, Commit{file});
  const Pid child = rig.spawn(parent, 2);
  ASSERT_EQ(rig.where(child), NodeId{2});
  write(child, file, "child");   // from where the parent was
  rig.call(child, Commit{file});
  rig.call(child, Exit{0});
  rig.call(parent, Close{file});
  const Pid reader = rig.start(0);
  EXPECT_EQ(read(reader, open(reader, "/log")), "parent child");
}

TEST_P(Files, AChildHoldsAFileThatIsUnlinkedMeanwhile) {
  if (!tokens()) GTEST_SKIP() << "nfs: what another node removes is stale";
  const Pid parent = rig.start(1);
  const std::int32_t file = open(parent, "/tmp");
  write(parent, file, "kept");
  const Pid child = rig.spawn(parent, 2);
  rig.call(parent, Unlink{"/tmp"});
  rig.call(parent, Exit{0});
  rig.call(child, Seek{file, 0, Seek::From::start});
  EXPECT_EQ(read(child, file), "kept");
}

INSTANTIATE_TEST_SUITE_P(Both, Files, testing::Values("cfs", "nfs"), [](const auto& instance) { return std::string(instance.param); });

TEST(Files, NotCoveredTheyAreEachNodesOwn) {
  Rig rig(2);
  rig.call(rig.start(0), Open{"/a", kWrite});
  const Pid other = rig.start(1);
  EXPECT_EQ(rig.call(other, Open{"/a", OpenFlags{}}).result->error, Errno::enoent);
}

}   // namespace
}   // namespace ssi::test
