// locus_crawl in partition sets under random cuts and crashes. In each round both sides of a cut change, make and remove files and start
// processes; then all is whole again. Checked against what was committed: no committed write is lost, every file that both sides have
// changed is found as a conflict and nothing else is, names are merged, all sites show the same, and every process that lives is found from
// everywhere. SSISIM_RANDOM_SEEDS=3000 for more.
#include <cstdlib>

#include "models/base/distributions.hpp"
#include "tests/unit/locus/sets.hpp"

namespace ssi::test {
namespace {

constexpr std::uint32_t kFiles = 6;

class SetsRun {
 public:
  explicit SetsRun(std::uint64_t seed)
      : seed_(seed), draws_(RandomRoot(seed).stream("locus_sets")), sites_(3 + static_cast<std::uint32_t>(seed % 3)),
        image_(sites_, {{"copies", std::int64_t{sites_}}, {"filegroups", std::int64_t{1}}}) {}

  void run() {
    for (std::uint32_t site = 0; site < sites_; ++site) people_.push_back(image_.start(site));
    for (int round = 0; round < 3 && !testing::Test::HasFailure(); ++round) {
      const bool crashes = draws_.below(4) == 0;
      if (crashes) one_is_down();
      else both_sides();
      image_.run(6000);
      check();
    }
  }

 private:
  struct Known {   // of a name; nullopt: there is no such file
    std::optional<std::string> contents{};
    bool conflict = false;
    std::set<std::string> of_both{};
  };
  using Changes = std::map<std::string, std::optional<std::string>>;   // by one side

  std::string said() const { return "seed " + std::to_string(seed_); }

  void both_sides() {
    std::set<std::uint32_t> side;
    for (std::uint32_t site = 0; site < sites_; ++site)
      if (draws_.below(2) == 0) side.insert(site);
    image_.cut(side);
    image_.run(3000);
    std::array<Changes, 2> changes;
    for (int i = 0; i < 8; ++i) {
      const auto site = static_cast<std::uint32_t>(draws_.below(sites_));
      change(site, changes[side.contains(site)]);
    }
    image_.heal();
    bool both = false;
    for (std::uint32_t file = 0; file < kFiles; ++file) both |= merge(name(file), changes);
    two_sides_ += both;
  }
  // Whoever is up goes on; who comes back has to learn of it.
  void one_is_down() {
    const auto down = static_cast<std::uint32_t>(draws_.below(sites_));
    image_.crash(down);
    image_.run(3000);
    Changes changes;
    for (int i = 0; i < 5; ++i)
      if (const auto site = static_cast<std::uint32_t>(draws_.below(sites_)); site != down) change(site, changes);
    image_.restart(down);
    image_.run(3000);
    people_[down] = image_.start(down);
    std::array<Changes, 2> both{changes, Changes{}};
    for (std::uint32_t file = 0; file < kFiles; ++file) merge(name(file), both);
    std::erase_if(living_, [&](Pid pid) { return !lives(pid); });
  }

  static std::string name(std::uint32_t file) { return "/f" + std::to_string(file); }
  void change(std::uint32_t site, Changes& changes) {
    const Pid pid = people_[site];
    const std::string path = name(static_cast<std::uint32_t>(draws_.below(kFiles)));
    const std::uint64_t what = draws_.below(6);
    if (what == 0) {
      const Result child = image_.result(pid, Spawn{{}, {Placement::Kind::node, NodeId{static_cast<std::uint32_t>(draws_.below(sites_))}}});
      if (child.good()) living_.insert(child.pid);
    } else if (known_[path].conflict) {
      return;   // nobody may open it
    } else if (what == 1) {
      const Result removed = image_.result(pid, Unlink{path});
      if (removed.good()) changes[path] = std::nullopt;
    } else {
      const std::string contents = std::to_string(10'000'000 + ++versions_);   // all of one length
      const Result opened = image_.result(pid, Open{path, kMakes});
      if (opened.error == Errno::ehostdown) return;   // its copies are all on the other side: it was made there in an earlier round
      EXPECT_TRUE(opened.good()) << path << ": " << name_of(opened.error) << ", " << said();
      const auto file = static_cast<std::int32_t>(opened.value);
      EXPECT_TRUE(image_.result(pid, Write{file, bytes(contents)}).good()) << said();
      EXPECT_TRUE(image_.result(pid, Close{file}).good()) << said();
      changes[path] = contents;
    }
  }

