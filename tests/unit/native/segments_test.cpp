// Segments, semaphores, mutexes and barriers of one node: random operations against what one would first write down, and by name.
#include "models/native/segments.hpp"

#include <gtest/gtest.h>

#include <map>

#include "models/base/random.hpp"
#include "tests/unit/native/node.hpp"

namespace ssi::native {
namespace {

Node make(bool robust = false) {
  SegmentSettings settings;
  settings.bytes_max = 4096;
  settings.robust_mutexes = robust;
  return Node(CallClass::segment, std::make_unique<Segments>(kNodeZero, settings));
}

// A segment as a map from offset to byte, and every attachment in a list.
struct Plain {
  std::uint64_t key, size;
  std::map<std::uint64_t, std::uint8_t> bytes{};
  std::multiset<Pid> attached{};
  bool removed = false;

  std::uint64_t word(std::uint64_t offset) {
    std::uint64_t out = 0;
    for (std::uint64_t i = 0; i < 8; ++i) out += std::uint64_t{bytes[offset + i]} << (8 * i);
    return out;
  }
  void put(std::uint64_t offset, std::uint64_t word) {
    for (std::uint64_t i = 0; i < 8; ++i) bytes[offset + i] = static_cast<std::uint8_t>(word >> (8 * i));
  }
};

class Duel {
 public:
  explicit Duel(std::uint64_t seed) : draws_(seed) {
    for (int i = 0; i < 4; ++i) pids_.push_back(node_.start());
  }
  void step() {
    const std::size_t who = draws_.below(pids_.size());
    const Pid pid = pids_[who];
    const std::uint64_t kind = draws_.below(20), id = 1 + draws_.below(std::max<std::uint64_t>(made_, 1)), offset = draws_.below(40);
    if (kind < 3) get(pid);
    else if (kind < 6) expect(pid, Attach{id}, attach(pid, id));
    else if (kind < 7) expect(pid, Detach{id}, detach(pid, id));
    else if (kind < 8) expect(pid, SegmentRemove{id}, remove(id));
    else if (kind < 12) store(pid, id, offset);
    else if (kind < 16) load(pid, id, offset);
    else if (kind < 19) atomic(pid, id, offset / 8 * 8 + (offset == 39 ? 1 : 0));
    else if (draws_.below(3) == 0) replace(who, draws_.below(2) == 0);
    EXPECT_EQ(node_.part<Segments>(CallClass::segment).segments().size(), plain_.size());
  }
  std::map<std::string, int> reached;

 private:
  void expect(Pid pid, Call call, const std::string& text) {
    const std::string what(kCallNames[call.index()]);
    const Result result = node_.now(pid, std::move(call));
    EXPECT_EQ(result.good() ? std::to_string(static_cast<std::uint64_t>(result.value)) : std::string(name_of(result.error)), text) << what;
    ++reached[what + " " + (result.good() ? "ok" : text)];
  }
  void get(Pid pid) {
    const SegmentGet call{draws_.below(4), 8 * draws_.below(5), draws_.below(4) > 0, draws_.below(3) == 0};
    std::string text;
    for (auto& [id, segment] : plain_)
      if (call.key != 0 && segment.key == call.key)
        text = call.create && call.exclusive ? "EEXIST" : call.bytes > segment.size ? "EINVAL" : std::to_string(id);
    if (text.empty()) text = call.key != 0 && !call.create ? "ENOENT" : call.bytes == 0 ? "EINVAL" : "new";
    if (text == "new") {
      plain_.emplace(++made_, Plain{call.key, call.bytes});
      text = std::to_string(made_);
    }
    expect(pid, call, text);
  }
  std::string attach(Pid pid, std::uint64_t id) {
    if (!plain_.contains(id)) return "EINVAL";
    if (plain_.at(id).removed) return "EIDRM";
    plain_.at(id).attached.insert(pid);
    return "0";
  }
  std::string detach(Pid pid, std::uint64_t id) {
    if (!plain_.contains(id) || !plain_.at(id).attached.contains(pid)) return "EINVAL";
    plain_.at(id).attached.erase(plain_.at(id).attached.find(pid));
    tidy();
    return "0";
  }
  std::string remove(std::uint64_t id) {
    if (!plain_.contains(id)) return "EINVAL";
    if (plain_.at(id).removed) return "EIDRM";
    plain_.at(id).removed = true;
    plain_.at(id).key = 0;
    tidy();
    return "0";
  }
  void tidy() {
    std::erase_if(plain_, [](const auto& entry) { return entry.second.removed && entry.second.attached.empty(); });
  }
  Plain* usable(Pid pid, std::uint64_t id, std::uint64_t offset) {
    const auto found = plain_.find(id);
    if (found == plain_.end() || !found->second.attached.contains(pid) || offset + 8 > found->second.size) return nullptr;
    return &found->second;
  }
  void store(Pid pid, std::uint64_t id, std::uint64_t offset) {
    Plain* at = usable(pid, id, offset);
    const std::uint64_t word = draws_.next();
    if (at) at->put(offset, word);
    expect(pid, Store{id, offset, word, {}}, at ? "0" : "EINVAL");
  }
  void load(Pid pid, std::uint64_t id, std::uint64_t offset) {
    Plain* at = usable(pid, id, offset);
    expect(pid, Load{id, offset, 8}, at ? std::to_string(at->word(offset)) : "EINVAL");
  }
  void atomic(Pid pid, std::uint64_t id, std::uint64_t offset) {
    Plain* at = offset % 8 == 0 ? usable(pid, id, offset) : nullptr;
    Atomic call{id, offset, static_cast<Atomic::Kind>(draws_.below(3)), draws_.below(9), 0};
    std::string text = "EINVAL";
    if (at) {
      const std::uint64_t before = at->word(offset);
      if (draws_.below(2) == 0) call.expected = before;
      if (call.kind == Atomic::Kind::add) at->put(offset, before + call.operand);
      else if (call.kind == Atomic::Kind::exchange || before == call.expected) at->put(offset, call.operand);
      text = std::to_string(before);
    }
    expect(pid, call, text);
  }
  // By a child that has what it has, or that was spawned and has nothing.
  void replace(std::size_t who, bool fork) {
    const Pid old = pids_[who], child = node_.now(old, fork ? Call(Fork{}) : Call(Spawn{})).pid;
    for (auto& [id, segment] : plain_) {
      const std::size_t times = segment.attached.erase(old);
      for (std::size_t i = 0; fork && i < times; ++i) segment.attached.insert(child);
    }
    node_.now(node_.init(), Kill{old, Signal::kill});
    pids_[who] = child;
    tidy();
  }

