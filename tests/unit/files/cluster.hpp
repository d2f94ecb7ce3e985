// Nodes with processes and files on a network without time: whoever drives it chooses which message or disk access is next. For the remote
// file systems alone, without a strategy around them.
#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "models/base/random.hpp"
#include "models/native/file_part.hpp"

namespace ssi::test {

inline Bytes bytes(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return std::make_shared<const std::vector<std::byte>>(first, first + text.size());
}
inline std::string text(const Bytes& data) {
  return data ? std::string(reinterpret_cast<const char*>(data->data()), data->size()) : std::string();
}

inline constexpr OpenFlags kReadOnly{}, kReadWrite{.read = true, .write = true}, kCreate{.read = true, .write = true, .create = true},
    kAppend{.read = true, .write = true, .append = true, .create = true};

// Messages on the critical path and in all.
struct Count {
  std::uint32_t path, total;
  friend bool operator==(const Count&, const Count&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Count& count) { return out << count.path << " of " << count.total; }
};

class FilesCluster {
 public:
  using Make = std::function<std::unique_ptr<vnode::FileSystem>(NodeId self)>;
  FilesCluster(std::uint32_t nodes, const Make& make) {
    for (std::uint32_t id = 0; id < nodes; ++id) {
      nodes_.push_back(std::make_unique<Node>(NodeId{id}));
      nodes_.back()->parts.set(CallClass::file, std::make_unique<native::FilePart>(NodeId{id}, native::FileCosts{}, make(NodeId{id})));
    }
  }

  Pid start(std::uint32_t node) {
    Node& at = *nodes_[node];
    const Pid pid = at.processes.allocate();
    at.processes.create(pid, at.processes.heritage(at.processes.init(), false), {}, at.out);
    at.parts.forked(at.processes.init(), pid, false, at.processes, now, at.out);
    carry_out(at, kNoCall, 0);
    return pid;
  }
  CallId begin(Pid pid, Call call) {
    const CallId id{++calls_};
    Node& at = *nodes_[pid.origin().value];
    traces_[id] = {};
    at.out.begin(id, false);
    const bool served = at.parts.call({id, pid, &call}, at.processes, now, at.out);
    EXPECT_TRUE(served);
    carry_out(at, id, 0);
    return id;
  }
  // Begins and lets everything happen, in order.
  Result call(Pid pid, Call what) {
    last_ = begin(pid, std::move(what));
    deliver_all();
    EXPECT_TRUE(traces_[last_].result) << "no answer";
    return traces_[last_].result.value_or(Result{});
  }
  Count count(Pid pid, Call what) {
    const Result result = call(pid, std::move(what));
    EXPECT_TRUE(result.good()) << name_of(result.error);
    return {traces_[last_].path, traces_[last_].total};
  }
  std::int32_t open(Pid pid, const std::string& path, OpenFlags flags = kCreate) {
    const Result result = call(pid, Open{path, flags});
    EXPECT_TRUE(result.good()) << name_of(result.error);
    return static_cast<std::int32_t>(result.value);
  }
  std::string read(Pid pid, std::int32_t file, std::uint64_t count) { return text(call(pid, Read{file, count}).bytes()); }
  const std::optional<Result>& result(CallId id) { return traces_[id].result; }

