// Files of the cluster (cfs) under random programs: they open, read, write, seek, spawn elsewhere with what they have open, exec and exit
// on all nodes, and every answer is what a single copy of each file, with one offset for each open, would have given. Messages come in any
// allowed order, and those that no answer waits for may come much later. SSISIM_RANDOM_SEEDS=20000 for more.
#include <cstdlib>

#include "models/native/file_part.hpp"
#include "models/protocol/offset/tokens.hpp"
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {
namespace {

constexpr std::uint32_t kNodes = 3;

Bytes bytes_of_text(std::string_view letters) {
  const auto* first = reinterpret_cast<const std::byte*>(letters.data());
  return std::make_shared<const std::vector<std::byte>>(first, first + letters.size());
}
std::string text_of(const Bytes& data) {
  return data ? std::string(reinterpret_cast<const char*>(data->data()), data->size()) : std::string();
}

config::Values cfs_params(std::uint64_t seed) {
  config::Values out{{"cover", std::vector<std::string>{"process", "file"}}, {"file_server", static_cast<std::int64_t>(seed % kNodes)}};
  if (seed % 2 == 0) out.emplace_back("pid_from", std::string("execution"));
  return out;
}

class FileRun {
 public:
  explicit FileRun(std::uint64_t seed) : seed_(seed), draws_(seed), rig_(kNodes, cfs_params(seed)) {}

  void run() {
    for (std::uint32_t node = 0; node < kNodes; ++node) {
      const Pid pid = ask(rig_.world.init(node), Spawn{}).pid;
      processes_[pid];
    }
    for (int turn = 0; turn < 120 && !testing::Test::HasFailure(); ++turn) one_call();
    for (int round = 0; round < 3 && !testing::Test::HasFailure(); ++round) all_at_once();
    end();
  }

 private:
  struct Description {   // one open: what POSIX calls an open file description
    std::size_t file;
    bool append;
    std::uint64_t offset = 0;
  };
  using Descriptors = std::map<std::int32_t, std::size_t>;   // to descriptions

  void deliver_one() {
    const auto channels = rig_.world.deliverable();
    const std::size_t disks = rig_.world.disks().size();
    const std::uint64_t which = draws_.below(channels.size() + disks);
    if (which < channels.size()) rig_.world.deliver(channels[which]);
    else rig_.world.serve_disk(which - channels.size());
  }
  // To its answer; what else is under way stays.
  Result ask(Pid pid, Call what) {
    const CallId id = rig_.world.call(rig_.where(pid), pid, std::move(what));
    while (!rig_.world.trace(id).result && !rig_.world.quiet()) deliver_one();
    EXPECT_TRUE(rig_.world.trace(id).result.has_value()) << "no answer, " << said();
    return rig_.world.trace(id).result.value_or(Result{});
  }
  std::string said() const { return "seed " + std::to_string(seed_); }

  Pid anybody() {
    auto process = processes_.begin();
    std::advance(process, static_cast<std::ptrdiff_t>(draws_.below(processes_.size())));
    return process->first;
  }

  void one_call() {
    const Pid pid = anybody();
    Descriptors& own = processes_.at(pid);
    const std::uint64_t what = draws_.below(100);
    if (own.empty() || what < 8) return open(pid, own);
    auto chosen = own.begin();
    std::advance(chosen, static_cast<std::ptrdiff_t>(draws_.below(own.size())));
    const auto [number, which] = *chosen;
    Description& description = descriptions_[which];
    if (what < 33) return read(pid, number, description);
    if (what < 60) return write(pid, number, description);
    if (what < 74) return seek(pid, number, description, what < 68);
    if (what < 87) return born(pid);
    if (what < 90) return void(rig_.world.call(rig_.where(pid), pid, Exec{}));   // keeps what it has open
    if (what < 93) {
      EXPECT_TRUE(ask(pid, Commit{number}).good()) << said();
    } else if (what < 98) {
      EXPECT_TRUE(ask(pid, Close{number}).good()) << said();
      own.erase(number);
    } else if (processes_.size() > 3) {
      processes_.erase(pid);
      rig_.world.call(rig_.where(pid), pid, Exit{0});
    }
  }
  std::uint64_t length() {
    const std::uint64_t long_one = draws_.below(8);
    return 1 + draws_.below(long_one == 0 ? 9000 : 30);
  }
  void read(Pid pid, std::int32_t number, Description& description) {
    const std::uint64_t bytes = length();
    const std::string expected = part(contents_[description.file], description.offset, bytes);
    EXPECT_EQ(text_of(ask(pid, Read{number, bytes}).bytes()), expected) << said();
    description.offset += expected.size();
  }
  void write(Pid pid, std::int32_t number, Description& description) {
    const std::string data(length(), static_cast<char>('a' + draws_.below(26)));
    const Write call{number, bytes_of_text(data)};
    EXPECT_EQ(ask(pid, call).value, static_cast<std::int64_t>(data.size())) << said();
    put(contents_[description.file], description, data);
  }
  void seek(Pid pid, std::int32_t number, Description& description, bool moves) {
    const std::uint64_t from = draws_.below(2), to = draws_.below(200);
    Seek call{number, 0, Seek::From::current};
    if (moves && from == 0) call.from = Seek::From::end;
    if (moves && from == 1) call = {number, static_cast<std::int64_t>(to), Seek::From::start};
    if (moves) description.offset = from == 0 ? contents_[description.file].size() : to;
    EXPECT_EQ(ask(pid, call).value, static_cast<std::int64_t>(description.offset)) << said();
  }

  static std::string part(const std::string& contents, std::uint64_t offset, std::uint64_t length) {
    return offset < contents.size() ? contents.substr(offset, length) : "";
  }
  static void put(std::string& contents, Description& description, const std::string& data) {
    if (description.append) description.offset = contents.size();
    if (contents.size() < description.offset + data.size()) contents.resize(description.offset + data.size());
    contents.replace(description.offset, data.size(), data);
    description.offset += data.size();
  }
  void open(Pid pid, Descriptors& own) {
    const std::size_t file = draws_.below(contents_.size());
    const bool append = draws_.below(4) == 0;
    const Open call{"/" + std::to_string(file), {.read = true, .write = true, .append = append, .create = true}};
    const Result opened = ask(pid, call);
    ASSERT_TRUE(opened.good()) << said();
    own[static_cast<std::int32_t>(opened.value)] = descriptions_.size();
    descriptions_.push_back({file, append});
  }
  void born(Pid parent) {
    if (processes_.size() > 8) return;
    const auto node = static_cast<std::uint32_t>(draws_.below(kNodes));
    const bool forks = draws_.below(4) == 0;
    const Result child = ask(parent, forks ? Call(Fork{}) : Call(Spawn{{}, {Placement::Kind::node, NodeId{node}}}));
    ASSERT_TRUE(child.good()) << said();
    processes_[child.pid] = processes_.at(parent);
  }

  // A record of 8 bytes each; returns them.
  std::multiset<std::string> everybody_writes(std::size_t which) {
    std::vector<CallId> calls;
    std::multiset<std::string> records;
    for (const auto& [pid, own] : processes_) {
      const auto has = std::find_if(own.begin(), own.end(), [&](const auto& one) { return one.second == which; });
      if (has == own.end()) continue;
      const std::string record(8, static_cast<char>('A' + records.size()));
      const Write call{has->first, bytes_of_text(record)};
      calls.push_back(rig_.world.call(rig_.where(pid), pid, call));
      records.insert(record);
    }
    while (!rig_.world.quiet()) deliver_one();
    for (const CallId call : calls) EXPECT_TRUE(rig_.world.trace(call).result && rig_.world.trace(call).result->value == 8) << said();
    return records;
  }
  // Everybody who has one open at once: each record comes in whole, behind another, whatever node it came from.
  void all_at_once() {
    const Pid first = anybody();
    if (processes_.at(first).empty()) return;
    const std::size_t which = processes_.at(first).begin()->second;
    Description& description = descriptions_[which];
    std::string& contents = contents_[description.file];
    const std::uint64_t begin = description.append ? contents.size() : description.offset;
    const std::multiset<std::string> records = everybody_writes(which);
    EXPECT_TRUE(ask(first, Seek{processes_.at(first).begin()->first, static_cast<std::int64_t>(begin), Seek::From::start}).good());
    const std::string got = text_of(ask(first, Read{processes_.at(first).begin()->first, 8 * records.size()}).bytes());
    std::multiset<std::string> found;
    for (std::size_t at = 0; at < got.size(); at += 8) found.insert(got.substr(at, 8));
    EXPECT_EQ(found, records) << said();
    description.offset = begin;
    put(contents, description, got);
  }

  void end() {
    for (const auto& [pid, own] : processes_) rig_.world.call(rig_.where(pid), pid, Exit{0});
    while (!rig_.world.quiet()) deliver_one();
    for (std::uint32_t id = 0; id < kNodes; ++id) {
      const auto& files = dynamic_cast<const native::FilePart&>(*rig_.node(id).parts().part(CallClass::file));
      const auto& offsets = dynamic_cast<const offset::Tokens&>(*files.offsets());
      EXPECT_TRUE(offsets.tokens().empty() && offsets.managed().empty()) << "offsets are left on node " << id << ", " << said();
      EXPECT_TRUE(files.quiet()) << "calls are left on node " << id << ", " << said();
    }
  }

  std::uint64_t seed_;
  Stream draws_;
  Rig rig_;
  std::map<Pid, Descriptors> processes_;
  std::vector<Description> descriptions_;
  std::array<std::string, 3> contents_;
};

TEST(FilesRandom, AnswersAreThoseOfASingleCopyWithSharedOffsets) {
  const char* more = std::getenv("SSISIM_RANDOM_SEEDS");
  const std::uint64_t seeds = more ? std::strtoull(more, nullptr, 10) : 200;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    FileRun(seed).run();
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

}   // namespace
}   // namespace ssi::test
