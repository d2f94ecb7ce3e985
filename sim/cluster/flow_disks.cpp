#include "sim/cluster/flow_disks.hpp"

#include <simgrid/kernel/Timer.hpp>

#include <utility>

namespace ssi::sim {
namespace {

namespace s4u = simgrid::s4u;

double seconds(Duration time) { return static_cast<double>(time.ns) * 1e-9; }
double seconds(std::uint64_t bytes, std::int64_t bits_per_second) {
  return static_cast<double>(bytes) * 8 / static_cast<double>(bits_per_second);
}

}   // namespace

FlowDisks::FlowDisks(const config::Disk& settings, const std::vector<s4u::Host*>& hosts, std::function<void(Token)> done)
    : settings_(settings), done_(std::move(done)) {
  for (s4u::Host* host : hosts) {
    s4u::Disk* disk = host->create_disk(host->get_name() + "-disk", static_cast<double>(settings.read_bps) / 8,
                                        static_cast<double>(settings.write_bps) / 8);
    disk->seal();
    nodes_.push_back({.disk = disk, .flushes = {}, .waiting = {}});
  }
}

void FlowDisks::after(double time, std::function<void()> then) {
  simgrid::kernel::timer::Timer::set(s4u::Engine::get_clock() + time, std::move(then));
}

void FlowDisks::ask(NodeId id, const DiskRequest& request, Token token) {
  over_.clear();
  Node& node = nodes_[id.value];
  if (request.kind == DiskRequest::Kind::read) return to_medium(id, request, token, false);
  if (request.kind == DiskRequest::Kind::write) {
    if (request.bytes > settings_.cache) {
      ++node.destaging;
      return to_medium(id, request, token, false);
    }
    if (!node.waiting.empty() || node.in_cache + request.bytes > settings_.cache) return node.waiting.emplace_back(request, token), void();
    return write(id, request, token);
  }
  if (node.destaging > 0) node.flushes.push_back(token);
  else after(0, [this, token] { done_(token); });
}

void FlowDisks::write(NodeId id, const DiskRequest& request, Token token) {
  Node& node = nodes_[id.value];
  node.in_cache += request.bytes;
  ++node.destaging;
  after(seconds(request.bytes, settings_.interface_bps), [this, id, request, token] {
    to_medium(id, request, token, true);
    done_(token);
  });
}

void FlowDisks::to_medium(NodeId id, const DiskRequest& request, Token token, bool destage) {
  Node& node = nodes_[id.value];
  const double access = request.block == node.next_block ? 0 : seconds(settings_.access);
  node.next_block = request.next_block();
  after(access, [this, id, request, token, destage] {
    const auto kind = request.kind == DiskRequest::Kind::read ? s4u::Io::OpType::READ : s4u::Io::OpType::WRITE;
    s4u::IoPtr io = nodes_[id.value].disk->io_init(request.bytes, kind);
    transfers_.emplace(io.get(), Transfer{io, id, request, token, destage});
    io->start();
  });
}

bool FlowDisks::completed(const s4u::Activity& activity) {
  const auto found = transfers_.find(&activity);
  if (found == transfers_.end()) return false;
  const Transfer transfer = found->second;
  transfers_.erase(found);
  over_.push_back(transfer.io);
  if (transfer.request.kind == DiskRequest::Kind::write) destaged(transfer.node, transfer.request.bytes, transfer.destage);
  if (!transfer.destage) done_(transfer.token);
  return true;
}

// A write has reached the medium: room for those that wait, and the end of a flush. Writes that come while a flush waits are waited
// for too (`queue` waits for those before it only).
void FlowDisks::destaged(NodeId id, std::uint64_t bytes, bool cached) {
  Node& node = nodes_[id.value];
  if (cached) node.in_cache -= bytes;
  --node.destaging;
  while (!node.waiting.empty() && node.in_cache + node.waiting.front().first.bytes <= settings_.cache) {
    const auto [request, token] = node.waiting.front();
    node.waiting.erase(node.waiting.begin());
    write(id, request, token);
  }
  if (node.destaging > 0) return;
  for (Token token : std::exchange(node.flushes, {})) done_(token);
}

}   // namespace ssi::sim
