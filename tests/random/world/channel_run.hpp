// One random run over pipes and sockets of a cluster: processes on all nodes that write records, read, close, spawn with what they have
// and die, on a world that delivers in any allowed order. Each record of 8 bytes names its write and its place in it, so that whoever
// reads it knows whether it was lost, doubled or out of order. A last phase reads everything to its end and lets everybody go.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/base/random.hpp"
#include "sim/world/world.hpp"

namespace ssi::test {

using namespace world;   // sim/world

class ChannelRun final : public Watcher {
 public:
  explicit ChannelRun(std::uint64_t seed, std::uint32_t calls = 300);

  std::vector<std::string> run();   // what was found wrong; empty is good
  std::set<std::string> messages;   // that were sent
  std::map<std::string, std::uint64_t> results;
  std::uint64_t records = 0;   // read

  void sent(const Message& message) override { messages.insert(std::string(message.body.type().name)); }
  void completed(CallId id, const Result& result) override;
  void ordered(NodeId at, const ProgramOrder& order) override;

 private:
  // What a descriptor reads and writes. Of a socket's incoming side it is not known which until the first record comes.
  struct End {
    std::optional<std::size_t> out{};
    std::size_t in = 0;   // of `incoming_`; 0: none
    bool listener = false;
  };
  struct Write {
    std::size_t group;
    Pid by;
    std::uint64_t size, written = 0, read = 0;
    bool over = false;
    std::vector<std::uint32_t> after{};   // writes of the same process and its ancestors that were over before
  };
  struct Process {
    Pid pid;
    NodeId node;
    CallId calling = kNoCall;
    bool started = false;
    std::map<std::int32_t, End> ends{};
    std::map<std::size_t, std::vector<std::uint32_t>> wrote{};   // by group
  };
  struct Asked {
    Pid by;
    Call call;
    std::size_t incoming = 0;
    std::uint32_t write = 0;
  };

  void step();
  void let_call(Process& process);
  Call choose(Process& process, Asked& asked);
  Call choose_closing(Process& process, Asked& asked);
  std::optional<std::int32_t> pick(const Process& process, bool (*fit)(const End&));
  Call write_to(Process& process, std::int32_t number, Asked& asked);
  Call read_from(Process& process, std::int32_t number, Asked& asked);
  void issue(NodeId node, Pid by, Call call, Asked asked);
  void take(const Asked& asked, const Bytes& bytes);
  void end_of_stream(const Asked& asked);
  void finished(Process& process, const Asked& asked, const Result& result);
  bool held(std::size_t group) const;
  bool stuck();
  void leftovers();
  void wrong(const std::string& what) { problems_.push_back(what); }

  Stream draws_;
  World world_;
  std::uint32_t calls_;
  std::map<Pid, Process> processes_;
  std::map<CallId, Asked> asked_;
  std::vector<Write> writes_{1};            // by number
  std::vector<std::size_t> incoming_{0};    // group that each incoming side was seen to carry; 0: not known
  std::set<std::size_t> reading_, ended_;   // incoming sides with a read under way; groups whose end was seen
  std::map<std::size_t, std::vector<std::uint32_t>> groups_;
  std::size_t next_group_ = 0;
  bool closing_ = false;
  std::vector<std::string> problems_;
};

}   // namespace ssi::test
