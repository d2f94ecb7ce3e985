// The nodes of one image: feeds events to each node's machine, one at a time, and carries its effects out. Time passes
// only in the backend. No SimGrid here: both fidelities and the tests drive the same code.
//
// A node serves at most `cores` events at once; what else arrives waits, raised messages before the rest, in order. The
// machine's state changes when service starts; so do its timers and the end or stop of programs. When the kernel work is
// done, sends leave, completions reach programs, and programs start or go on.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "models/config/platform.hpp"
#include "models/port/server_threads.hpp"
#include "models/port/strategy.hpp"
#include "models/workload/registry.hpp"
#include "sim/cluster/agenda.hpp"
#include "sim/cluster/backend.hpp"
#include "sim/cluster/faults.hpp"
#include "sim/cluster/ledger.hpp"
#include "sim/cluster/locks.hpp"
#include "sim/cluster/net.hpp"
#include "sim/cluster/nic.hpp"
#include "sim/cluster/paging.hpp"
#include "sim/cluster/programs.hpp"
#include "sim/cluster/ring.hpp"
#include "sim/cluster/run.hpp"
#include "sim/cluster/under_way.hpp"

namespace ssi::sim {

inline constexpr Token kProgramWork = 1U << 31;   // in a work token: a program's slot, not a piece of kernel work

class Cluster final : public BackendClient {
 public:
  struct Load {
    std::unique_ptr<workload::Workload> workload;
    Instant at;                         // of its first programs
    std::vector<std::uint32_t> nodes;   // one each, in the scenario's numbers
    bool restart = false;               // ... and again on a node that starts again
  };
  struct Setup {
    std::uint32_t cores = 1;    // of each node of the image
    bool one_machine = false;   // node numbers of the scenario are sockets of node 0
    std::uint32_t cores_per_socket = 1;
    config::NodeCosts costs;
    config::Nic nic;
    bool verbs = false;
    config::NodeMemory memory;
    RandomRoot random;                                 // of the touches of programs that do not fit into it
    std::vector<std::unique_ptr<Strategy>> machines;   // one a node
    std::vector<Load> loads;                           // by ProgramRef::workload
    Instant ends;
    std::vector<config::Fault> faults{};   // the plan, by date
    Stream loss{0};                        // draws which messages are lost
    std::optional<Duration> restart{};     // a machine that has stopped for good starts anew after so long; else never
    // A machine for the next incarnation of a node; needed where nodes crash.
    std::function<std::unique_ptr<Strategy>(NodeId, Incarnation, std::shared_ptr<const Durable>)> reboot{};
    const std::atomic<int>* interrupt = nullptr;
    std::function<void(Instant, std::uint64_t)> progress;
    std::function<std::string(const std::vector<const Strategy*>&)> check_whole;   // "" when the cluster is consistent
  };

  Cluster(Setup setup, Backend& backend, record::Recorder& recorder);

  void boot();   // first event of every node, and the agenda; call before time starts

  void serve(NodeId node) override;
  void work_done(Token token) override;
  void transferred(Token token) override;
  void disk_done(Token token) override;
  void woke() override;

  // What the run came to; valid once the backend has stopped.
  const RunOutcome& outcome() const { return outcome_; }
  // Ends the run from outside (an exception on an actor): the first reason stays.
  void end(Ending ending, const std::string& why);
  bool ended() const { return ended_; }

 private:
  // Something that waits for service.
  struct Item {
    enum class Kind : std::uint8_t { boot, call, message, timer, disk, verb, frozen, broken, paging };
    Instant since;
    // Slot of the call, packet (of a message or a verb), slot of the timer, of the frozen program, broken circuit or what paging does, disk
    // access.
    std::uint32_t subject = 0;
    Kind kind = Kind::boot;
    bool background = false;
  };
  static constexpr std::uint32_t kNoQueue = ~std::uint32_t{0};
  // An event in service: what is known of it beside its effects.
  struct Service {
    NodeId node;
    Item::Kind kind = Item::Kind::boot;
    bool background = false;
    bool interrupted = false;   // by the network card, for this
    std::uint32_t socket = 0;   // for programs that it starts
    std::uint32_t core = 0;     // of the node, from 1, when it takes locks
    std::uint32_t receive_queue = kNoQueue;
    std::uint32_t paging = kNone;   // pages that move when the work is done
    ServerThreads::Served served;
    Trail trail;
    Duration dispatch, kernel, lock;   // nominal
  };
  // ... while its kernel work takes time.
  struct Work {
    Service service;
    AfterWork after;
    std::uint32_t life = 0;   // of the node
  };
  struct ReceiveQueue {
    Ring<Item> items;
    bool served = false;
  };
  struct Node {
    std::unique_ptr<Strategy> machine;
    Ring<Item> raised, normal;
    Ring<Token> finished;                       // pieces of kernel work that are done
    std::vector<ReceiveQueue> receive_queues;   // of messages that were not raised, when service has limits
    ServerThreads threads;                      // of messages from them
    Instant awake_at{};
    Locks locks;
    std::vector<std::uint8_t> core_taken;   // while there are locks
    std::uint32_t busy = 0;
    Duration kernel_used{}, program_used{};
    // With faults.
    std::uint32_t life = 0;   // counts crashes: what an earlier one has begun is recognised
    bool halted = false;      // down or paused: nothing is served
    double slow = 1;          // work takes so many times as long
    bool disk_stalled = false;
    std::vector<std::pair<DiskRequest, Token>> disk_asked;   // while it is stalled
    std::vector<Token> disk_ended;
    std::shared_ptr<const Durable> disk;   // while it is down
  };

