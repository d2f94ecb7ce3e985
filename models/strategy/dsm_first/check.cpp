// What holds of the kernel's tables while no thread is under way, read from whoever has a copy of the page.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/strategy/dsm_first/dsm_first.hpp"
#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {

bool DsmFirst::at_rest() const {
  return booted_ && interrupts_.empty() &&
         std::all_of(threads_.begin(), threads_.end(), [](const auto& entry) { return entry.second->waits == Thread::Waits::sleep; });
}

void DsmFirst::check_invariants() const {
  SSI_INVARIANT(ready_.empty() && outcome_.done.empty() && outcome_.lost.empty(), "somebody is ready after an event");
  for (const auto& [id, thread] : threads_) SSI_INVARIANT(thread->waits != Thread::Waits::not_at_all, "a thread stands still");
  for (const auto& [pid, here] : here_) {
    const auto call = threads_.find(here.calling);
    SSI_INVARIANT(here.calling == 0 || call != threads_.end(), "a call in progress without a thread");
    SSI_INVARIANT(!here.asleep || call->second->waits == Thread::Waits::sleep, "asleep in a call that does not wait");
  }
  for (const auto& [page, waiting] : spinners_) {
    SSI_INVARIANT(memory_->right(page) != coherence::Right::none, "somebody spins on a page that is not here");
    for (const ThreadId id : waiting)
      SSI_INVARIANT(memory_->copy(page)->word(threads_.at(id)->where.offset) == threads_.at(id)->was, "a spin that missed a change");
  }
  memory_->check_invariants();
}

void DsmFirst::hash_into(StateHash& hash) const {
  Digest digest;
  memory_->hash_into(digest);
  hash.add(digest.value());
  hash.add(next_thread_);
  for (const auto& [id, thread] : threads_) thread->hash_into(hash);
  for (const auto& [pid, here] : here_) {
    hash.add(pid);
    hash.add(here.process);
    hash.add(std::uint64_t{here.calling});
    hash.add(std::uint64_t{here.asleep} | std::uint64_t{here.woken} << 1 | std::uint64_t{here.signalled} << 2 |
             std::uint64_t{here.dead} << 3 | std::uint64_t{here.call_comes} << 4);
    for (const auto& [node, pages] : here.fetched) {
      hash.add(node);
      hash.add(std::uint64_t{pages});
    }
  }
  for (const auto& [pid, moved] : moved_calls_) hash.add(pid);
  for (const Pid pid : given_up_calls_) hash.add(pid);
  for (const std::uint64_t index : free_queue_nodes_) hash.add(index);
  hash.add(queue_nodes_);
  background_.hash_into(hash);
  image_.hash_into(hash);
  for (const auto* asked : {&interrupts_, &in_service_})
    for (const Asked& one : *asked) {
      hash.add(one.from);
      hash.add(one.thread);
    }
  hash.add(std::uint64_t{not_there_});
}

void DsmFirst::describe(StateDump& out) const {
  std::string text;
  for (const auto& [pid, here] : here_)
    text += std::to_string(pid.value) + " at " + std::to_string(here.process) + (here.asleep ? " asleep" : "") +
            (here.dead ? " dead" : "") + "\n";
  out.add("processes here", text);
  text.clear();
  for (const auto& [id, thread] : threads_) {
    const Beginning& beginning = thread->beginning();
    text += std::to_string(id) + ": kind " + std::to_string(static_cast<int>(beginning.kind)) + ", of " +
            std::to_string(beginning.caller.value) +
            (beginning.kind == Beginning::Kind::call ? " in " + std::string(kCallNames[beginning.call.index()]) : "") + ", waits " +
            std::to_string(static_cast<int>(thread->waits)) + " at " +
            std::string(kTableNames[static_cast<std::size_t>(Layout::table_of(thread->where.page))]) + " page " +
            std::to_string(thread->where.page.value) + "\n";
  }
  out.add("threads", text);
  text = "state " + std::to_string(static_cast<int>(image_.state())) + ", nodes";
  for (const NodeId node : image_.members()) text += " " + std::to_string(node.value);
  out.add("image", text);
  memory_->describe(out);
}

// Reads words where there is a copy.
class Checker {
 public:
  Checker(std::span<const Strategy* const> nodes, Report& report) : report_(report) {
    for (const Strategy* node : nodes) nodes_.push_back(static_cast<const DsmFirst*>(node));
  }

  void run() {
    std::erase_if(nodes_, [](const DsmFirst* node) { return !node->image().running(); });
    if (nodes_.empty() || !std::all_of(nodes_.begin(), nodes_.end(), [](const DsmFirst* node) { return node->at_rest(); }))
      return check_here();
    if (nodes_.size() != nodes_.front()->image().members().size()) return;   // its end is on its way, or its begin
    check_here();
    for (std::uint32_t node = 0; node < layout().nodes(); ++node)   // an interrupt is on its way
      if (word(layout().at(Table::run_queue, Layout::of_node(NodeId{node}), run_queue::todo)) != kNone) return;
    const std::size_t before = report_.problems.size();
    check_locks();
    check_tasks();
    check_queues();
    if (unseen_) report_.problems.resize(before);
  }

