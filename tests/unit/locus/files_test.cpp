// Files of Locus as a design: one name space for all nodes, numbered locality tests, and a disk that outlives its node's crash.
#include "tests/unit/locus/rig.hpp"

namespace ssi::test {
namespace {

TEST(LocusCrawlFiles, AFileMadeOnOneNodeIsReadOnAnother) {
  LocusRig rig(3);
  const Pid maker = rig.start(0), reader = rig.start(1);
  const auto made = static_cast<std::int32_t>(rig.call(maker, Open{"/f", kMakes}).result->value);
  rig.call(maker, Write{made, bytes("abc")});
  EXPECT_TRUE(rig.call(maker, Close{made}).result->good());
  const Result& opened = *rig.call(reader, Open{"/f", {}}).result;
  ASSERT_TRUE(opened.good());
  EXPECT_EQ(text(rig.call(reader, Read{static_cast<std::int32_t>(opened.value), 9}).result->bytes()), "abc");
}

// Each test that says "elsewhere" is noted twice: as a test, and as what was shipped.
TEST(LocusCrawlFiles, LocalityTestsAreNumberedBelowTheNumberOfSites) {
  LocusRig rig(3);
  std::set<std::uint32_t> sites;
  const auto note = [&] {
    for (const Note& test : rig.world.last_effects().notes)
      if (test.kind == Note::Kind::locality_test) sites.insert(test.subject);
  };
  const Pid pid = rig.start(1);
  for (const Call& call : std::vector<Call>{Open{"/f", kMakes}, Write{0, bytes("x")}, Commit{0}, LockFile{0, LockFile::Kind::exclusive},
                                            Close{0}, Stat{"/f"}}) {
    rig.world.call(NodeId{1}, pid, call);
    note();
    while (!rig.world.quiet()) {
      if (!rig.world.disks().empty()) rig.world.serve_disk(0);
      else rig.world.deliver(rig.world.deliverable().front());
      note();
    }
  }
  for (const locus::Test test : {locus::Test::search, locus::Test::open, locus::Test::commit, locus::Test::close, locus::Test::lock})
    EXPECT_TRUE(sites.contains(static_cast<std::uint32_t>(locus_crawl::Site::file) + static_cast<std::uint32_t>(test)));
  ASSERT_FALSE(sites.empty());
  EXPECT_LT(*sites.rbegin(), find_strategy("locus_crawl")->dispatch_sites);
}

// A node of one, so that what is read afterwards can come from nowhere but its disk.
class Machine {
 public:
  explicit Machine(std::uint32_t incarnation, std::shared_ptr<const Durable> disk) : incarnation_(incarnation) {
    const StrategyEntry& entry = *find_strategy("locus_crawl");
    config::Values params;
    for (const auto& field : entry.params) params.emplace_back(field.key, config::default_of(field));
    NodeSetup setup{NodeId{0}, 1, 1, Incarnation{incarnation}, RandomRoot(1), {}};
    setup.disk = std::move(disk);
    machine_ = entry.make(setup, params);
  }
  Result call(const Call& call) {
    Effects out;
    out.begin(CallId{++calls_}, false);
    machine_->on_event({}, CallEvent{CallId{calls_}, init_of(NodeId{0}, Incarnation{incarnation_}), &call}, out);
    return take(out);
  }
  bool serves_disks = true;   // else nothing becomes durable any more
  const Strategy& operator*() const { return *machine_; }

 private:
  Result take(Effects& out) {
    const auto asked = out.disk_requests;
    if (!out.completions.empty()) return out.completions.front().result;
    if (!serves_disks) return Result::info(Errno::eio);
    for (const DiskRequest& request : asked) {
      Effects next;
      next.begin(CallId{calls_}, false);
      machine_->on_event({}, DiskDone{request.token}, next);
      const Result result = take(next);
      if (result.error != Errno::ehostdown) return result;
    }
    return Result::info(Errno::ehostdown);   // not answered yet
  }

  std::uint32_t incarnation_;
  std::uint64_t calls_ = 0;
  std::unique_ptr<Strategy> machine_;
};

TEST(LocusCrawlRestart, WhatWasCommittedIsThereAndNothingElse) {
  Machine before(1, nullptr);
  const auto file = static_cast<std::int32_t>(before.call(Open{"/kept", kMakes}).value);
  EXPECT_TRUE(before.call(Write{file, bytes("old")}).good());
  EXPECT_TRUE(before.call(Commit{file}).good());
  EXPECT_TRUE(before.call(Write{file, bytes("new")}).good());
  before.serves_disks = false;
  EXPECT_FALSE(before.call(Commit{file}).good());   // under way when it crashes

  Machine after(2, (*before).durable());
  (*after).check_invariants();
  const Result again = after.call(Open{"/kept", kMakes});
  ASSERT_TRUE(again.good());
  EXPECT_EQ(text(after.call(Read{static_cast<std::int32_t>(again.value), 9}).bytes()), "old");
  EXPECT_TRUE(after.call(Write{static_cast<std::int32_t>(again.value), bytes("er")}).good());
  EXPECT_TRUE(after.call(Close{static_cast<std::int32_t>(again.value)}).good());
  EXPECT_TRUE(after.call(Open{"/other", kMakes}).good());   // a number that is not in use
  (*after).check_invariants();
  EXPECT_EQ(after.call(Stat{"/kept"}).stat()->size, 5U);
}

}   // namespace
}   // namespace ssi::test
