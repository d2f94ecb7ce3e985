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
  std::string verbs;              // "none" | "rdma"
};

// CPU time of a kernel for what every design does. Sources: see the table in platform.cpp.
struct NodeCosts {
  Duration syscall;                    // enter and leave the kernel, argument checks
  Duration fork;                       // copy a process
  Duration exec;                       // replace its image
  Duration exit;                       // tear a process down
  Duration wait;                       // reap, or find nothing and block
  Duration signal;                     // post and deliver a signal to one process
  Duration list_per_process;           // one line of ps
  Duration wakeup;                     // make a blocked program runnable
  Duration ipc_operation;              // on a pipe, socket, segment or semaphore, besides copying
  Duration file_lookup;                // of a path's component, or of a file's attributes
  Duration file_open;                  // make or end an open-file entry
  Duration file_update;                // a change of the name space
  Duration file_io;                    // a read or write, besides its pages and copying
  Duration file_page;                  // find, enter or dirty a page of the cache
  Duration disk_request;               // submit a request to the disk and take its end
  std::uint64_t page_cache{};          // bytes
  Duration message_send;               // per message, sender's CPU
  Duration message_receive;            // per message, receiver's CPU, interrupt included
  Duration copy_per_kib;               // per KiB of message body, on each side
  Duration context_switch;             // to a program that was taken off a core or had to wait for one (`queue`)
  Duration time_slice;                 // of a program while others wait (`queue`)
  Duration interrupt;                  // per interrupt of the network card, beside message_receive
  Duration verb;                       // to post a one-sided operation and see its end
  std::uint64_t background_writes{};   // words of the kernel that each core writes a second, whatever programs do
  Duration lock_hold;                  // of an object of the kernel by one call; 0: no locks
  Duration near_line;                  // a cache line from another core of the same socket
  Duration far_line;                   // ... of another socket
  Duration shootdown;                  // of translation buffers: once
  Duration shootdown_per_core;         // ... and for each core that may have the mapping
};

// A node's network card and the way from it to the kernel.
struct Nic {
  std::uint64_t message_rate{};   // messages a second, each way; 0: no limit
  std::uint32_t buffer{};         // messages that wait in it before one is dropped; 0: no limit
  Duration retransmit;            // a dropped message is sent again after this; twice as long each further time
  Duration circuit_timeout;       // a circuit whose other end was silent for so long breaks
  std::string notify;             // "interrupt" | "poll"
  std::uint32_t coalesce{};       // an interrupt at the latest when so many messages wait
  Duration coalesce_delay;        // ... or the first of them so long
  Duration poll_interval;
  std::uint32_t receive_queues{};   // messages of one sender are served one at a time; 0: as many at once as there are cores
  std::uint32_t server_threads{};   // messages in service at once, those raised apart; 0: as many as cores
  bool raise_nested = true;         // what a server thread sends needs none of the other node's
  Duration wakeup;                  // of a server thread, when the node was serving nothing

  bool plain() const { return message_rate == 0 && buffer == 0 && coalesce <= 1 && notify != "poll"; }
  bool limits_service() const { return receive_queues != 0 || server_threads != 0 || wakeup.ns != 0; }
};

// A disk of each node. Requests are served first come, first served, `queue_depth` at a time.
struct Disk {
  std::int64_t read_bps{}, write_bps{};   // of the medium
  Duration access;                        // before a request that does not follow the one before it
  std::uint64_t cache{};                  // bytes of volatile write-back cache; 0: every write goes to the medium
  std::int64_t interface_bps{};           // into the cache
  std::uint32_t queue_depth{};            // requests that the medium serves at once (`queue`)
};

// A node's memory, and where pages go when its programs need more than there is (sim/cluster/memory.hpp says how).
struct NodeMemory {
  std::uint64_t capacity{};   // bytes for programs, file contents and other nodes' pages; 0: no limit
  std::uint64_t page{};       // bytes
  std::string paging;         // "disk" | "remote": another node's free memory
  std::string reclaim;        // "lru" | "random"
  std::uint32_t batch{};      // pages that are given up at once
  std::uint64_t slab{};       // bytes that are asked of another node at once
  Duration fault;             // the kernel's work for a page that is not there, besides the request that brings it
  Duration give_up;           // ... and for each page that makes room
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
  Nic nic;
  NodeMemory memory;
};

std::span<const Bound<Platform>> platform_fields();   // the plain keys: name, description, nodes, sockets, cores
std::span<const Bound<Interconnect>> interconnect_fields();
std::span<const Bound<NodeCosts>> cost_fields();
std::span<const Bound<Disk>> disk_fields();
std::span<const Bound<Nic>> nic_fields();
std::span<const Bound<NodeMemory>> memory_fields();

}   // namespace ssi::config
