#include "sim/cluster/flow.hpp"

#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>
#include <simgrid/simix.hpp>

#include <cmath>
#include <exception>
#include <unordered_map>

#include "models/base/check.hpp"
#include "sim/cluster/flow_disks.hpp"
#include "sim/cluster/pool.hpp"
#include "sim/platform/routes.hpp"

namespace ssi::sim {
namespace {

namespace s4u = simgrid::s4u;
using simgrid::kernel::timer::Timer;

// Kernel work goes before programs: its share of a core is this many times larger.
constexpr double kKernelPriority = 1e6;

}   // namespace

struct Flow::State {
  struct Activity {
    s4u::ActivityPtr handle;
    enum class Kind : std::uint8_t { none, work, transfer } kind = Kind::none;
    Token token = 0;
    double flops_per_ns = 1;
    double hold_s = 0;   // store and forward: what SimGrid's stream does not know of
  };
  struct Start {   // asked for on an actor, carried out by the kernel when the actor is done
    Activity::Kind kind;
    NodeId from, to;
    CpuClass cpu;
    double amount;   // ns or bytes
    Token token;
    double hold_s = 0;
  };
  struct Node {
    s4u::Host* host = nullptr;
    s4u::ActorPtr actor;
    bool idle = false, scheduled = false;
  };

  explicit State(const config::Platform& platform, bool one_machine) : routes(platform, one_machine), interconnect(platform.interconnect) {}

  Routes routes;
  std::vector<Node> nodes;
  config::Interconnect interconnect;
  BackendClient* client = nullptr;
  Pool<Activity> activities;
  std::unordered_map<Token, std::uint32_t> work_slots;   // lookup only: for cancel_work
  std::vector<Start> starts;
  struct DiskStart {
    NodeId node;
    DiskRequest request;
    Token token;
  };
  std::vector<DiskStart> disk_starts;
  std::unique_ptr<FlowDisks> disks;
  std::vector<std::uint32_t> over;   // slots whose handles can go
  struct Cancelled {
    std::uint32_t slot;
    double at_s;
  };
  std::vector<Cancelled> cancelled;   // ... but not at this date: SimGrid still tells the handle of its end, or who is there by then
  Timer* timer = nullptr;
  std::exception_ptr error;
  bool stopped = false;

