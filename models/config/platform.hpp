// The machines and what they cost: settings of platforms/*.json. All figures of cost are the platform's; a design's own
// (its dispatch cost) are the design's.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "models/base/time.hpp"
#include "models/config/fields.hpp"

namespace ssi::config {

struct Interconnect {
  std::string topology;           // "star", "bus", "fat_tree", "torus", "dragonfly"
  std::string shape;              // of the last three: see shape.hpp
  std::int64_t bandwidth_bps{};   // of each node's full-duplex link, each way
  Duration latency;               // of one link; a star's route has two
  std::string switching;          // "cut_through"
  std::uint32_t min_frame{};      // bytes; shorter messages take as long on the wire
  std::uint32_t chunk{};          // bytes; what a port sends in one go (`queue`)
};

// CPU time of a kernel for what every design does. Sources: see the table in platform.cpp.
struct NodeCosts {
  Duration syscall;            // enter and leave the kernel, argument checks
  Duration fork;               // copy a process
  Duration exec;               // replace its image
  Duration exit;               // tear a process down
  Duration wait;               // reap, or find nothing and block
  Duration signal;             // post and deliver a signal to one process
  Duration list_per_process;   // one line of ps
  Duration wakeup;             // make a blocked program runnable
  Duration ipc_operation;      // on a pipe, socket, segment or semaphore, besides copying
  Duration message_send;       // per message, sender's CPU
  Duration message_receive;    // per message, receiver's CPU, interrupt included
  Duration copy_per_kib;       // per KiB of message body, on each side
  Duration context_switch;     // to a program that was taken off a core or had to wait for one (`queue`)
  Duration time_slice;         // of a program while others wait (`queue`)
};

// A disk of each node. Requests are served first come, first served, `queue_depth` at a time.
struct Disk {
  std::int64_t read_bps{}, write_bps{};   // of the medium
  Duration access;                        // before a request that does not follow the one before it
  std::uint64_t cache{};                  // bytes of volatile write-back cache; 0: every write goes to the medium
  std::int64_t interface_bps{};           // into the cache
  std::uint32_t queue_depth{};            // requests that the medium serves at once (`queue`)
};

struct Platform {
  std::string name, description;
  std::string xml_file;   // not empty: hosts, links and routes come from this SimGrid file
  std::uint32_t nodes{};
  std::uint32_t sockets{};   // per node
  std::uint32_t cores{};     // per node
  Interconnect interconnect;
  NodeCosts costs;
  Disk disk;
};

std::span<const Bound<Platform>> platform_fields();   // the plain keys: name, description, nodes, sockets, cores
std::span<const Bound<Interconnect>> interconnect_fields();
std::span<const Bound<NodeCosts>> cost_fields();
std::span<const Bound<Disk>> disk_fields();

}   // namespace ssi::config
