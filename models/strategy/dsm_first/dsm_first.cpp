// The processor of a node: events in, threads on and off.
#include "models/strategy/dsm_first/dsm_first.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"
#include "models/strategy/dsm_first/files.hpp"
#include "models/strategy/dsm_first/memory.hpp"
#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {
namespace {

// Above what coherence machines use. The second one follows the first at once.
constexpr TimerKey kTick{std::uint64_t{1} << 50}, kTickServed{kTick.value + 1};

Image::Place place_of(const NodeSetup& setup, const Settings& settings) {
  return {.self = setup.self,
          .nodes = setup.nodes,
          .again = setup.incarnation.value > 1,
          .reboots = settings.reboot_after.ns > 0,
          .gather = settings.gather};
}

}   // namespace

DsmFirst::DsmFirst(const NodeSetup& setup, const Settings& settings)
    : DsmFirst(setup, settings, memory_of(setup, settings, layout_of(setup, settings))) {}

DsmFirst::DsmFirst(const NodeSetup& setup, const Settings& settings, std::unique_ptr<coherence::Machine> memory)
    : setup_(setup), machine_{setup.self, setup.incarnation, layout_of(setup, settings), settings, setup.costs}, memory_(std::move(memory)),
      image_(place_of(setup, settings)), background_(setup, settings) {}

DsmFirst::DsmFirst(const DsmFirst& other)
    : Strategy(other), setup_(other.setup_), machine_(other.machine_), memory_(other.memory_), image_(other.image_),
      next_thread_(other.next_thread_), spinners_(other.spinners_), here_(other.here_), free_queue_nodes_(other.free_queue_nodes_),
      queue_nodes_(other.queue_nodes_), interrupts_(other.interrupts_), in_service_(other.in_service_),
      serving_interrupts_(other.serving_interrupts_), background_(other.background_), ticking_(other.ticking_),
      not_there_(other.not_there_), booted_(other.booted_), moved_calls_(other.moved_calls_), given_up_calls_(other.given_up_calls_),
      before_boot_(other.before_boot_), early_(other.early_) {
  for (const auto& [id, thread] : other.threads_) {
    auto& made = threads_[id] = std::make_unique<Thread>(id, machine_, *this, thread->beginning());
    made->replay(*thread, code_of(*made));
  }
}

void DsmFirst::on_event(Instant now, const Event& event, Effects& out) {
  event_ = {now, &out};
  if (concerns_image(event)) {
    event_ = {};
    return;
  }
  const CallId cause = out.cause;
  serve(event);
  settle();
  out.cause = cause;
  for (const AfterWork::Send& send : out.sends) out.waited(send.cause, AfterWork::Waited::On::turn);   // at a home, or for a copy here
  event_ = {};
}

void DsmFirst::serve(const Event& event) {
  std::visit(Overload{[&](const BootEvent&) { begin({.kind = Beginning::Kind::boot}); }, [&](const CallEvent& e) { call(e); },
                      [&](const MessageEvent& e) { message(*e.message); },
                      [&](const TimerEvent& e) {
                        if (memory_->mine(e.key)) memory_->on_timer(e.key, e.generation, {event_.now, *event_.out, outcome_});
                        else tick(e.key);
                      },
                      [&](const DiskDone& e) { wait_over(e.token, Thread::Waits::disk, e.failed ? 1 : 0); },
                      [&](const Frozen& e) {
                        for (const auto& [id, thread] : threads_)
                          if (thread->waits == Thread::Waits::freeze && thread->was == e.pid.value) return frozen(id, e.pid);
                      },
                      [&](const VerbDone&) {}, [&](const CircuitBroken&) {}, [&](const ViewChange&) {}},
             event);
}

// A node that is in no image serves nothing; calls wait until it is in one, and so do messages of who knows earlier that it is.
bool DsmFirst::concerns_image(const Event& event) {
  Effects& out = *event_.out;
  const bool ran = image_.running();
  bool begins = false;
  if (std::holds_alternative<BootEvent>(event)) image_.begin(out);
  else if (const auto* broken = std::get_if<CircuitBroken>(&event)) image_.circuit_broken(broken->peer, out);
  else if (const auto* timer = std::get_if<TimerEvent>(&event); timer != nullptr && image_.mine(timer->key))
    begins = image_.on_timer(timer->key, out);
  else if (const auto* arrived = std::get_if<MessageEvent>(&event); arrived != nullptr && arrived->message->body.is<ImageMessage>())
    begins = image_.on(arrived->message->header.from, arrived->message->body.get<ImageMessage>(), out);
  else if (ran) return false;
  else if (const auto* asked = std::get_if<CallEvent>(&event)) call(*asked);
  else if (arrived != nullptr && image_.state() == Image::State::promised) early_.push_back(*arrived->message);
  if (begins) begin_image();
  return !(ran && std::holds_alternative<BootEvent>(event));
}