  // What one system would do with the changes of two. True: both sides have changed it.
  bool merge(const std::string& path, const std::array<Changes, 2>& changes) {
    const auto one = changes[0].find(path), two = changes[1].find(path);
    const bool by_one = one != changes[0].end(), by_two = two != changes[1].end();
    Known& known = known_[path];
    if (!by_one && !by_two) return false;
    if (by_one != by_two) {
      known.contents = by_one ? one->second : two->second;
      return false;
    }
    if (one->second && two->second && !known.contents) {   // made by both: neither has the name
      for (const auto& contents : {*one->second, *two->second}) renamed_.insert(contents);
      known.contents = std::nullopt;
    } else if (one->second && two->second) {
      known.conflict = true;   // or, if a side has removed the file and made another of that name, two files
      known.of_both = {*one->second, *two->second};
    } else {
      known.contents = one->second ? one->second : two->second;
    }
    return true;
  }

  bool lives(Pid pid) const {
    for (std::uint32_t site = 0; site < sites_; ++site)
      if (image_.up(site) && image_.node(site).processes().find(pid) != nullptr) return true;
    return false;
  }

  void check() {
    for (std::uint32_t site = 0; site < sites_; ++site) {
      EXPECT_EQ(image_.set_of(site).size(), sites_) << "site " << site << ", " << said();
      EXPECT_TRUE(image_.node(site).is_rebuilt()) << said();
    }
    EXPECT_EQ(locus::broken_rule_at_rest(image_.files()), "") << said();
    const auto names = image_.names(people_[0], "/");
    for (const Pid pid : people_) EXPECT_EQ(image_.names(pid, "/"), names) << said();
    for (const auto& [path, known] : known_) {
      if (known.conflict) continue;
      for (const Pid pid : people_)
        EXPECT_EQ(image_.read_file(pid, path.c_str()), known.contents.value_or("ENOENT")) << path << ", " << said();
    }
    check_conflicts(names);
    for (const Pid pid : living_)
      for (const Pid from : people_) {
        const bool good = image_.result(from, Kill{pid, Signal::none}).good();
        EXPECT_EQ(good, lives(pid)) << "a process is not found, " << said();
      }
  }
  // Each file of a name that two sides gave is there under a name of its own, with all that was committed.
  void check_conflicts(const std::vector<std::string>& names) {
    std::set<std::string> there;
    for (const std::string& name : names)
      if (name.find('@') != std::string::npos) there.insert(image_.read_file(people_[0], ("/" + name).c_str()));
    for (const std::string& contents : renamed_) EXPECT_TRUE(there.contains(contents)) << contents << " is lost, " << said();
    for (auto& [path, known] : known_) {
      if (!known.conflict) continue;
      const std::string read = image_.read_file(people_[0], path.c_str());
      const bool two_files = read == "ENOENT";
      EXPECT_TRUE(two_files || read == "EIO") << path << " is not in conflict but " << read << ", " << said();
      if (!two_files) continue;
      for (const std::string& contents : known.of_both) EXPECT_TRUE(there.contains(contents)) << contents << " is lost, " << said();
      known = {};   // the name is free
    }
  }

  std::uint64_t seed_;
  Stream draws_;
  std::uint32_t sites_;
  SetsImage image_;
  std::vector<Pid> people_;
  std::set<Pid> living_;
  std::map<std::string, Known> known_;
  std::set<std::string> renamed_;
  std::uint64_t versions_ = 0;
  int two_sides_ = 0;
};

TEST(LocusSetsRandom, NothingThatWasCommittedIsLostAndAllSitesShowTheSame) {
  const char* more = std::getenv("SSISIM_RANDOM_SEEDS");
  const std::uint64_t seeds = more ? std::strtoull(more, nullptr, 10) : 30;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SetsRun(seed).run();
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

}   // namespace
}   // namespace ssi::test