  Instant now() const { return now_; }
  Node& at(NodeId node) { return nodes_[node.value]; }

  // queue and service: cluster.cpp
  void discard(Token packet);
  void enqueue(NodeId node, const Item& item);
  void enqueue(OpenCall& call);
  void wait_for_service(NodeId node, const Item& item, bool raised);
  bool is_idle(const Node& node) const;
  void arrive(Token packet);
  Item off_the_wire(Token packet);
  void lose(Token packet, bool from_card = true);
  bool serve_one(NodeId node);
  void handle(NodeId node, const Item& item);
  void handle_call(OpenCall& call, Service& service);
  void handle_message(Token packet, Service& service);
  void handle_timer(std::uint32_t slot, Service& service);
  void handle_disk(Token access, Service& service);
  void run_machine(const Event& event, Service& service, const Header* received = nullptr);
  void handle_frozen(std::uint32_t slot, Service& service);
  void handle_broken(std::uint32_t slot, Service& service);
  std::uint32_t socket_for(const CallEvent& call) const;
  void due(const TimerDue& timer);
  void due(const SleepOver& sleep);
  void due(const WorkloadStarts& load);
  void due(const SendDue& send);
  void due(const NicTells& told);
  void due(const NodeWakes& woken) { backend_.schedule(woken.node); }
  void due(const RunEnds&) { end(Ending::finished, ""); }
  void due(const FaultBegins& fault);
  void due(const FaultEnds& fault);
  void due(const ArrivalDue& arrival) { transferred(arrival.packet); }
  void due(const CircuitDeadline& deadline);
  void due(const VerbFails& verb);
  void due(const StillQuiet& quiet);
  void due(const NodeStops& stops);
  void due(const NodeStarts& starts);
  void check_now_and_then(NodeId node);
  void finish_if_over();
  void close_books();
  void trace_event(const Event& event, const Service& service);   // tracing.cpp
  void trace_wire(const Header& header, int direction);           // 1: onto the wire, -1: off it

  // the network card and the receive path: receive.cpp
  void transmit(Token packet);
  void look_at(Instant date, Due due);
  void receive(Token packet);
  void hear(NodeId node);
  void wait_in_receive_queue(NodeId node, const Item& item);
  static std::size_t waiting(const Node& node);
  Ring<Item>* choose(Node& node);
  void begin_receiving(Service& service, const Packet& packet);
  void end_receiving(const Service& service);
  bool needs_thread(const Message& message) const;
  bool threads_are_deadlocked() const;
  void leaves_service(Service& service, Message& message);

  // faults: what strikes and what ends, faults_begin.cpp
  void plan_faults();
  NodeId struck(const config::Fault& fault) const;
  std::uint64_t living() const { return programs_.size() - adrift_; }
  bool strikes(const config::Fault& fault) const;
  void begin_fault(const config::Fault& fault);
  void end_fault(const config::Fault& fault);
  template <class F>
  void each_path(const config::Fault& fault, F&& change);
  void pause(NodeId node), resume(NodeId node);

  // planned maintenance: evacuate.cpp
  void evacuate(NodeId node);
  NodeId next_up(NodeId after, NodeId but) const;
  void operate(NodeId node, const Call& call);   // as init there
  void look_around(), has_left(const Running& program);
  std::uint64_t still_there();
  void operation_done(const Effects::Completion& completion);
  void see_who_is_there(const std::vector<ProcessInfo>& processes);
  void slow_down(NodeId node, double factor);
  void stall_disk(NodeId node), release_disk(NodeId node);
  static Duration slowed(const Node& node, Duration work);
  bool waits_in_vain() const;

  // a crash and what is lost in it: crash.cpp
  void crash(NodeId node);
  void restart(NodeId node);
  void lose_programs(NodeId node);
  void drop_program(Running& program);
  void drop_queues(NodeId node);
  void drop(const Item& item);
  void drop_work(Token work);
  void drop_access(Token access);
  void drop_cause(CallId cause, bool background);

  // messages and circuits on paths that are cut or bad: circuits.cpp
  bool sets_out(Token packet);
  bool gets_through(Token packet);
  bool is_old(const Packet& packet);
  void try_again(Token packet);
  void give_up_circuit(NodeId node, NodeId peer);
  void tell_broken(NodeId node, NodeId peer);
  void watch(NodeId node, NodeId peer);
  void watch_all(NodeId node);
  void fail_verb(Token packet);

  // one-sided operations: verbs.cpp
  void post(const Service& service, const Verb& verb);
  void verb_arrives(Token packet);
  void handle_verb(Token packet, Service& service);