  void begin(const Start& start);
  void begin_all();
  void completed(const s4u::Activity& activity);
  void arrived(Token token, double hold_s);
  double hold(NodeId from, NodeId to, double bytes);
  void actor(std::uint32_t node);
  template <class F>
  void guarded(F&& callback);
  void stop();
  bool asked() const { return !starts.empty() || !disk_starts.empty(); }
};

// On maestro only.
void Flow::State::begin(const Start& start) {
  const std::uint32_t slot = activities.take();
  Activity& activity = activities[slot];
  activity.kind = start.kind;
  activity.token = start.token;
  activity.hold_s = start.hold_s;
  void* mark = reinterpret_cast<void*>(std::uintptr_t{slot} + 1);
  if (start.kind == Activity::Kind::transfer) {
    auto comm = s4u::Comm::sendto_init(nodes[start.from.value].host, nodes[start.to.value].host);
    comm->set_payload_size(static_cast<std::uint64_t>(start.amount));
    comm->set_data(mark);
    activity.handle = comm;
    comm->start();
  } else {
    s4u::Host* host = nodes[start.from.value].host;
    activity.flops_per_ns = host->get_speed() * 1e-9;
    auto exec = s4u::Exec::init();
    exec->set_host(host);
    exec->set_flops_amount(start.amount * activity.flops_per_ns);
    exec->set_priority(start.cpu == CpuClass::kernel ? kKernelPriority : 1.0);
    exec->set_data(mark);
    activity.handle = exec;
    work_slots[start.token] = slot;
    exec->start();
  }
}

void Flow::State::begin_all() {
  const double now_s = s4u::Engine::get_clock();
  std::erase_if(cancelled, [&](const Cancelled& one) {
    if (one.at_s < now_s) over.push_back(one.slot);
    return one.at_s < now_s;
  });
  for (std::uint32_t slot : over) {
    activities[slot] = Activity{};
    activities.give_back(slot);
  }
  over.clear();
  for (const Start& start : starts) begin(start);
  starts.clear();
  for (const DiskStart& start : disk_starts) disks->ask(start.node, start.request, start.token);
  disk_starts.clear();
}

// Whatever is thrown in a callback must not reach SimGrid: it would abort.
template <class F>
void Flow::State::guarded(F&& callback) {
  try {
    callback();
  } catch (const simgrid::ForcefulKillException&) { throw; } catch (const std::exception&) {
    if (!error) error = std::current_exception();
    stop();
  }
}

void Flow::State::completed(const s4u::Activity& done) {
  if (disks->completed(done)) return;
  const auto mark = reinterpret_cast<std::uintptr_t>(static_cast<const simgrid::xbt::Extendable<s4u::Activity>&>(done).get_data<void>());
  if (mark == 0) return;
  const auto slot = static_cast<std::uint32_t>(mark - 1);
  Activity& activity = activities[slot];
  if (activity.kind == Activity::Kind::none) return;   // cancelled
  const auto kind = std::exchange(activity.kind, Activity::Kind::none);
  if (stopped) return;
  guarded([&] {
    if (kind == Activity::Kind::work) {
      work_slots.erase(activity.token);
      client->work_done(activity.token);
    } else {
      arrived(activity.token, activity.hold_s);
    }
    if (asked()) begin_all();   // a program that computes again without its node's kernel
  });
  over.push_back(slot);   // last: the handle must outlive this callback
}

void Flow::State::arrived(Token token, double hold_s) {
  if (hold_s == 0) return client->transferred(token);
  Timer::set(s4u::Engine::get_clock() + hold_s, [this, token] {
    if (stopped) return;
    guarded([&] { client->transferred(token); });
  });
}

// Seconds that store and forward adds to SimGrid's stream, which flows through all links at once: a chunk is sent again on
// every link but the slowest.
double Flow::State::hold(NodeId from, NodeId to, double bytes) {
  if (interconnect.switching != "store_and_forward") return 0;
  double sum = 0, slowest = 0;
  const RouteSpan route = routes.between(from, to);
  for (std::uint32_t i = 0; i < route.count; ++i) {
    const double per_byte = 1 / routes.links()[route.port(i)].bandwidth_bytes_per_s;
    sum += per_byte;
    slowest = std::max(slowest, per_byte);
  }
  return std::min<double>(bytes, interconnect.chunk) * (sum - slowest);
}

void Flow::State::actor(std::uint32_t index) {
  Node& node = nodes[index];
  while (!stopped) {
    while (node.scheduled && !stopped) {
      node.scheduled = false;
      guarded([&] { client->serve({index}); });
      if (asked()) simgrid::kernel::actor::simcall_answered([this] { begin_all(); });
    }
    if (stopped) break;
    node.idle = true;
    s4u::this_actor::suspend();
  }
}

void Flow::State::stop() {
  stopped = true;
  if (timer) timer->remove();
  timer = nullptr;
  for (Node& node : nodes)
    if (std::exchange(node.idle, false)) node.actor->resume();
}

Flow::Flow(const config::Platform& platform, bool one_machine) : state_(std::make_unique<State>(platform, one_machine)) {
  for (std::uint32_t i = 0; i < state_->routes.nodes(); ++i) state_->nodes.push_back({.host = state_->routes.host({i}), .actor = {}});
  std::vector<s4u::Host*> hosts;
  for (const State::Node& node : state_->nodes) hosts.push_back(node.host);
  state_->disks = std::make_unique<FlowDisks>(platform.disk, hosts, [state = state_.get()](Token token) {
    if (state->stopped) return;
    state->guarded([&] { state->client->disk_done(token); });
  });
}

Flow::~Flow() = default;

void Flow::run(BackendClient& client) {
  State& state = *state_;
  state.client = &client;
  s4u::Activity::on_completion_cb([&state](const s4u::Activity& activity) { state.completed(activity); });
  for (std::uint32_t i = 0; i < state.nodes.size(); ++i)
    state.nodes[i].actor = s4u::Actor::create("node" + std::to_string(i), state.nodes[i].host, [&state, i] { state.actor(i); });
  s4u::Engine::get_instance()->run();
  if (state.error) std::rethrow_exception(state.error);
}

Instant Flow::now() const { return {std::llround(s4u::Engine::get_clock() * 1e9)}; }

void Flow::schedule(NodeId id) {
  State::Node& node = state_->nodes[id.value];
  node.scheduled = true;
  if (std::exchange(node.idle, false)) node.actor->resume();
}

void Flow::start_work(NodeId node, CpuClass cpu, Duration work, Token token) {
  state_->starts.push_back({State::Activity::Kind::work, node, node, cpu, static_cast<double>(work.ns), token});
}

Duration Flow::cancel_work(Token token) {
  State& state = *state_;
  for (auto at = state.starts.begin(); at != state.starts.end(); ++at)
    if (at->kind == State::Activity::Kind::work && at->token == token) {   // asked for at this very instant
      const Duration all{static_cast<std::int64_t>(at->amount)};
      state.starts.erase(at);
      return all;
    }
  const auto found = state.work_slots.find(token);
  SSI_CHECK(found != state.work_slots.end(), "work is cancelled that does not run");
  const std::uint32_t slot = found->second;
  state.work_slots.erase(found);
  State::Activity& activity = state.activities[slot];
  const double left = activity.handle->get_remaining();
  activity.kind = State::Activity::Kind::none;
  static_cast<simgrid::xbt::Extendable<s4u::Activity>&>(*activity.handle).set_data(nullptr);   // its slot may be used again before it ends
  activity.handle->cancel();
  state.cancelled.push_back({slot, s4u::Engine::get_clock()});
  return {std::llround(left / activity.flops_per_ns)};
}

void Flow::start_transfer(NodeId from, NodeId to, std::uint64_t bytes, Token token) {
  const auto framed = static_cast<double>(std::max<std::uint64_t>(bytes, state_->interconnect.min_frame));
  state_->starts.push_back({State::Activity::Kind::transfer, from, to, CpuClass::kernel, framed, token, state_->hold(from, to, framed)});
}

void Flow::start_disk(NodeId node, const DiskRequest& request, Token token) { state_->disk_starts.push_back({node, request, token}); }

void Flow::wake_at(Instant date) {
  State& state = *state_;
  if (state.stopped) return;
  const double seconds = static_cast<double>(date.ns) * 1e-9;
  if (state.timer && state.timer->get_date() == seconds) return;
  if (state.timer) state.timer->remove();
  state.timer = Timer::set(seconds, [&state] {
    state.timer = nullptr;
    state.guarded([&] { state.client->woke(); });
    if (state.asked()) state.begin_all();
  });
}

void Flow::stop() { state_->stop(); }

}   // namespace ssi::sim
