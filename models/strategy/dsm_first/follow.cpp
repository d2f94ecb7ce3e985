// Move the thread or move the page (TidalScale, PROTOCOLS 2.11): what the processor decides when a program touches a page of a segment that
// is not here, and how a caller that moves takes its call along. It moves as by migrate; the access begins anew where it arrives.
#include "models/base/check.hpp"
#include "models/strategy/dsm_first/dsm_first.hpp"

namespace ssi::dsm_first {
namespace {

// To a home or manager and on to the owner; who has not found the page by then fetches it.
constexpr std::uint32_t kHopsMax = 2;

}   // namespace

std::uint64_t DsmFirst::follow(const Thread& thread, const Ask& ask) {
  const coherence::Right needed = coherence::Access{.kind = ask.access}.writes() ? coherence::Right::write : coherence::Right::read;
  if (memory_->right(ask.word.page) >= needed) return 0;
  const NodeId at = memory_->believed_at(ask.word.page).value_or(machine_.self);
  Here* caller = find_here(thread.caller());
  if (at == machine_.self || caller == nullptr || thread.beginning().hops >= kHopsMax) return 0;
  const bool on_the_way = thread.beginning().hops > 0;
  if (machine_.settings.on_fault == "cost" && !on_the_way && ++caller->fetched[at] < machine_.settings.thread_cost) return 0;
  return at.value + 1;
}

void DsmFirst::continue_there(Thread& thread, NodeId to) {
  const Beginning& beginning = thread.beginning();
  const auto* store = std::get_if<Store>(&beginning.call);
  const std::uint64_t bytes = machine_.settings.context + (store != nullptr && store->data ? store->data->size() : 0);
  event_.out->send(to, TxnId{},
                   ProcessorMessage(ProcessorMoves{beginning.caller, beginning.cause, std::make_shared<const Call>(beginning.call), bytes,
                                                   beginning.hops + 1}));
}

void DsmFirst::call_arrives(const ProcessorMoves& moved) {
  if (given_up_calls_.erase(moved.pid) != 0) return;
  moved_calls_.emplace(moved.pid, moved);
  if (Here* here = find_here(moved.pid); here != nullptr && here->call_comes) go_on_with_call(moved.pid, *here);
}

// Once both have come: the process, which memory tells of, and its call.
void DsmFirst::go_on_with_call(Pid pid, Here& here) {
  const auto found = moved_calls_.find(pid);
  if (found == moved_calls_.end()) return;
  here.call_comes = false;
  const ProcessorMoves moved = found->second;
  moved_calls_.erase(found);
  begin({.kind = Beginning::Kind::call, .cause = moved.call, .caller = pid, .call = *moved.access, .hops = moved.hops});
}

void DsmFirst::exit_is_over(Pid pid) {
  if (const Here* here = find_here(pid); here != nullptr && here->call_comes) given_up_calls_.insert(pid);
  here_.erase(pid);
}

}   // namespace ssi::dsm_first
