// Sites that agree on partition sets: a world whose timers go by dates and whose messages take no time, with crashes and cuts.
#pragma once
#include <set>

#include "tests/unit/locus/rig.hpp"

namespace ssi::test {

inline config::Membership partition_sets() { return {.mode = "partition_sets"}; }

class SetsImage {
 public:
  explicit SetsImage(std::uint32_t nodes, config::Values params = {})
      : world("locus_crawl", {.nodes = nodes, .params = std::move(params), .membership = partition_sets()}), watcher_(world) {
    world.watch(&watcher_);
  }

  const locus_crawl::LocusCrawl& node(std::uint32_t id) const { return world.as<locus_crawl::LocusCrawl>(NodeId{id}); }
  bool up(std::uint32_t id) const { return world.is_up(NodeId{id}); }
  void crash(std::uint32_t id) { world.crash(NodeId{id}); }
  void restart(std::uint32_t id) { world.restart(NodeId{id}); }
  // From the others, and what was under way between the sides is lost; empty: healed.
  void cut(std::set<std::uint32_t> side) {
    side_ = std::move(side);
    for (std::uint32_t a = 0; a < world.nodes(); ++a)
      for (std::uint32_t b = a + 1; b < world.nodes(); ++b)
        if (side_.contains(a) != side_.contains(b) && up(a) && up(b)) world.break_circuit(NodeId{a}, NodeId{b});
  }
  void heal() { side_.clear(); }
  std::set<std::uint32_t> set_of(std::uint32_t id) const {
    std::set<std::uint32_t> out;
    for (const auto& [site, incarnation] : node(id).sets()->sites()) out.insert(site.value);
    return out;
  }

  CallId begin(Pid caller, Call what) { return world.call(where(caller), caller, std::move(what)); }
  // The time that passes is what it takes to be answered, at most `most`.
  const CallTrace& call(Pid caller, Call what, std::int64_t most_ms = 4000) {
    const CallId id = begin(caller, std::move(what));
    for (std::int64_t ms = 0; ms < most_ms && !world.trace(id).result; ms += 10) run(10);
    EXPECT_TRUE(world.trace(id).result) << "no answer";
    return world.trace(id);
  }
  Result result(Pid caller, Call what) { return call(caller, std::move(what)).result.value_or(Result{}); }
  Pid start(std::uint32_t at) { return result(world.init(at), Spawn{}).pid; }
  Pid spawn(Pid parent, std::uint32_t at) { return result(parent, Spawn{{}, {Placement::Kind::node, NodeId{at}}}).pid; }
  std::int32_t open(Pid pid, const char* path, OpenFlags flags = kMakes) {
    const Result made = result(pid, Open{path, flags});
    EXPECT_TRUE(made.good()) << path << ": " << name_of(made.error);
    return static_cast<std::int32_t>(made.value);
  }
  void write_file(Pid pid, const char* path, std::string_view contents) {
    const std::int32_t file = open(pid, path);
    EXPECT_TRUE(result(pid, Write{file, bytes(contents)}).good());
    EXPECT_TRUE(result(pid, Close{file}).good());
  }
  std::string read_file(Pid pid, const char* path) {
    const Result opened = result(pid, Open{path, {}});
    if (!opened.good()) return std::string(name_of(opened.error));
    const auto file = static_cast<std::int32_t>(opened.value);
    const Result read = result(pid, Read{file, 99});
    result(pid, Close{file});
    return read.good() ? text(read.bytes()) : std::string(name_of(read.error));
  }
  std::vector<std::string> names(Pid pid, const char* path) {
    const Result read = result(pid, ReadDirectory{path});
    return read.names() ? *read.names() : std::vector<std::string>{std::string(name_of(read.error))};
  }
  NodeId where(Pid pid) const {
    for (std::uint32_t id = 0; id < world.nodes(); ++id)
      if (up(id) && node(id).processes().find(pid) != nullptr) return NodeId{id};
    ADD_FAILURE() << "no process " << pid.value;
    return {};
  }
  std::vector<const locus::Node*> files() const {
    std::vector<const locus::Node*> out;
    for (std::uint32_t id = 0; id < world.nodes(); ++id) out.push_back(&node(id).files());
    return out;
  }

  void run(std::int64_t ms) {
    const Instant end = world.now() + Duration{ms * 1'000'000};
    do deliver();
    while (fire_before(end));
    world.pass(end - world.now());
  }

  World world;

 private:
  class Dates : public Watcher {
   public:
    explicit Dates(const World& world) : world_(world) {}
    Instant due(const Waiting& what) override { return world_.now() + what.after; }

   private:
    const World& world_;
  };
  void deliver() {
    for (bool any = true; any;) {
      any = false;
      while (!world.breaking().empty()) world.tell_broken(*world.breaking().begin());
      while (!world.freezing().empty()) world.freeze(0);
      while (!world.disks().empty()) world.serve_disk(0);
      for (const Channel& channel : world.deliverable())
        if (side_.contains(channel.from.value) == side_.contains(channel.to.value) && world.can_deliver(channel)) {
          world.deliver(channel);
          any = true;
        }
    }
  }
  bool fire_before(Instant end) {
    const auto& timers = world.timers();
    std::optional<std::size_t> next;
    for (std::size_t i = 0; i < timers.size(); ++i)
      if (!next || timers[i].due < timers[*next].due) next = i;
    if (!next || timers[*next].due > end) return false;
    world.pass(std::max(timers[*next].due - world.now(), Duration{}));
    world.fire(*next);
    return true;
  }

  Dates watcher_;
  std::set<std::uint32_t> side_;
};

}   // namespace ssi::test
