#include "models/protocol/cfs/client.hpp"

#include "models/base/check.hpp"

namespace ssi::cfs {

using vnode::Reply;

Verdict Client::step(Key key, Token& token, On event) {
  const std::size_t row = row_of(kTable, token.state, event);
  ++rows_[row];
  SSI_CHECK(kTable[row].verdict != Verdict::never, "token of file " + std::to_string(key.file) + ": state " +
                                                       std::to_string(static_cast<int>(token.state)) + ", event " +
                                                       std::to_string(static_cast<int>(event)));
  if (kTable[row].verdict == Verdict::go) token.state = kTable[row].next;
  return kTable[row].verdict;
}

TxnId Client::send(Message message, CallId cause, Wire& wire, TxnId txn) {
  if (txn.value == 0) txn = TxnId{++txns_};
  if (site_ && server_ != self_) wire.at.out.note(Note::Kind::shipped, *site_);
  wire.mail.push_back({server_, txn, std::move(message), cause});
  return txn;
}

void Client::answer(std::uint64_t id, Reply reply, NodeId served, Wire& wire) {
  const auto done = tasks_.extract(id);
  wire.at.answers.push_back({done.mapped().asker, std::move(reply), served});
}

// Contents are used here, under tokens; everything else is the server's.
void Client::begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, Wire& wire) {
  const std::uint64_t id = ++started_;
  tasks_.emplace(id, Task{.asker = token, .cause = cause, .operation = operation});
  if (const auto* read = std::get_if<vnode::Read>(&operation)) return queue(id, read->file, wire);
  if (const auto* write = std::get_if<vnode::Write>(&operation)) return queue(id, write->file, wire);
  if (const auto* sync = std::get_if<vnode::Sync>(&operation)) return queue(id, sync->file, wire);
  ship(id, wire);
}

void Client::ship(std::uint64_t id, Wire& wire) {
  Task& task = tasks_.at(id);
  task.shipping = true;
  shipped_.emplace(send(Ship{std::make_shared<const vnode::Operation>(task.operation)}, task.cause, wire), id);
}

// Only a lock is ever withdrawn; the answer comes all the same.
void Client::forget(std::uint64_t token, Wire& wire) {
  for (const auto& [txn, id] : shipped_)
    if (tasks_.at(id).asker == token) return void(send(Withdraw{txn}, tasks_.at(id).cause, wire));
}

void Client::on(TxnId txn, const Grant& grant, Wire& wire) {
  Token& token = tokens_.at(grant.key);
  SSI_CHECK(token.want == txn, "a grant that was not asked for");
  if (grant.error != Errno::none) {   // the file is gone
    tokens_.erase(grant.key);
    if (const auto turn = turns_.find(grant.key.file); turn != turns_.end()) tasks_.at(turn->second.front()).failed = grant.error;
    return run(grant.key.file, wire);
  }
  step(grant.key, token, grant.write ? On::granted_write : On::granted_read);
  token.want = TxnId{0};
  token.granted = txn;
  if (grant.key.index == kInode) token.attributes = grant.attributes;
  else if (grant.has_data) token.data = grant.data;
  run(grant.key.file, wire);
  const auto left = tokens_.find(grant.key);
  if (left == tokens_.end() || left->second.pinned || !left->second.deferred) return;
  const Recall recall = *std::exchange(left->second.deferred, std::nullopt);
  surrender(grant.key, left->second, recall, wire);
  if (left->second.state == State::none) tokens_.erase(left);
}

void Client::on(TxnId, const Recall& recall, CallId cause, Wire& wire) {
  const auto found = tokens_.find(recall.key);
  const bool held = found != tokens_.end() && found->second.granted == recall.granted && found->second.state != State::none_to_read &&
                    found->second.state != State::none_to_write;
  const bool coming = found != tokens_.end() && found->second.want == recall.granted;
  if (!held && !coming) {   // dropped without a word
    Token none;
    step(recall.key, found == tokens_.end() ? none : found->second, On::stale);
    return void(send(Surrender{recall.key, recall.granted}, cause, wire));
  }
  Token& token = found->second;
  if (coming && (recall.to_read || token.state != State::read_to_write))
    step(recall.key, token, recall.to_read ? On::downgrade : On::invalidate);
  if (coming || token.pinned) return void(token.deferred = recall);
  surrender(recall.key, token, recall, wire);
  if (token.state == State::none) tokens_.erase(found);
}

void Client::surrender(Key key, Token& token, const Recall& recall, Wire& wire) {
  const bool wrote = token.state == State::write;
  const Verdict verdict = step(key, token, recall.to_read ? On::downgrade : On::invalidate);
  if (verdict == Verdict::ignore) return;
  SSI_CHECK(verdict == Verdict::go, "a recall that has to wait was not deferred");
  Surrender out{key, recall.granted, recall.to_read};
  if (wrote && key.index == kInode) out.size = token.attributes.size;
  if (wrote && key.index != kInode && token.changed) out.data = token.data;   // a write-back may be overtaken by this
  token.dirty = token.changed = false;
  if (!recall.to_read) token.data = nullptr;
  send(std::move(out), kNoCall, wire);
}

void Client::on(TxnId txn, const Done& done, Wire& wire) {
  if (const auto release = releases_.extract(txn); !release.empty()) {
    const Key key = release.mapped();
    if (const auto token = tokens_.find(key); token != tokens_.end() && token->second.state == State::write_to_none) {
      step(key, token->second, On::released);
      tokens_.erase(token);
    }
    for (auto& [id, task] : tasks_)
      if (task.waits.erase(txn) == 1 && !done.reply->good()) task.failed = done.reply->error;
    return run(key.file, wire);
  }
  const auto shipped = shipped_.extract(txn);
  if (shipped.empty()) return;   // given up
  const auto turn = std::get_if<vnode::Sync>(&tasks_.at(shipped.mapped()).operation);
  const FileId file = turn ? turn->file : vnode::kNoFile;
  answer(shipped.mapped(), *done.reply, server_, wire);
  if (file != vnode::kNoFile) run(file, wire);
}

// Its answers will not come, and its tokens are nobody's: what was written and not committed is lost.
void Client::server_lost(Wire& wire) {
  shipped_.clear();
  releases_.clear();
  turns_.clear();
  tokens_.clear();
  while (!tasks_.empty()) answer(tasks_.begin()->first, Reply::info(Errno::eio), self_, wire);
}

void Client::check_invariants() const {
  for (const auto& [key, token] : tokens_) {
    SSI_INVARIANT(token.state != State::none, "a token that is not there is kept");
    SSI_INVARIANT(!token.dirty || token.state == State::write, "contents were changed without the token");
    SSI_INVARIANT(!token.pinned || token.state == State::read || token.state == State::write || token.state == State::read_to_write,
                  "a call uses a token that is not there");
  }
  for (const auto& [file, turn] : turns_) SSI_INVARIANT(!turn.empty() && tasks_.contains(turn.front()), "a turn of nobody");
}

void Client::hash_into(StateHash& hash) const {
  for (const auto& [key, token] : tokens_) {
    hash.add(key.file);
    hash.add(key.index);
    hash.add(static_cast<std::uint64_t>(token.state));
    hash.add(token.attributes.size);
  }
  hash.add(tasks_.size());
}

}   // namespace ssi::cfs
