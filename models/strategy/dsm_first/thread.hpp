// A kernel thread: one call in progress, an interrupt, or the end of a process, on the processor of one node. It is all that kernel
// code knows of the machine below it: words of shared memory, to wait, and what it tells its processor to do.
//
// A thread cannot be copied; what can be is its beginning and the answers that it was given (`log`). A clone begins anew, is given
// these answers, asks its processor for nothing meanwhile, and then stands where the original stands.
#pragma once
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/base/hash.hpp"
#include "models/port/access.hpp"
#include "models/port/calls.hpp"
#include "models/port/effects.hpp"
#include "models/strategy/dsm_first/code.hpp"
#include "models/strategy/dsm_first/layout.hpp"
#include "models/strategy/dsm_first/settings.hpp"

namespace ssi::dsm_first {

class Thread;

// What never changes while the system runs.
struct Machine {
  NodeId self;
  Incarnation incarnation;
  Layout layout;
  Settings settings;
  config::NodeCosts costs;
};

using ThreadId = std::uint64_t;   // of a processor

// Contents in the page cache: bytes of the pages with this number.
struct Extent {
  std::uint64_t data = 0, from = 0, to = 0;
};

// What a thread may ask of its processor. `answer` is what ask() returned nullopt for and comes later.
struct Ask {
  enum class Kind : std::uint8_t {
    access,
    changed,        // until the word at `word` may differ from `value`
    sleep,          // the caller's process, until it is woken; 1: a signal has come
    continued,      // until the caller's process is not stopped, or is dead
    acknowledged,   // until all interrupts that this thread has sent have been served; 1: somewhere a process was not there
    queue_node,     // one of this node for a lock; its object
    is_here,        // whether process `value` runs on this processor
    disk,           // a request to this node's disk, until it is done; 1: it failed
    device,         // file contents `value` on the disk of the node that has one, until they are durable; 1: it failed
    freeze,         // process `value`, which departs; 0: it has died
    follow          // 1 + the node that the caller had better move to for its access to `word`; 0: none
  } kind;
  Word word{};
  coherence::Access::Kind access{};
  std::uint64_t value = 0, expected = 0;
  std::uint32_t bytes = 0;
  const Bytes* data = nullptr;
  const DiskRequest* request = nullptr;
  const Extent* extent = nullptr;
};
struct Answer {
  std::uint64_t value = 0;
  Bytes bytes{};
};

class Processor {
 public:
  virtual ~Processor() = default;
  virtual std::optional<Answer> ask(Thread& thread, const Ask& ask) = 0;
  virtual Effects& effects() = 0;
  virtual Instant now() const = 0;

  virtual void give_back_queue_node(Object node) = 0;
  virtual void complete(Thread& thread, Result result) = 0;   // its call, if the caller lives
  virtual void start_here(Pid pid, Object process, const ProgramRef& program) = 0;
  virtual void end_here(Pid pid, std::int32_t status) = 0;   // its program; its exit follows when it is not in a call any more
  virtual void order_here(ProgramOrder order) = 0;           // of a program that lives
  virtual void wake_here(Pid pid) = 0;                       // while it is stopped it sleeps on
  virtual void go_on_here(Pid pid) = 0;                      // it is not stopped, and nothing is held back any more
  virtual void signal_came(Pid pid) = 0;                     // a handler has run: its call, if it sleeps in one, or is about to, ends
  virtual void leave_here(Pid pid) = 0;                      // it runs elsewhere from now on
  // in_call: in the middle of one, which continue_there has sent.
  virtual void arrive_here(Pid pid, Object process, bool stopped, const ProgramRef* exec, bool in_call) = 0;
  virtual void continue_there(Thread& thread, NodeId to) = 0;   // its call
  virtual void depart_here(Pid pid, NodeId to) = 0;             // at its next safe point, when it is in no call
  virtual void device_done(Thread& thread, std::uint64_t failed) = 0;
  virtual void interrupt(Thread& thread, NodeId node, bool acknowledge) = 0;
  virtual void exit_is_over(Pid pid) = 0;
  virtual void not_there() = 0;   // a process that an interrupt is about, as far as signals are meant
};

// What a thread begins with.
struct Beginning {
  enum class Kind : std::uint8_t { boot, call, interrupts, exit, device, move, tick } kind = Kind::boot;
  CallId cause = kNoCall;
  Pid caller = kNoPid;
  Object process = kNone;   // the caller's
  Call call{};
  std::int32_t status = 0;   // exit
  NodeId to{};               // move
  Extent extent{};           // device
  NodeId asks{};             // device: which node, and which of its threads
  std::uint64_t thread = 0;
  std::vector<Word> words{};   // tick: to write
  std::uint32_t hops = 0;      // call: how often its caller has moved for it
};

class Thread {
 public:
  Thread(ThreadId id, const Machine& machine, Processor& processor, Beginning beginning)
      : id_(id), machine_(&machine), processor_(&processor), beginning_(std::move(beginning)) {}

  // ---- for kernel code

  struct Awaiting {
    Thread& thread;
    Ask ask;
    bool await_ready() { return thread.answered(ask); }
    void await_suspend(std::coroutine_handle<> at) { thread.at_ = at; }
    std::uint64_t await_resume() { return thread.answer_.value; }
  };
  struct AwaitingBytes : Awaiting {
    Bytes await_resume() { return std::move(thread.answer_.bytes); }
  };

