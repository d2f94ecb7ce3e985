// What the processor does for its threads: words and pages, waiting, the programs that run here.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/strategy/dsm_first/dsm_first.hpp"

namespace ssi::dsm_first {

std::optional<Answer> DsmFirst::ask(Thread& thread, const Ask& ask) {
  switch (ask.kind) {
    case Ask::Kind::access: return access(thread, ask);
    case Ask::Kind::changed: return change(thread, ask);
    case Ask::Kind::sleep: return sleep(thread);
    case Ask::Kind::continued: return wait_while_stopped(thread);
    case Ask::Kind::acknowledged:
      if (thread.unserved == 0) return Answer{std::exchange(thread.again, false) ? 1U : 0U};
      thread.waits = Thread::Waits::acknowledgement;
      return std::nullopt;
    case Ask::Kind::queue_node: return Answer{take_queue_node()};
    case Ask::Kind::is_here: {
      const Here* here = find_here(Pid{ask.value});
      return Answer{here != nullptr && !here->dead ? 1U : 0U};
    }
    case Ask::Kind::disk: {
      DiskRequest request = *ask.request;
      request.token = thread.id();
      event_.out->disk(request);
      thread.waits = Thread::Waits::disk;
      return std::nullopt;
    }
    case Ask::Kind::follow: return Answer{follow(thread, ask)};
    case Ask::Kind::device: device(thread, *ask.extent); return std::nullopt;
    case Ask::Kind::freeze:
      if (const Here* here = find_here(Pid{ask.value}); here == nullptr || here->dead) return Answer{0};
      event_.out->order({ProgramOrder::Kind::depart, Pid{ask.value}, {}, Signal::none});
      thread.waits = Thread::Waits::freeze;
      thread.was = ask.value;
      return std::nullopt;
  }
  SSI_CHECK(false, "a thread asks for what there is not");
}

std::optional<Answer> DsmFirst::access(Thread& thread, const Ask& ask) {
  coherence::Access access{.kind = ask.access, .page = ask.word.page, .offset = ask.word.offset, .operand = ask.value};
  access.expected = ask.expected;
  access.bytes = ask.bytes;
  if (ask.data != nullptr) access.data = *ask.data;
  event_.out->work(machine_.settings.word_access);
  const coherence::Ticket ticket{thread.id()};
  std::optional<coherence::Answer> answer = memory_->access(ticket, access, {event_.now, *event_.out, outcome_});
  if (!answer) {   // a node that is its own home may have it by now
    const auto done = std::find_if(outcome_.done.begin(), outcome_.done.end(), [&](const auto& d) { return d.ticket == ticket; });
    if (done != outcome_.done.end()) {
      answer = std::move(done->answer);
      outcome_.done.erase(done);
    }
  }
  if (!answer) {
    thread.waits = Thread::Waits::memory;
    thread.where = ask.word;
    return std::nullopt;
  }
  if (access.writes()) look_at_spinners(ask.word.page);
  return Answer{answer->value, std::move(answer->bytes)};
}

// Not worth waiting for: the page is not here, or the word has changed.
std::optional<Answer> DsmFirst::change(Thread& thread, const Ask& ask) {
  const PageData* copy = memory_->right(ask.word.page) == coherence::Right::none ? nullptr : memory_->copy(ask.word.page);
  if (copy == nullptr || copy->word(ask.word.offset) != ask.value) return Answer{};
  thread.waits = Thread::Waits::change;
  thread.where = ask.word;
  thread.was = ask.value;
  spinners_[ask.word.page].push_back(thread.id());
  return std::nullopt;
}

void DsmFirst::look_at_spinners(PageId page) {
  const auto found = spinners_.find(page);
  if (found == spinners_.end()) return;
  const PageData* copy = memory_->right(page) == coherence::Right::none ? nullptr : memory_->copy(page);
  std::erase_if(found->second, [&](ThreadId id) {
    const Thread& thread = *threads_.at(id);
    const bool goes_on = copy == nullptr || copy->word(thread.where.offset) != thread.was;
    if (goes_on) ready(id, {});
    return goes_on;
  });
  if (found->second.empty()) spinners_.erase(found);
}

std::optional<Answer> DsmFirst::sleep(Thread& thread) {
  Here& here = here_.at(thread.caller());
  if (here.signalled || here.dead) return Answer{1};
  if (std::exchange(here.woken, false)) return Answer{0};
  here.asleep = true;
  thread.waits = Thread::Waits::sleep;
  return std::nullopt;
}

std::optional<Answer> DsmFirst::wait_while_stopped(Thread& thread) {
  const Here& here = here_.at(thread.caller());
  if (!here.stopped || here.dead) return Answer{};
  thread.waits = Thread::Waits::stop;
  return std::nullopt;
}

void DsmFirst::go_on_after_stop(const Here& here) {
  const auto found = threads_.find(here.calling);
  if (found == threads_.end() || found->second->waits != Thread::Waits::stop) return;
  found->second->waits = Thread::Waits::not_at_all;
  ready(here.calling, {});
}

Object DsmFirst::take_queue_node() {
  if (free_queue_nodes_.empty()) return machine_.layout.queue_node(machine_.self, queue_nodes_++);
  const std::uint64_t index = *free_queue_nodes_.begin();
  free_queue_nodes_.erase(free_queue_nodes_.begin());
  return machine_.layout.queue_node(machine_.self, index);
}

void DsmFirst::give_back_queue_node(Object node) { free_queue_nodes_.insert((node - 1) / machine_.layout.nodes()); }

// A dead caller gets no answer.
void DsmFirst::complete(Thread& thread, Result result) {
  const Here* caller = find_here(thread.caller());
  if (caller == nullptr || caller->dead) return;
  event_.out->complete(thread.beginning().cause, std::move(result), machine_.self);
}

void DsmFirst::start_here(Pid pid, Object process, const ProgramRef& program) {
  const bool fresh = here_.emplace(pid, Here{process}).second;
  SSI_CHECK(fresh, "a process starts twice");
  event_.out->order({ProgramOrder::Kind::start, pid, program, Signal::none});
}

void DsmFirst::end_here(Pid pid, std::int32_t status) {
  Here& here = here_.at(pid);
  if (here.dead) return;
  here.dead = true;
  here.status = status;
  event_.out->order({ProgramOrder::Kind::end, pid, {}, Signal::none});
  if (here.asleep) signal_came(pid);   // the call comes to its end, without an answer
  go_on_after_stop(here);
  if (here.calling == 0) begin({.kind = Beginning::Kind::exit, .caller = pid, .process = here.process, .status = status});
}

void DsmFirst::order_here(ProgramOrder order) {
  Here* here = find_here(order.pid);
  if (here == nullptr || here->dead) return;
  if (order.kind == ProgramOrder::Kind::stop) here->stopped = true;
  if (order.kind == ProgramOrder::Kind::resume) here->stopped = false;
  event_.out->order(order);
  if (!here->stopped) go_on_after_stop(*here);
}

void DsmFirst::wake_here(Pid pid) {
  Here* here = find_here(pid);
  if (here == nullptr) return;
  here->woken = true;
  if (!here->stopped) go_on_here(pid);
}

void DsmFirst::go_on_here(Pid pid) {
  Here* here = find_here(pid);
  if (here == nullptr || !here->asleep || !here->woken) return;
  here->asleep = here->woken = false;
  ready(here->calling, {0, {}});
}

void DsmFirst::signal_came(Pid pid) {
  Here* here = find_here(pid);
  if (here == nullptr) return;
  here->signalled = here->calling != 0;
  if (!std::exchange(here->asleep, false)) return;
  ready(here->calling, {1, {}});
}

void DsmFirst::leave_here(Pid pid) { here_.erase(pid); }

// Its new program, if it has one, begins when it goes on.
void DsmFirst::arrive_here(Pid pid, Object process, bool stopped, const ProgramRef* exec, bool in_call) {
  const auto [at, fresh] = here_.emplace(pid, Here{.process = process, .stopped = stopped, .call_comes = in_call});
  SSI_CHECK(fresh, "a process arrives twice");
  if (exec != nullptr) event_.out->order({ProgramOrder::Kind::exec, pid, *exec, Signal::none});
  event_.out->order({ProgramOrder::Kind::arrive, pid, {}, Signal::none});
  if (in_call) go_on_with_call(pid, at->second);
}

void DsmFirst::depart_here(Pid pid, NodeId to) {
  Here* here = find_here(pid);
  if (here == nullptr || here->dead) return;
  if (here->calling != 0 || here->call_comes) {
    here->goes_to = to;
    return;
  }
  here->calling = next_thread_;
  begin({.kind = Beginning::Kind::move, .cause = event_.out->cause, .caller = pid, .process = here->process, .to = to});
}

// ---- the disk, which one node has

void DsmFirst::device(Thread& thread, const Extent& extent) {
  thread.waits = Thread::Waits::device;
  const DeviceRequest request{thread.id(), extent.data, extent.from, extent.to};
  const NodeId at = machine_.layout.stands_in_for(NodeId{std::min(machine_.settings.device_node, machine_.layout.nodes() - 1)});
  if (at == machine_.self) begin_device(at, request);
  else event_.out->send(at, TxnId{}, ProcessorMessage(request));
}

void DsmFirst::begin_device(NodeId asks, const DeviceRequest& request) {
  Beginning beginning{.kind = Beginning::Kind::device, .cause = event_.out->cause};
  beginning.extent = {request.data, request.from, request.to};
  beginning.asks = asks;
  beginning.thread = request.thread;
  begin(std::move(beginning));
}

void DsmFirst::device_done(Thread& thread, std::uint64_t failed) {
  const Beginning& by = thread.beginning();
  if (by.asks == machine_.self) wait_over(by.thread, Thread::Waits::device, failed);
  else event_.out->send(by.asks, TxnId{}, ProcessorMessage(DeviceInterrupt{by.thread, failed}));
}

void DsmFirst::wait_over(ThreadId thread, Thread::Waits waits, std::uint64_t value) {
  const auto found = threads_.find(thread);
  SSI_CHECK(found != threads_.end() && found->second->waits == waits, "what a thread waited for is over, and it does not wait");
  ready(thread, {value, {}});
}

}   // namespace ssi::dsm_first
