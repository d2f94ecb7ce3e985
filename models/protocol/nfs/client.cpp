#include "models/protocol/nfs/client.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::nfs {
namespace {

constexpr TimerKey kRetryTimer{hash_of("nfs.retry")};

}   // namespace

void Client::begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, vnode::Context& at) {
  at.out.work(std::holds_alternative<vnode::Read>(operation) || std::holds_alternative<vnode::Write>(operation) ? costs_.io
                                                                                                                : costs_.lookup);
  const std::uint64_t task = ++started_;
  tasks_.emplace(task, Task{.token = token, .cause = cause, .operation = operation});
  advance(task, at);
}

TxnId Client::ask(Message call, CallId cause, std::uint64_t task, vnode::Context& at) {
  const TxnId txn{++started_};
  if (settings_.site) at.out.note(Note::Kind::shipped, *settings_.site);
  at.out.send(server_, txn, Message(call), {.cause = cause});
  asked_.emplace(txn, Asked{std::move(call), cause, task});
  if (task != 0) tasks_.at(task).waits.insert(txn);
  return txn;
}

void Client::answer(std::uint64_t task, vnode::Reply reply, vnode::Context& at) {
  const auto done = tasks_.extract(task);
  const bool asked = done.mapped().phase > 0;
  at.answers.push_back({done.mapped().token, std::move(reply), asked ? server_ : self_});
}

bool Client::message(const ssi::Message& message, vnode::Context& at) {
  if (!message.body.is<Message>()) return false;
  const auto* answered = std::get_if<Answered>(&message.body.get<Message>());
  SSI_CHECK(answered != nullptr, "a client is asked");
  replied(message.header.txn, *answered->reply, at);
  return true;
}

// An answer that comes twice, since it was asked twice, is to nobody.
void Client::replied(TxnId txn, const vnode::Reply& reply, vnode::Context& at) {
  const auto entry = asked_.extract(txn);
  if (entry.empty()) return;
  absorb(entry.mapped(), txn, reply, at);
  std::vector<std::uint64_t> ready;
  for (auto& [id, task] : tasks_) {
    if (task.waits.erase(txn) == 0) continue;
    if (entry.mapped().task == id && (task.reply.good() || !reply.good())) task.reply = reply;
    if (task.waits.empty()) ready.push_back(id);
  }
  for (std::uint64_t id : ready) advance(id, at);
}

void Client::circuit_broken(const CircuitBroken& broken, vnode::Context& at) {
  if (broken.peer != server_ || asked_.empty() || timer_set_) return;
  timer_set_ = true;
  at.out.set_timer(kRetryTimer, ++timer_generation_, settings_.retry);
}

// The server may have carried out what is asked again here. Reading twice does no harm; a second CREATE, REMOVE or RENAME is refused
// although the first was good, and the caller sees that.
bool Client::timer(const TimerEvent& event, vnode::Context& at) {
  if (event.key != kRetryTimer) return false;
  if (event.generation != timer_generation_) return true;
  timer_set_ = false;
  std::vector<TxnId> given_up;
  for (auto& [txn, asked] : asked_) {
    if (!settings_.hard && asked.attempts > settings_.retries) given_up.push_back(txn);
    else at.out.send(server_, txn, Message(asked.call), {.cause = asked.cause});
    ++asked.attempts;
  }
  for (TxnId txn : given_up) replied(txn, vnode::Reply::info(Errno::eio), at);
  return true;
}

void Client::check_invariants() const {
  for (const auto& [id, task] : tasks_) {
    SSI_INVARIANT(!task.waits.empty(), "a call waits for nothing");
    for (TxnId txn : task.waits) SSI_INVARIANT(asked_.contains(txn), "a call waits for a request that is not under way");
  }
  std::uint64_t blocks = 0;
  for (const auto& [id, file] : files_) {
    blocks += file.blocks.size();
    for (TxnId txn : file.writing) SSI_INVARIANT(asked_.contains(txn), "a write behind is lost");
  }
  SSI_INVARIANT(blocks == blocks_, "blocks are miscounted");
}

void Client::hash_into(StateHash& hash) const {
  hash.add(files_.size());
  for (const auto& [id, file] : files_) {
    hash.add(id);
    hash.add(file.attributes.contents);
    hash.add(file.blocks.size());
    hash.add(file.dirty.size());
  }
  hash.add(names_.size());
  hash.add(tasks_.size());
  hash.add(asked_.size());
}

void Client::describe(StateDump& out) const {
  for (const auto& [txn, asked] : asked_)
    out.add("nfs request " + std::to_string(txn.value), std::to_string(asked.call.index()) + ", attempt " + std::to_string(asked.attempts));
}

}   // namespace ssi::nfs