  void deliver_all() {
    while (step(nullptr)) {}
  }
  // One message or disk access, by chance or the first; false: nothing is under way.
  bool step(Stream* draws) {
    std::vector<Channel> ready;
    for (const auto& [channel, queue] : channels_)
      if (!queue.empty()) ready.push_back(channel);
    if (ready.empty() && disk_.empty()) return false;
    const std::uint64_t chosen = draws ? draws->below(ready.size() + disk_.size()) : 0;
    if (chosen < ready.size()) deliver(ready[chosen]);
    else serve_disk(chosen - ready.size());
    return true;
  }
  void break_circuit(std::uint32_t a, std::uint32_t b) {
    for (auto& [channel, queue] : channels_)
      if ((std::get<0>(channel) == a && std::get<1>(channel) == b) || (std::get<0>(channel) == b && std::get<1>(channel) == a))
        queue.clear();
    for (auto [at, peer] : {std::pair{a, b}, std::pair{b, a}}) event(at, CircuitBroken{NodeId{peer}, 1}, kNoCall, 0, false);
  }
  bool fire_timer(std::uint32_t node) {
    if (!nodes_[node]->timer) return false;
    event(node, *std::exchange(nodes_[node]->timer, std::nullopt), kNoCall, 0, false);
    return true;
  }
  template <class F>
  const F& below(std::uint32_t node) const {
    return dynamic_cast<const F&>(dynamic_cast<const native::FilePart&>(*nodes_[node]->parts.part(CallClass::file)).below());
  }
  bool quiet() const {
    for (const auto& node : nodes_)
      if (!dynamic_cast<const native::FilePart&>(*node->parts.part(CallClass::file)).quiet()) return false;
    return true;
  }

  Instant now{};
  std::function<void(const Message&)> seen = [](const Message&) {};
  std::function<void()> check = [] {};

 private:
  using Channel = std::tuple<std::uint32_t, std::uint32_t, Priority>;
  struct Node {
    explicit Node(NodeId self) : processes(self, {1}) {}
    native::Processes processes;
    native::Parts parts;
    Effects out;
    std::optional<TimerEvent> timer;
  };
  struct Flying {
    Message message;
    std::uint32_t hops;
  };
  struct Access {
    std::uint32_t node;
    DiskRequest request;
    std::uint32_t hops;
  };
  struct Trace {
    std::uint32_t path = 0, total = 0, hops = 0;
    std::optional<Result> result;
  };

  void deliver(Channel channel) {
    const Flying flying = channels_[channel].front();
    channels_[channel].pop_front();
    event(std::get<1>(channel), MessageEvent{&flying.message}, flying.message.header.cause, flying.hops, true);
  }
  void serve_disk(std::size_t index) {
    const Access access = disk_[index];
    disk_.erase(disk_.begin() + static_cast<std::ptrdiff_t>(index));
    event(access.node, DiskDone{access.request.token, false}, access.request.cause, access.hops, false);
  }
  void event(std::uint32_t node, const Event& event, CallId cause, std::uint32_t hops, bool serving) {
    Node& at = *nodes_[node];
    at.out.begin(cause, serving);
    const bool taken = at.parts.event(event, at.processes, now, at.out);
    EXPECT_TRUE(taken || !serving);
    carry_out(at, cause, hops);
  }
  void carry_out(Node& at, CallId cause, std::uint32_t hops) {
    at.parts.settle(at.processes, now, at.out, [](Pid, Signal) {});
    const std::uint32_t self = at.processes.init().origin().value;
    if (cause != kNoCall) traces_[cause].hops = hops;
    for (const auto& send : at.out.sends) {
      Message message;
      message.header = {
          .from = NodeId{self}, .to = send.to, .txn = send.txn, .cause = send.cause, .priority = send.priority, .bytes = send.body.bytes()};
      message.body = send.body;
      const std::uint32_t before = send.cause == cause ? hops : traces_[send.cause].hops;
      if (send.cause != kNoCall) ++traces_[send.cause].total;
      seen(message);
      channels_[{self, send.to.value, send.priority}].push_back({message, before + 1});
    }
    for (const auto& request : at.out.disk_requests) disk_.push_back({self, request, hops});
    for (const auto& set : at.out.timers) at.timer = TimerEvent{set.key, set.generation};
    for (const auto& completion : at.out.completions) {
      Trace& trace = traces_[completion.call];
      EXPECT_FALSE(trace.result) << "answered twice";
      trace.result = completion.result;
      trace.path = completion.call == cause ? hops : trace.hops;
    }
    at.out.begin(kNoCall, false);
    at.parts.check_invariants();
    check();
  }

  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<Channel, std::deque<Flying>> channels_;
  std::deque<Access> disk_;
  std::map<CallId, Trace> traces_;
  std::uint64_t calls_ = 0;
  CallId last_{};
};

}   // namespace ssi::test