// Nothing is left of the one before but what is on disks.
void DsmFirst::begin_image() {
  machine_.layout.consist_of({image_.members().begin(), image_.members().end()});
  memory_ = Cloned<coherence::Machine>(memory_of(setup_, machine_.settings, machine_.layout));
  event_.out->note(Note::Kind::view_installed, static_cast<std::uint32_t>(image_.members().size()));
  begin({.kind = Beginning::Kind::boot});
  for (const Message& before : std::exchange(early_, {})) message(before);
  settle();
}

void DsmFirst::frozen(ThreadId thread, Pid pid) {
  const Here* here = find_here(pid);
  ready(thread, {here == nullptr || here->dead ? 0U : 1U, {}});
}

// The call of a process that has died meanwhile still comes.
void DsmFirst::call(const CallEvent& event) {
  Beginning beginning{.kind = Beginning::Kind::call, .cause = event.id, .caller = event.caller, .call = *event.call};
  if (!booted_) return before_boot_.push_back(std::move(beginning));
  begin(std::move(beginning));
}

void DsmFirst::message(const Message& message) {
  if (memory_->mine(message)) return memory_->on_message(message, {event_.now, *event_.out, outcome_});
  const NodeId from = message.header.from;
  std::visit(Overload{[&](const Interrupt& m) { interrupted(from, m.thread); }, [&](const DeviceRequest& m) { begin_device(from, m); },
                      [&](const ProcessorMoves& m) { call_arrives(m); },
                      [&](const DeviceInterrupt& m) { wait_over(m.thread, Thread::Waits::device, m.failed); },
                      [&](const Served& m) {
                        const auto found = threads_.find(m.thread);
                        SSI_CHECK(found != threads_.end() && found->second->unserved > 0, "an interrupt is served that nobody waits for");
                        served(*found->second, m.again);
                      }},
             message.body.get<ProcessorMessage>());
}

void DsmFirst::interrupt(Thread& thread, NodeId node, bool acknowledge) {
  if (acknowledge) ++thread.unserved;
  if (node == machine_.self) interrupted(node, acknowledge ? thread.id() : 0);
  else event_.out->send(node, TxnId{}, ProcessorMessage(Interrupt{acknowledge ? thread.id() : 0}));
}

// In two steps: that there is a timer is no progress of anybody's, but a call may have to wait for the pages that its words are on.
void DsmFirst::tick(TimerKey key) {
  if (key == kTick) {
    event_.out->set_timer(kTick, 0, background_.period(), true);
    event_.out->set_timer(kTickServed, 0, Duration{});
  } else if (!std::exchange(ticking_, true)) {   // else it is lost: the one before is not served yet
    begin({.kind = Beginning::Kind::tick, .words = background_.next(machine_.layout)});
  }
}

void DsmFirst::served(Thread& thread, bool again) {
  thread.again |= again;
  if (--thread.unserved > 0 || thread.waits != Thread::Waits::acknowledgement) return;
  ready(thread.id(), {std::exchange(thread.again, false) ? 1U : 0U, {}});
}

void DsmFirst::interrupted(NodeId from, ThreadId acknowledge) { interrupts_.push_back({from, acknowledge}); }

// One at a time: what comes meanwhile is served afterwards, so that all is done that was asked for before.
void DsmFirst::serve_interrupts() {
  if (serving_interrupts_ || interrupts_.empty()) return;
  serving_interrupts_ = true;
  in_service_.swap(interrupts_);
  begin({.kind = Beginning::Kind::interrupts, .cause = event_.out->cause});
}

// ---- threads

void DsmFirst::begin(Beginning beginning) {
  if (beginning.kind == Beginning::Kind::call) {
    Here* caller = find_here(beginning.caller);
    if (caller == nullptr || caller->dead) return;
    beginning.process = caller->process;
    caller->calling = next_thread_;
    caller->woken = caller->signalled = caller->call_comes = false;
  }
  const ThreadId id = next_thread_++;
  Thread& thread = *(threads_[id] = std::make_unique<Thread>(id, machine_, *this, std::move(beginning)));
  const CallId before = std::exchange(event_.out->cause, thread.beginning().cause);
  thread.begin(code_of(thread));
  stopped(thread);
  event_.out->cause = before;
}

namespace {

AfterWork::Waited::On waited_on(Thread::Waits waits) {
  using On = AfterWork::Waited::On;
  if (waits == Thread::Waits::change) return On::lock;
  const bool for_process = waits == Thread::Waits::sleep || waits == Thread::Waits::stop || waits == Thread::Waits::freeze;
  return for_process ? On::process : On::turn;
}

}   // namespace

