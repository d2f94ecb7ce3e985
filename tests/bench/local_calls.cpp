// Calls of one process on one machine alone, for counting instructions: what the switch adds where everything is here.
//
// usage: local_calls native|switch|covered kill|spawn_wait|open_read COUNT     (local_calls.py runs it under callgrind)
//
// `native` is smp, `switch` vproc_switch on the first of two nodes, `covered` the same with files, channels and segments of the cluster.
// Nothing is sent: the process is on the node that has the files.
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <string>

#include "models/strategy/registry.hpp"

namespace {

using namespace ssi;

class Node {
 public:
  explicit Node(const std::string& which) {
    config::Values params;
    if (which == "covered") params.emplace_back("cover", std::vector<std::string>{"process", "file", "channel", "segment"});
    const bool alone = which == "native";
    const NodeSetup setup{NodeId{0}, alone ? 1U : 2U, 4, Incarnation{1}, RandomRoot(1), config::NodeCosts{}};
    machine_ = find_strategy(alone ? "smp" : "vproc_switch")->make(setup, params);
    handle(BootEvent{}, kNoCall);
  }

  // Calls, serves the disk at once, and returns the answer.
  Result call(Pid caller, const Call& what) {
    const CallId id{++calls_};
    answer_ = {};
    handle(CallEvent{id, caller, &what}, id);
    while (!disk_.empty()) {
      const std::uint64_t token = disk_.front();
      disk_.pop_front();
      handle(DiskDone{token}, kNoCall);
    }
    if (!answer_.good()) throw std::runtime_error("a call fails");
    return answer_;
  }

 private:
  void handle(const Event& event, CallId cause) {
    out_.begin(cause, false);
    machine_->on_event(Instant{}, event, out_);
    if (!out_.sends.empty()) throw std::runtime_error("a local call sends a message");
    for (const auto& request : out_.disk_requests) disk_.push_back(request.token);
    for (const auto& completion : out_.completions)
      if (completion.call.value == calls_) answer_ = completion.result;
  }

  std::unique_ptr<Strategy> machine_;
  Effects out_;
  std::deque<std::uint64_t> disk_;
  std::uint64_t calls_ = 0;
  Result answer_;
};

void run(const std::string& which, const std::string& what, std::uint64_t count) {
  Node node(which);
  const Pid self = node.call(init_of(NodeId{0}, Incarnation{1}), Spawn{}).pid;
  const Call spawn = Spawn{}, wait = Wait{}, open = Open{"/f", {.read = true, .create = true}}, read = Read{0, 8}, close = Close{0};
  const Call kill = Kill{node.call(self, spawn).pid, Signal::none}, end = Exit{0};
  for (std::uint64_t i = 0; i < count; ++i) {
    if (what == "kill") {
      node.call(self, kill);
    } else if (what == "spawn_wait") {
      node.call(node.call(self, spawn).pid, end);
      node.call(self, wait);
    } else {
      node.call(self, open);
      node.call(self, read);
      node.call(self, close);
    }
  }
}

}   // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: local_calls native|switch|covered kill|spawn_wait|open_read COUNT\n", stderr);
    return 2;
  }
  run(argv[1], argv[2], std::strtoull(argv[3], nullptr, 10));
}
