// A kernel for testing programs: one image over `nodes` nodes, each call answered after a fixed time. What is remote can
// be made to fail. Processes have parents, statuses, handlers and nothing else.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fake_memory.hpp"
#include "models/workload/registry.hpp"

namespace ssi::test {

struct FakeKernel {
  struct Options {
    std::uint32_t nodes = 4;
    Duration spawn_takes = microseconds(300);
    bool remote_works = true;   // else spawn elsewhere is ENOSYS and a pid elsewhere ESRCH, as under `isolated`
    bool fork_works = true;
    bool files_work = true;                                                                          // else none can be made
    std::function<std::int32_t(std::int32_t)> status = [](std::int32_t exited) { return exited; };   // as the parent sees it
    std::uint64_t loses_store = 0;   // of shared memory: that number's; 0: none
    Instant until{3'600'000'000'000};
  };
  struct Asked {   // one call, when it was asked
    Instant at;
    Pid pid;
    std::uint32_t node;
    Call call;
  };
  struct Done {
    Instant at, intended;
    std::uint32_t node;
  };

  FakeKernel(workload::Workload& workload, Options options) : workload_(workload), options_(std::move(options)) {
    memory_.loses = options_.loses_store;
  }

  void run(const std::vector<std::uint32_t>& starts);   // to the end, or options.until

  std::vector<Asked> asked;
  std::vector<Done> done;
  std::uint32_t alive = 0;
  std::size_t most_alive = 0;

  template <class T>
  std::vector<std::pair<Asked, T>> calls() const {
    std::vector<std::pair<Asked, T>> out;
    for (const Asked& call : asked)
      if (const T* wanted = std::get_if<T>(&call.call)) out.emplace_back(call, *wanted);
    return out;
  }

 private:
  struct Process {
    workload::Self self;
    Pid parent;
    std::optional<workload::Program> program;
    std::map<Pid, std::optional<std::int32_t>> children;
    std::optional<Wait> waiting;
    bool pausing = false, handler = false, over = false;
  };

  Pid create(std::uint32_t node, Pid parent, const ProgramRef& ref);
  void answer_in(Duration after, Pid pid, Result result);
  void step(Process& process, Result result);
  void serve(Process& process, const Call& call);
  void serve_spawn(Process& process, const Spawn& spawn);
  void serve_kill(Process& process, const Kill& kill);
  void serve_wait(Process& process);
  void serve_file(Pid pid, const Call& call);
  void end(Process& process, std::int32_t status);
  bool reaches(const Process& process, std::uint32_t node) const { return options_.remote_works || node == process.self.node; }

  workload::Workload& workload_;
  Options options_;
  Instant now_{};
  std::vector<Instant> finished_;   // by the program in its step
  std::uint64_t sequence_ = 0;
  std::set<std::string> files_;   // of all nodes
  FakeMemory memory_;
  std::uint32_t next_pid_ = 100;
  std::map<Pid, std::unique_ptr<Process>> processes_;
  std::map<std::pair<Instant, std::uint64_t>, std::pair<Pid, Result>> agenda_;
};

}   // namespace ssi::test
