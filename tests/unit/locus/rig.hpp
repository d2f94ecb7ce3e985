// A world of `locus_crawl` whose messages are all delivered after each call, for tests that name processes and count messages.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "models/strategy/locus_crawl/locus_crawl.hpp"
#include "sim/world/world.hpp"

namespace ssi::test {

using namespace world;   // sim/world

inline Bytes bytes(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return std::make_shared<const std::vector<std::byte>>(first, first + text.size());
}
inline std::string text(const Bytes& data) {
  return data ? std::string(reinterpret_cast<const char*>(data->data()), data->size()) : std::string();
}
inline constexpr OpenFlags kMakes{.read = true, .write = true, .create = true};

class LocusRig : public Watcher {
 public:
  explicit LocusRig(std::uint32_t nodes, config::Values params = {}) : world("locus_crawl", {.nodes = nodes, .params = std::move(params)}) {
    world.watch(this);
  }

  const CallTrace& call_at(std::uint32_t node, Pid caller, Call what) {
    const CallId id = world.call(NodeId{node}, caller, std::move(what));
    world.deliver_all();
    return world.trace(id);
  }
  const CallTrace& call(Pid caller, Call what) { return call_at(where(caller).value, caller, std::move(what)); }
  Pid start(std::uint32_t at) { return call_at(at, world.init(at), Spawn{}).result->pid; }
  NodeId where(Pid pid) const {
    for (std::uint32_t id = 0; id < world.nodes(); ++id)
      if (node(id).processes().find(pid) != nullptr) return NodeId{id};
    ADD_FAILURE() << "no process " << pid.value;
    return {};
  }
  const locus_crawl::LocusCrawl& node(std::uint32_t id) const { return world.as<locus_crawl::LocusCrawl>(NodeId{id}); }

  World world;
};

// Messages on the critical path and in all.
struct Count {
  std::uint32_t path, total;
  friend bool operator==(const Count&, const Count&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Count& count) { return out << count.path << " of " << count.total; }
};
inline Count count(const CallTrace& trace) { return {trace.path, trace.total}; }

}   // namespace ssi::test