void DsmFirst::run(Thread& thread, Answer answer) {
  event_.out->waited(thread.beginning().cause, waited_on(thread.waits));
  const CallId before = std::exchange(event_.out->cause, thread.beginning().cause);
  thread.waits = Thread::Waits::not_at_all;
  thread.resume(std::move(answer));
  stopped(thread);
  event_.out->cause = before;
}

void DsmFirst::stopped(Thread& thread) {
  if (!thread.over()) return;
  const Beginning::Kind kind = thread.beginning().kind;
  const Pid caller = thread.beginning().caller;
  const ThreadId id = thread.id();
  threads_.erase(id);
  if (kind == Beginning::Kind::boot) {
    booted_ = true;
    here_.emplace(init_of(machine_.self, machine_.incarnation), Here{init_object(machine_.self)});
    if (machine_.incarnation.value > 1) event_.out->note(Note::Kind::rebuilt);
    for (Beginning& call : std::exchange(before_boot_, {})) begin(std::move(call));
    if (background_.on()) event_.out->set_timer(kTick, 0, background_.until_first(), true);
  }
  if (kind == Beginning::Kind::tick) ticking_ = false;
  if (kind == Beginning::Kind::interrupts) {
    const bool again = std::exchange(not_there_, false);
    for (const Asked& asked : std::exchange(in_service_, {})) {
      if (asked.thread == 0) continue;
      if (asked.from != machine_.self) event_.out->send(asked.from, TxnId{}, ProcessorMessage(Served{asked.thread, again}));
      else served(*threads_.at(asked.thread), again);
    }
    serving_interrupts_ = false;
  }
  if (kind != Beginning::Kind::call && kind != Beginning::Kind::move) return;
  Here* process = find_here(caller);
  if (process == nullptr || process->calling != id) return;   // it was answered, and calls again
  process->calling = 0;
  if (process->dead) begin({.kind = Beginning::Kind::exit, .caller = caller, .process = process->process, .status = process->status});
  else if (process->goes_to) depart_here(caller, *std::exchange(process->goes_to, std::nullopt));
}

Code<> DsmFirst::code_of(Thread& thread) {
  const Beginning& beginning = thread.beginning();
  switch (beginning.kind) {
    case Beginning::Kind::boot: return boot(thread);
    case Beginning::Kind::call: return code_of_call(thread);
    case Beginning::Kind::interrupts: return dsm_first::serve_interrupts(thread);
    case Beginning::Kind::exit: return do_exit(thread, beginning.status);
    case Beginning::Kind::device: return write_back(thread, beginning.extent);
    case Beginning::Kind::move: return move_away(thread, beginning.to);
    case Beginning::Kind::tick: return serve_tick(thread);
  }
  SSI_CHECK(false, "no such beginning");
}

void DsmFirst::ready(ThreadId thread, Answer answer) { ready_.emplace_back(thread, std::move(answer)); }

// Until nobody can go on.
void DsmFirst::settle() {
  for (;;) {
    take_outcome();
    serve_interrupts();
    if (ready_.empty() && outcome_.done.empty() && outcome_.lost.empty() && outcome_.notes.empty()) {
      if (serving_interrupts_ || interrupts_.empty()) return;
      continue;
    }
    if (ready_.empty()) continue;
    auto [id, answer] = std::move(ready_.front());
    ready_.pop_front();
    run(*threads_.at(id), std::move(answer));
  }
}

void DsmFirst::take_outcome() {
  if (outcome_.done.empty() && outcome_.lost.empty() && outcome_.notes.empty()) return;
  std::swap(taken_, outcome_);
  for (coherence::Outcome::Done& done : taken_.done) {
    ready(done.ticket.value, {done.answer.value, std::move(done.answer.bytes)});
    look_at_spinners(threads_.at(done.ticket.value)->where.page);   // perhaps it was written
  }
  for (const PageId page : taken_.lost) look_at_spinners(page);
  for (PageNote& note : taken_.notes) {
    note.table = kTableNames[static_cast<std::size_t>(Layout::table_of(note.page))];
    note.writable = memory_->right(note.page) == coherence::Right::write;
    event_.out->note(note);
  }
  taken_.clear();
}

DsmFirst::Here* DsmFirst::find_here(Pid pid) {
  const auto found = here_.find(pid);
  return found == here_.end() ? nullptr : &found->second;
}

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params) {
  return std::make_unique<DsmFirst>(setup, settings_from(params));
}

}   // namespace ssi::dsm_first
