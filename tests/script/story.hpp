// Protocol stories: a text file of commands, each followed by what the machines did. Run on bare machines without time,
// so that a changed cost rewrites none. SSISIM_REWRITE=1 in the environment writes the transcripts anew.
//
//   # a comment
//   world nodes=3 origin=redirect        machines; the rest are parameters of vproc_switch
//   start 0                              init of node 0 starts a process there
//   call 0:2 spawn node=1                a process calls; fork, exit status=3, wait child=1:2 no_hang, kill 0:3 SIGTERM,
//                                        killpg 0:2 SIGHUP, setpgid 0:3 0:2, setsid, handle SIGHUP, list, pause,
//                                        rfork 1 2, exec node=1, migrate node=1, migrate pid=0:3 node=1
//   freeze                               the first program that was ordered to depart stands still
//   deliver 0>1                          the first message from node 0 to node 1, raised ones before normal ones
//   deliver 0>1 normal                   ... of that class
//   run                                  delivers until nothing is under way
//   break 0 1                            the circuit between two nodes
//   state 1                              what node 1 knows
//
// A pid is written origin:sequence; every node's init is its 1.
#pragma once
#include <memory>
#include <string>

#include "models/protocol/vproc/messages.hpp"
#include "sim/world/world.hpp"

namespace ssi::test {

using namespace world;   // sim/world

std::string text(Pid pid);
std::string text(const Message& message);   // "0 -> 1 KILL pid 0:3 ..."

class Story final : public Watcher {
 public:
  // The whole file with fresh transcripts.
  std::string replay(const std::string& file);

  void sent(const Message& message) override;
  void completed(CallId id, const Result& result) override;
  void ordered(NodeId at, const ProgramOrder& order) override;

 private:
  std::string perform(const std::string& line);
  void make_world(std::istream& words);
  void start(std::istream& words);
  void call(std::istream& words);
  void deliver(std::istream& words);
  void state(std::istream& words);
  Call parse_call(const std::string& name, std::istream& words, Pid caller) const;
  NodeId node_of(Pid pid) const;

  std::unique_ptr<World> world_;
  std::map<Pid, NodeId> where_;
  std::string out_;
};

}   // namespace ssi::test