  // effects: carry_out.cpp
  void carry_out(Service& service, const Header* received);
  void take_orders_that_act_at_once(Service& service);
  Duration hosts_work(const Service& service, const Header* received) const;
  void take_locks(Service& service);
  void finish_work(Token work);
  void charge(Service& service) const;
  void release(Service& service, AfterWork& after);
  void ask_disk(const Service& service, const DiskRequest& request);
  void has_waited(const AfterWork::Waited& waited);
  Trail trail_for(CallId cause, const Trail& own, const OpenCall* call) const;
  void depart(Service& service, Effects::Send& send);
  void complete(Effects::Completion& completion, const Trail& trail);

  // programs: program_steps.cpp
  void launch_on(const Load& load, std::uint32_t where);
  void obey(const ProgramOrder& order, NodeId node);
  void go_on(Running& program);
  void answer_program(Running& program, Result&& result);
  void advance(Running& program, Result&& result);
  bool begin_call(Running& program, const Call& call);   // false: it took no time and is ok
  void end_program(Pid pid);
  void stop_program(Running& program);
  void compute(Running& program, Duration work);
  Duration break_off(Running& program);
  void compute_done(std::uint32_t slot);

  // programs that move: moves.cpp
  struct FrozenDue {
    Frozen event;
    CallId cause;   // on whose behalf it was frozen
  };
  void freeze(Running& program, Service& service);
  void thaw(Running& program, NodeId node);
  bool goes_elsewhere(OpenCall& call);   // its caller is frozen, or is on another node by now
  void replace(Running& program, const ProgramOrder& order, const Service& service);
  static void touch_memory(Running& program, Duration worked);

  // memory that has a limit: paging_programs.cpp, paging_io.cpp. Never called without `paging_`.
  void memory_begins(const Running& program, const Compute& compute);
  void memory_arrives(const Running& program);
  void memory_leaves(const Running& program);
  bool memory_departs(Running& program, std::uint32_t frozen, Service& service);
  void memory_ends(const Running& program);
  Duration stretch_of(const Running& program, Duration work);
  Duration stretch_ends(const Running& program, Duration worked);
  void fault(Running& program, Duration rest);
  void paging_due(NodeId node, PagingDue due, bool background = false);
  void look_for_room(NodeId node);
  void handle_paging(std::uint32_t slot, Service& service);
  void handle_page_message(const Message& message, Service& service);
  void take_fault(std::uint32_t slot, Service& service);
  void take_pages(std::uint32_t io, Service& service);
  void serve_waiting(Service& service);
  void resume_faulted(std::uint32_t fault);
  PagingWork& paging_work(Service& service);
  void make_room(Service& service);
  void touches_change(Running& program, const Computation& computation);
  void page_out(Computation& whose, std::uint64_t pages, Service& service);
  void page_in(std::uint32_t fault, Service& service);
  void page_cache_is(std::uint64_t bytes, Service& service);
  void find_place(std::uint32_t io, Service& service);
  void ask_for_slab(Service& service);
  void slab_answered(NodeId lender, std::uint64_t pages, Service& service);
  void issue(std::uint32_t io, Service& service);
  void carry_out_paging(Service& service);
  void begin_io(std::uint32_t io);
  void post_pages(std::uint32_t io, NodeId lender, std::uint64_t bytes);
  void pages_posted(Token packet);
  void io_ends(std::uint32_t io, bool background);

  Setup setup_;
  Backend& backend_;
  record::Recorder& recorder_;
  record::Trace* trace_;   // nullptr: none is asked for
  Ledger ledger_;
  Net net_;
  std::unique_ptr<Faults> faults_;   // nullptr: the scenario has none
  Agenda agenda_;
  Programs programs_;
  std::vector<Node> nodes_;
  Pool<Packet> packets_;
  Pool<Work> works_;
  Pool<DiskAccess> accesses_;
  Pool<OneSided> verbs_;
  std::unique_ptr<Paging> paging_;    // nullptr: memory has no limit
  std::vector<Nic> nics_;             // of each node; none when they have no limits
  Pool<TimerDue> timers_;             // that are due and wait for service
  Pool<FrozenDue> frozen_;            // the same
  Pool<Broken> broken_;               // the same
  std::uint64_t adrift_ = 0;          // programs that departed from a node that is gone
  bool struck_ = false;               // a fault has begun
  std::optional<NodeId> evacuated_;   // the last node that was
  std::set<CallId> operations_;       // of the operator, that were not answered yet
  bool listens_ = false;              // StillQuiet is due
  bool ever_moved_ = false;           // some program was frozen: calls may have to follow their callers
  std::deque<Call> first_calls_;      // that start the first programs
  std::vector<Instant> finished_;     // work that the program did in its step
  Instant now_{};
  Effects out_;
  std::vector<Token> ready_, dropped_;
  std::uint64_t foreground_ = 0;   // items, packets, sleeps, computations, launches and timers that may lead to progress
  std::uint64_t events_ = 0, sleeps_ = 0;
  bool ended_ = false;
  RunOutcome outcome_;
};

// The host's own calls as init come from this pid.
inline Pid init_on(NodeId node) { return init_of(node, Incarnation{1}); }

}   // namespace ssi::sim
