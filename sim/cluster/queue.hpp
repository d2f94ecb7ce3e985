// The `queue` fidelity: the same platform object as `flow`, but messages go through FIFO ports and work through cores that
// are kept in one event heap of our own, in picoseconds, drained without going back to SimGrid for each event.
//
// * A link of the platform, in one direction, is a port: it sends one chunk at a time, in the order in which chunks ask.
//   A message is cut into chunks, and a chunk asks when the one before it has left, so a long message never holds a short one
//   for more than a chunk, and messages share a port fairly.
// * cut_through: a chunk's head goes on to the next link at once; its tail cannot arrive before it has left the link before.
//   store_and_forward: a chunk goes on when its tail has arrived.
// * Unloaded, a message takes the sum of the links' latencies and bytes / the least bandwidth (cut_through), as in `flow`.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "models/config/platform.hpp"
#include "sim/cluster/backend.hpp"
#include "sim/cluster/cores.hpp"
#include "sim/cluster/disk.hpp"
#include "sim/cluster/event_queue.hpp"
#include "sim/cluster/pool.hpp"
#include "sim/platform/routes.hpp"

namespace ssi::sim {

class Queue final : public Backend {
 public:
  Queue(const config::Platform& platform, bool one_machine);

  // Runs to the end, on one actor of SimGrid's. What a callback throws is thrown from here.
  void run(BackendClient& client);

  Instant now() const override { return {(now_ps_ + 500) / 1000}; }   // the nearest nanosecond
  void schedule(NodeId node) override;
  bool serves_in_callbacks() const override { return true; }
  void start_work(NodeId node, CpuClass cpu, Duration work, Token token) override;
  Duration cancel_work(Token token) override;
  void start_transfer(NodeId from, NodeId to, std::uint64_t bytes, Token token) override;
  void start_disk(NodeId node, const DiskRequest& request, Token token) override;
  void wake_at(Instant date) override;
  std::vector<record::CoreUse> cores_used(NodeId node) const override;
  std::optional<double> disk_used(NodeId node) const override;
  std::vector<record::LinkUse> links_used() const override;
  void stop() override { stopped_ = true; }

 private:
  struct Event {   // 8 bytes: what the heap moves most
    enum class Kind : std::uint8_t { kernel_done, program_look, chunk_asks, next_chunk, delivered, disk_done, wake };
    Kind kind : 4;
    std::uint32_t subject : 28;   // node, chunk, transfer, slot of a program
    std::uint32_t detail;         // token, generation
  };
  struct Port {
    std::int64_t free_at = 0;
    std::int64_t busy = 0;
    std::int64_t latency = 0;
    std::int64_t whole_ps_per_byte = 0;   // 0: it is not a whole number
    double ps_per_byte = 0;
    bool shared = true;

    std::int64_t transmission(std::uint32_t bytes) const;
  };
  // A message of several chunks.
  struct Transfer {
    RouteSpan route;
    Token token = 0;
    std::uint64_t left = 0;        // bytes that have not asked for the first port yet
    std::uint32_t under_way = 0;   // chunks
  };
  static constexpr std::uint32_t kWhole = ~std::uint32_t{0};   // in place of a transfer: the chunk is all of its message
  struct Chunk {
    RouteSpan route;
    Token token = 0;   // of a whole message
    std::uint32_t transfer = kWhole;
    std::uint32_t hop = 0;
    std::uint32_t bytes = 0;
    std::int64_t tail = 0;   // when its last byte reaches the port that it asks for next
  };

  void drain();
  void serve_runnable();
  void push(std::int64_t at, Event::Kind kind, std::uint32_t subject, std::uint32_t detail = 0);
  void take(const Event& event);
  void arrived(std::uint32_t chunk);
  void meet_new_links();
  std::uint32_t new_chunk(const RouteSpan& route, std::uint32_t bytes);
  void send_next_chunk(std::uint32_t transfer);
  void ask(std::uint32_t chunk);
  void arm();

  Routes routes_;
  std::vector<Port> ports_;
  std::vector<Cores> cores_;
  std::vector<Disk> disks_;
  bool store_and_forward_;
  std::uint32_t min_frame_, chunk_bytes_;
  BackendClient* client_ = nullptr;
  std::int64_t now_ps_ = 0;
  std::int64_t wake_ps_ = -1;
  bool stopped_ = false;
  EventQueue<Event> events_;
  Pool<Transfer> transfers_;
  Pool<Chunk> chunks_;
  std::vector<NodeId> runnable_;   // nodes to serve, in the order they were scheduled
  std::vector<std::uint8_t> scheduled_;
  std::vector<Cores::Alarm> alarms_;
  std::vector<std::uint32_t> node_of_program_;   // by program slot
  std::vector<std::uint32_t> core_of_work_;      // by token of kernel work
  std::uint32_t disk_places_;
};

}   // namespace ssi::sim