  Awaiting load(Word word) { return access(word, coherence::Access::Kind::load, 0, 0); }
  Awaiting store(Word word, std::uint64_t value) { return access(word, coherence::Access::Kind::store, value, 0); }
  Awaiting add(Word word, std::uint64_t value) { return access(word, coherence::Access::Kind::add, value, 0); }   // returns what was there
  Awaiting exchange(Word word, std::uint64_t value) { return access(word, coherence::Access::Kind::exchange, value, 0); }
  Awaiting compare_swap(Word word, std::uint64_t expected, std::uint64_t value) {
    return access(word, coherence::Access::Kind::compare_swap, value, expected);
  }
  AwaitingBytes read(Word from, std::uint32_t bytes) {
    return {{*this, {.kind = Ask::Kind::access, .word = from, .access = coherence::Access::Kind::read_range, .bytes = bytes}}};
  }
  Awaiting write(Word to, const Bytes& data) {   // `data` has a name
    return {*this, {.kind = Ask::Kind::access, .word = to, .access = coherence::Access::Kind::write_range, .data = &data}};
  }
  Awaiting changed(Word word, std::uint64_t from) { return {*this, {.kind = Ask::Kind::changed, .word = word, .value = from}}; }
  Awaiting sleep() { return {*this, {.kind = Ask::Kind::sleep}}; }
  Awaiting continued() { return {*this, {.kind = Ask::Kind::continued}}; }
  Awaiting acknowledged() { return {*this, {.kind = Ask::Kind::acknowledged}}; }
  Awaiting queue_node() { return {*this, {.kind = Ask::Kind::queue_node}}; }
  Awaiting is_here(Pid pid) { return {*this, {.kind = Ask::Kind::is_here, .value = pid.value}}; }
  Awaiting disk(const DiskRequest& request) { return {*this, {.kind = Ask::Kind::disk, .request = &request}}; }
  Awaiting device(const Extent& extent) { return {*this, {.kind = Ask::Kind::device, .extent = &extent}}; }
  Awaiting follow(Word word, coherence::Access::Kind access) {
    return {*this, {.kind = Ask::Kind::follow, .word = word, .access = access}};
  }
  Awaiting freeze(Pid pid) { return {*this, {.kind = Ask::Kind::freeze, .value = pid.value}}; }

  // Told to the processor; nothing while the thread is made anew.
  template <class F>
  void tell(F&& what) {
    if (!replaying_) what(*processor_);
  }
  void work(Duration time) {
    tell([&](Processor& p) { p.effects().work(time); });
  }
  void complete(Result result) {
    tell([&](Processor& p) { p.complete(*this, std::move(result)); });
  }
  void fail(Errno error) { complete(Result::fail(error)); }
  void interrupt(NodeId node, bool acknowledge) {
    tell([&](Processor& p) { p.interrupt(*this, node, acknowledge); });
  }

  const Machine& machine() const { return *machine_; }
  const Layout& layout() const { return machine_->layout; }
  const Settings& settings() const { return machine_->settings; }
  const config::NodeCosts& costs() const { return machine_->costs; }
  NodeId self() const { return machine_->self; }
  const Beginning& beginning() const { return beginning_; }
  Pid caller() const { return beginning_.caller; }
  Object process() const { return beginning_.process; }
  Word at(Table table, Object object, std::uint32_t word = 0) const { return layout().at(table, object, word); }

  // ---- for its processor

  ThreadId id() const { return id_; }
  void begin(Code<> code);   // runs until it waits or is over
  void resume(Answer answer);
  bool over() const { return code_.done(); }
  // Of the same node's clone: stands where `original` stands.
  void replay(const Thread& original, Code<> code);
  void hash_into(StateHash& hash) const;

  enum class Waits : std::uint8_t {
    not_at_all,
    memory,
    change,
    sleep,
    stop,
    acknowledgement,
    disk,
    device,
    freeze
  } waits = Waits::not_at_all;
  Word where{};                 // memory and change
  std::uint64_t was = 0;        // change; disk: token; freeze: process
  std::uint32_t unserved = 0;   // interrupts sent, not yet acknowledged
  bool again = false;           // of those that were: a process was not there

 private:
  Awaiting access(Word word, coherence::Access::Kind kind, std::uint64_t value, std::uint64_t expected) {
    return {*this, {.kind = Ask::Kind::access, .word = word, .access = kind, .value = value, .expected = expected}};
  }
  bool answered(const Ask& ask);
  void note(const Answer& answer);

  ThreadId id_;
  const Machine* machine_;
  Processor* processor_;
  Beginning beginning_;
  Code<> code_;
  std::coroutine_handle<> at_;
  Answer answer_;
  bool replaying_ = false;
  std::size_t replayed_ = 0, replayed_bytes_ = 0;
  std::vector<std::uint64_t> log_;                           // the answers' values
  std::vector<std::pair<std::size_t, Bytes>> log_bytes_{};   // and their bytes, where there were any: of which answer
};

}   // namespace ssi::dsm_first
