// `dsm_first`: one kernel over distributed shared memory (Virtual Iron, ScaleMP, GiantVM: PROTOCOLS 2.9 to 2.11). The nodes' memories are
// made one by a coherence machine; on top runs one kernel image (proc, signals, ...), any processor any part of it. A node's machine is
// its processor: kernel threads, what they wait for, and interrupts between processors; nothing of the kernel's state is in it.
//
// Invariants: a thread is running or waits for one thing; a process that runs here has at most one call in progress; between events
// nobody is ready. What is read of kernel state outside a thread (checks) is what coherence has here.
#pragma once
#include <deque>
#include <map>
#include <set>

#include "models/base/cloned.hpp"
#include "models/port/coherence.hpp"
#include "models/strategy/dsm_first/background.hpp"
#include "models/strategy/dsm_first/image.hpp"
#include "models/strategy/dsm_first/messages.hpp"
#include "models/strategy/dsm_first/thread.hpp"
#include "models/strategy/registry.hpp"

namespace ssi::dsm_first {

class DsmFirst final : public Strategy, public Processor {
 public:
  DsmFirst(const NodeSetup& setup, const Settings& settings);
  DsmFirst(const NodeSetup& setup, const Settings& settings, std::unique_ptr<coherence::Machine> memory);
  DsmFirst(const DsmFirst& other);

  void on_event(Instant now, const Event& event, Effects& out) override;
  void check_invariants() const override;
  std::unique_ptr<Strategy> clone() const override { return std::make_unique<DsmFirst>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

  struct Here {   // a process that runs on this processor: what the kernel finds there without memory ("current")
    Object process = kNone;
    ThreadId calling = 0;   // 0: in no call
    bool asleep = false, woken = false, signalled = false, stopped = false;
    bool dead = false;   // its program has ended; its exit is under way, or follows the call
    std::int32_t status = 0;
    std::optional<NodeId> goes_to{};             // once it is in no call
    bool call_comes = false;                     // it has moved in the middle of a call, which is still to arrive
    std::map<NodeId, std::uint32_t> fetched{};   // on_fault "cost": pages since it came, by where they were believed to be
  };
  const std::map<Pid, Here>& here() const { return here_; }
  const coherence::Machine& memory() const { return *memory_; }
  const Machine& machine() const { return machine_; }
  const Image& image() const { return image_; }
  bool at_rest() const;   // no thread but those that sleep

 private:
  friend class Checker;
  struct Event_ {
    Instant now;
    Effects* out = nullptr;
  };

  // ---- what threads ask
  std::optional<Answer> ask(Thread& thread, const Ask& ask) override;
  Effects& effects() override { return *event_.out; }
  Instant now() const override { return event_.now; }
  void give_back_queue_node(Object node) override;
  void complete(Thread& thread, Result result) override;
  void start_here(Pid pid, Object process, const ProgramRef& program) override;
  void end_here(Pid pid, std::int32_t status) override;
  void order_here(ProgramOrder order) override;
  void wake_here(Pid pid) override;
  void go_on_here(Pid pid) override;
  void signal_came(Pid pid) override;
  void leave_here(Pid pid) override;
  void arrive_here(Pid pid, Object process, bool stopped, const ProgramRef* exec, bool in_call) override;
  void continue_there(Thread& thread, NodeId to) override;
  void depart_here(Pid pid, NodeId to) override;
  void device_done(Thread& thread, std::uint64_t failed) override;
  void interrupt(Thread& thread, NodeId node, bool acknowledge) override;
  void exit_is_over(Pid pid) override;
  void not_there() override { not_there_ = true; }

  std::optional<Answer> access(Thread& thread, const Ask& ask);
  std::optional<Answer> change(Thread& thread, const Ask& ask);
  std::optional<Answer> sleep(Thread& thread);
  std::optional<Answer> wait_while_stopped(Thread& thread);
  void go_on_after_stop(const Here& here);
  std::uint64_t follow(const Thread& thread, const Ask& ask);
  void call_arrives(const ProcessorMoves& moved);
  void go_on_with_call(Pid pid, Here& here);
  void device(Thread& thread, const Extent& extent);
  void begin_device(NodeId asks, const DeviceRequest& request);
  void wait_over(ThreadId thread, Thread::Waits waits, std::uint64_t value);
  Object take_queue_node();

  // ---- threads
  void begin(Beginning beginning);
  Code<> code_of(Thread& thread);
  void run(Thread& thread, Answer answer);
  void stopped(Thread& thread);   // it waits, or is over
  void ready(ThreadId thread, Answer answer);
  void settle();
  void take_outcome();
  void look_at_spinners(PageId page);
  Here* find_here(Pid pid);

  // ---- events
  void serve(const Event& event);
  bool concerns_image(const Event& event);   // true: there is nothing else to do
  void begin_image();
  void call(const CallEvent& event);
  void message(const Message& message);
  void frozen(ThreadId thread, Pid pid);
  void interrupted(NodeId from, ThreadId acknowledge);
  void served(Thread& thread, bool again);
  void serve_interrupts();
  void tick(TimerKey key);

  NodeSetup setup_;
  Machine machine_;
  Cloned<coherence::Machine> memory_;
  Image image_;
  coherence::Outcome outcome_, taken_;   // empty between events
  Event_ event_;                         // only during one
  std::map<ThreadId, std::unique_ptr<Thread>> threads_;
  ThreadId next_thread_ = 1;
  std::deque<std::pair<ThreadId, Answer>> ready_;
  std::map<PageId, std::vector<ThreadId>> spinners_;
  std::map<Pid, Here> here_;
  std::set<std::uint64_t> free_queue_nodes_;   // indices, below queue_nodes_
  std::uint64_t queue_nodes_ = 0;

  struct Asked {   // an interrupt that was not served yet; thread 0: nobody waits
    NodeId from;
    ThreadId thread;
  };
  std::vector<Asked> interrupts_, in_service_;
  bool serving_interrupts_ = false;
  Background background_;
  bool ticking_ = false;     // the timer interrupt is being served
  bool not_there_ = false;   // of those in service: a process that one is about
  bool booted_ = false;
  std::map<Pid, ProcessorMoves> moved_calls_;   // of processes that have not arrived yet
  std::set<Pid> given_up_calls_;                // of processes that have died before their call arrived
  std::vector<Beginning> before_boot_;          // calls that came while the node still boots
  std::vector<Message> early_;                  // of who was told before this node that the image begins
};

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params);
void check_cluster(std::span<const Strategy* const> nodes, Report& report);

}   // namespace ssi::dsm_first
