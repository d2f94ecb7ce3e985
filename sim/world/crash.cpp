// World: a node crashes, and starts again.
#include "models/base/check.hpp"
#include "sim/world/world.hpp"

namespace ssi::world {

void World::crash(NodeId at) {
  SSI_CHECK(is_up(at), "a node crashes that is down");
  has_crashed_ = true;
  durable_[at.value] = machines_[at.value]->durable();
  machines_[at.value].reset();
  lose_queues(at);
  for (std::uint32_t peer = 0; peer < nodes(); ++peer) {
    breaking_.erase({at, NodeId{peer}});
    if (is_up(NodeId{peer})) breaking_.insert({NodeId{peer}, at});
  }
}

void World::lose_queues(NodeId at) {
  std::erase_if(channels_, [&](const auto& entry) { return entry.first.from == at || entry.first.to == at; });
  std::erase_if(timers_, [&](const Timer& timer) { return timer.node == at; });
  std::erase_if(freezing_, [&](const Freezing& program) { return program.node == at; });
  std::erase_if(disks_, [&](const Asked& asked) { return asked.node == at; });
}

void World::restart(NodeId at) {
  SSI_CHECK(!is_up(at), "a node starts that is up");
  ++incarnations_[at.value].value;
  machines_[at.value] = make(at, std::exchange(durable_[at.value], nullptr));
  handle(at, BootEvent{}, kNoCall, 0, false);
}

void World::tell_broken(Breaking which) {
  breaking_.erase(which);
  if (is_up(which.node)) handle(which.node, CircuitBroken{which.peer, 1}, kNoCall, 0, false);
}

// Sent to who is down, or on a circuit that its other end knows nothing of any more.
bool World::is_lost(const Channel& channel) {
  const bool half_open = breaking_.contains({channel.from, channel.to});
  if (is_up(channel.to) && !half_open) return false;
  if (channel.from != channel.to) breaking_.insert({channel.from, channel.to});
  return true;
}

}   // namespace ssi::world