 private:
  const Layout& layout() const { return nodes_.front()->machine().layout; }
  // A page that nobody can read now was written by nobody; or it is at home or on its way, with a protocol that evicts or prefetches.
  std::uint64_t word(Word at) {
    for (const DsmFirst* node : nodes_)
      if (node->memory().right(at.page) != coherence::Right::none) return node->memory().copy(at.page)->word(at.offset);
    for (const DsmFirst* node : nodes_) unseen_ = unseen_ || node->memory().keeps(at.page);
    return 0;
  }
  const DsmFirst* node_of(std::uint64_t number) const {   // nullptr: it is not in the image
    for (const DsmFirst* node : nodes_)
      if (node->machine().self.value == number) return node;
    return nullptr;
  }
  std::uint64_t field(Object process, process::Field field) { return word(layout().at(Table::process, process, field)); }

  // A pid runs on one processor.
  void check_here() {
    std::set<Pid> seen;
    for (const DsmFirst* node : nodes_)
      for (const auto& [pid, here] : node->here())
        if (!seen.insert(pid).second) report_.add("process " + std::to_string(pid.value) + " runs on two nodes");
  }

  void check_lock(Word at, const std::string& name) {
    const bool tickets = nodes_.front()->machine().settings.lock_kind() == LockKind::ticket;
    if (tickets ? word(at) != word(at + 1) : word(at) != 0) report_.add("at rest, but " + name + " is locked");
  }
  void check_locks() {
    check_lock(layout().at(Table::kernel, kTaskLock), "the task list");
    for (std::size_t table = 0; table < kTables; ++table)
      for (std::uint32_t node = 0; node < layout().nodes(); ++node)
        check_lock(layout().at(Table::allocator, layout().allocator(static_cast<Table>(table), NodeId{node})), "an allocator");
    for (std::uint32_t node = 0; node < layout().nodes(); ++node)
      check_lock(layout().at(Table::run_queue, Layout::of_node(NodeId{node})), "a run queue");
  }

  void check_tasks() {
    std::uint64_t count = 0;
    Object before = kNone;
    for (Object at = word(layout().at(Table::kernel, kTasks)); at != kNone; at = field(at, process::next_task)) {
      tasks_.push_back(at);
      ++count;
      if (field(at, process::previous_task) != before) report_.add("the task list is not linked both ways");
      check_task(at);
      before = at;
    }
    if (word(layout().at(Table::kernel, kTasks) + 1) != count) report_.add("the task list has another length than its count");
  }

  void check_task(Object at) {
    const std::uint64_t state = field(at, process::state);
    const std::string name = "process " + std::to_string(field(at, process::pid));
    if (state != process::living && state != process::zombie) report_.add(name + " is in the task list, neither living nor a zombie");
    if (field(at, process::todo) != 0) report_.add("at rest, but " + name + " has to be looked at");
    if (at > layout().nodes()) {
      bool known = false;
      for (Object child = field(field(at, process::parent), process::first_child); child != kNone;
           child = field(child, process::next_sibling))
        known = known || child == at;
      if (!known) report_.add(name + " is nobody's child");
    }
    const std::uint64_t on = field(at, process::node);
    const DsmFirst* const there = node_of(on);
    const bool runs = there != nullptr && there->here().contains(Pid{field(at, process::pid)});
    if ((state == process::living) != runs) report_.add(name + " lives, but does not run where it says, or the other way round");
  }

  // Each living process is on the queue of its node, and on no other.
  void check_queues() {
    std::set<Object> queued;
    for (std::uint32_t node = 0; node < layout().nodes(); ++node) {
      const Word queue = layout().at(Table::run_queue, Layout::of_node(NodeId{node}));
      std::uint64_t length = 0;
      for (Object at = word(queue + run_queue::first); at != kNone; at = field(at, process::next_in_queue)) {
        ++length;
        if (!queued.insert(at).second) report_.add("a process on two run queues");
        if (field(at, process::node) != node) report_.add("a process on the run queue of another node");
      }
      if (length != word(queue + run_queue::length)) report_.add("a run queue has another length than its count");
    }
    for (const Object at : tasks_)
      if ((field(at, process::state) == process::living) != queued.contains(at))
        report_.add("a living process on no run queue, or a dead one");
  }

  std::vector<const DsmFirst*> nodes_;
  Report& report_;
  std::vector<Object> tasks_;
  bool unseen_ = false;   // a page could not be read
};

void check_cluster(std::span<const Strategy* const> nodes, Report& report) { Checker(nodes, report).run(); }

}   // namespace ssi::dsm_first
