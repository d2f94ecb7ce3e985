// Locks of one node's kernel objects. Who changes an object spins until those before it have let go of it, and pays for the cache
// line when it was last with another core. Source of the figures: the platform's costs.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/base/time.hpp"
#include "models/config/platform.hpp"

namespace ssi::sim {

class Locks {
 public:
  // How long a handler on `core` waits, all in all, that changes these objects one after the other from `now` on.
  Duration wait(Instant now, const std::vector<std::uint64_t>& objects, std::uint32_t core, std::uint32_t cores_per_socket,
                const config::NodeCosts& costs) {
    if (locks_.size() > kMany) forget_free(now);
    Instant at = now;
    Duration waited{};
    for (std::uint64_t object : objects) {
      const auto [entry, fresh] = locks_.try_emplace(object, Lock{now, core});
      Lock& lock = entry->second;
      Instant got = std::max(at, lock.free_at);
      if (lock.core != core) got = got + (lock.core / cores_per_socket == core / cores_per_socket ? costs.near_line : costs.far_line);
      waited += got - at;
      lock = {got + costs.lock_hold, core};
      at = lock.free_at;   // the hold itself is part of the handler's own work
    }
    return waited;
  }

 private:
  static constexpr std::size_t kMany = 65536;
  struct Lock {
    Instant free_at;
    std::uint32_t core;   // that had it last
  };
  // Their cache lines have been replaced by others meanwhile.
  void forget_free(Instant now) {
    std::erase_if(locks_, [now](const auto& entry) { return entry.second.free_at <= now; });
  }
  std::unordered_map<std::uint64_t, Lock> locks_;   // lookup only
};

}   // namespace ssi::sim