  Stream draws_;
  Node node_ = make();
  std::vector<Pid> pids_;
  std::map<std::uint64_t, Plain> plain_;
  std::uint64_t made_ = 0;
};

TEST(Segments, TheKernelDoesWhatTheModelDoes) {
  std::map<std::string, int> reached;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Duel duel(seed);
    for (int step = 1; step <= 600; ++step) {
      duel.step();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", step " << step;
    }
    for (const auto& [what, times] : duel.reached) reached[what] += times;
  }
  for (const char* what : {"segment_get ok", "segment_get EEXIST", "segment_get ENOENT", "segment_get EINVAL", "attach ok", "attach EIDRM",
                           "attach EINVAL", "detach ok", "detach EINVAL", "segment_remove ok", "segment_remove EIDRM", "load ok",
                           "load EINVAL", "store ok", "atomic ok", "atomic EINVAL"})
    EXPECT_GT(reached[what], 3) << what;
}

TEST(Semaphores, WaitersAreServedInOrderAndUpByMoreWakesMore) {
  Node node = make();
  const Pid a = node.start(), b = node.start(), c = node.start();
  const auto first = node.call(a, Down{7}), second = node.call(b, Down{7});
  EXPECT_EQ(node.now(c, Down{7, true}).error, Errno::eagain);
  node.now(c, Up{7, 1});
  EXPECT_TRUE(node.answer(first) && !node.answer(second));
  node.now(c, Up{7, 2});
  EXPECT_TRUE(node.answer(second)->good());
  EXPECT_TRUE(node.now(c, Down{7, true}).good());
}

TEST(Semaphores, AHandlerOrDeathEndsAWaitAndTakesNothing) {
  Node node = make();
  const Pid a = node.start(), b = node.start(), c = node.start();
  node.now(a, SetAction{Signal::usr1, Disposition::handler});
  const auto first = node.call(a, Down{7});
  node.call(b, Down{7});
  node.now(node.init(), Kill{a, Signal::usr1});
  node.now(node.init(), Kill{b, Signal::kill});
  EXPECT_EQ(node.answer(first)->error, Errno::eintr);
  node.now(c, Up{7, 1});
  EXPECT_TRUE(node.now(c, Down{7, true}).good());
}

TEST(Mutexes, OneHolderWhoAloneUnlocks) {
  Node node = make();
  const Pid a = node.start(), b = node.start();
  EXPECT_TRUE(node.now(a, Mutex{1, true}).good());
  EXPECT_EQ(node.now(a, Mutex{1, true}).error, Errno::edeadlk);
  EXPECT_EQ(node.now(b, Mutex{1, false}).error, Errno::eperm);
  const auto waits = node.call(b, Mutex{1, true});
  EXPECT_FALSE(node.answer(waits));
  EXPECT_TRUE(node.now(a, Mutex{1, false}).good());
  EXPECT_TRUE(node.answer(waits)->good());
  EXPECT_EQ(node.now(a, Mutex{1, false}).error, Errno::eperm);
}

TEST(Mutexes, ADeadHoldersIsStalledOrRobust) {
  for (bool robust : {false, true}) {
    Node node = make(robust);
    const Pid a = node.start(), b = node.start();
    node.now(a, Mutex{1, true});
    const auto waits = node.call(b, Mutex{1, true});
    node.now(node.init(), Kill{a, Signal::kill});
    ASSERT_EQ(node.answer(waits).has_value(), robust);
    if (robust) { EXPECT_EQ(node.answer(waits)->status, kOwnerDied); }
  }
}

TEST(Barriers, AllWaitForTheLastWhoIsTold) {
  Node node = make();
  const Pid a = node.start(), b = node.start(), c = node.start();
  node.now(b, SetAction{Signal::usr1, Disposition::handler});
  const auto first = node.call(a, Barrier{5, 3}), leaves = node.call(b, Barrier{5, 3});
  EXPECT_EQ(node.now(c, Barrier{5, 2}).error, Errno::einval);
  node.now(node.init(), Kill{b, Signal::usr1});
  EXPECT_EQ(node.answer(leaves)->error, Errno::eintr);
  const auto second = node.call(c, Barrier{5, 3});
  EXPECT_FALSE(node.answer(second));
  EXPECT_EQ(node.now(b, Barrier{5, 3}).value, 1);
  EXPECT_TRUE(node.answer(first)->good() && node.answer(second)->good());
}

}   // namespace
}   // namespace ssi::native
