// The nodes' disks in the `flow` fidelity: what reaches a medium is a SimGrid I/O, so requests under way share its bandwidth. Access
// time comes before the I/O and the time into the cache instead of it, by SimGrid's timers. On maestro only.
#pragma once
#include <simgrid/s4u.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "models/config/platform.hpp"
#include "sim/cluster/backend.hpp"

namespace ssi::sim {

class FlowDisks {
 public:
  // `done` is called when a request is done; `guarded` must catch what is thrown.
  FlowDisks(const config::Disk& settings, const std::vector<simgrid::s4u::Host*>& hosts, std::function<void(Token)> done);
  void ask(NodeId node, const DiskRequest& request, Token token);
  bool completed(const simgrid::s4u::Activity& activity);   // false: not one of these

 private:
  struct Node {
    simgrid::s4u::Disk* disk = nullptr;
    std::uint64_t next_block = 0;
    std::uint64_t in_cache = 0;
    std::uint32_t destaging = 0;                          // writes on their way to the medium
    std::vector<Token> flushes;                           // that wait until there are none
    std::vector<std::pair<DiskRequest, Token>> waiting;   // writes that wait for room in the cache, oldest first
  };
  struct Transfer {
    simgrid::s4u::IoPtr io;
    NodeId node;
    DiskRequest request;
    Token token;
    bool destage;   // of a write that was done when it was in the cache
  };

  void write(NodeId id, const DiskRequest& request, Token token);
  void to_medium(NodeId id, const DiskRequest& request, Token token, bool destage);
  void destaged(NodeId id, std::uint64_t bytes, bool cached);
  static void after(double seconds, std::function<void()> then);

  config::Disk settings_;
  std::function<void(Token)> done_;
  std::vector<Node> nodes_;
  std::map<const simgrid::s4u::Activity*, Transfer> transfers_;   // lookup only
  std::vector<simgrid::s4u::IoPtr> over_;                         // the handles outlive their callback
};

}   // namespace ssi::sim
