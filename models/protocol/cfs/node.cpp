#include "models/protocol/cfs/node.hpp"

#include "models/base/check.hpp"

namespace ssi::cfs {

void Node::begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, vnode::Context& at) {
  std::vector<Mail> mail;
  Wire wire{at, mail};
  client_.begin(token, operation, cause, wire);
  settle(wire);
}

void Node::forget(std::uint64_t token, vnode::Context& at) {
  std::vector<Mail> mail;
  Wire wire{at, mail};
  client_.forget(token, wire);
  settle(wire);
}

bool Node::message(const ssi::Message& message, vnode::Context& at) {
  if (!message.body.is<Message>()) return false;
  std::vector<Mail> mail;
  Wire wire{at, mail};
  take(message.header.from, message.header.txn, message.header.cause, message.body.get<Message>(), wire);
  settle(wire);
  return true;
}

void Node::take(NodeId from, TxnId txn, CallId cause, const Message& message, Wire& wire) {
  if (const auto* want = std::get_if<Want>(&message)) server_.on(from, txn, *want, cause, wire);
  else if (const auto* surrender = std::get_if<Surrender>(&message)) server_.on(from, *surrender, wire);
  else if (const auto* release = std::get_if<Release>(&message)) server_.on(from, txn, *release, cause, wire);
  else if (const auto* ship = std::get_if<Ship>(&message)) server_.on(from, txn, *ship, cause, wire);
  else if (const auto* withdraw = std::get_if<Withdraw>(&message)) server_.on(from, *withdraw, wire);
  else if (const auto* grant = std::get_if<Grant>(&message)) client_.on(txn, *grant, wire);
  else if (const auto* recall = std::get_if<Recall>(&message)) client_.on(txn, *recall, cause, wire);
  else client_.on(txn, std::get<Done>(message), wire);
}

void Node::settle(Wire& wire) {
  for (;;) {
    for (const Server::Store& ask : server_.take_store()) {
      std::vector<vnode::Answer> answers;
      vnode::Context context{wire.at.now, wire.at.out, answers};
      store_->begin(ask.token, ask.operation, ask.cause, context);
      for (const vnode::Answer& answer : answers) server_.stored(answer.token, answer.reply, wire);
    }
    std::vector<Mail> local;
    for (Mail& mail : std::exchange(wire.mail, {})) {
      if (mail.to == self_) local.push_back(std::move(mail));
      else wire.at.out.send(mail.to, mail.txn, std::move(mail.message), {.cause = mail.cause});
    }
    if (local.empty() && !server_.asks_store()) return;
    for (const Mail& mail : local) take(self_, mail.txn, mail.cause, mail.message, wire);
  }
}

template <class F>
void Node::tell_store(vnode::Context& at, F&& tell) {
  std::vector<Mail> mail;
  Wire wire{at, mail};
  std::vector<vnode::Answer> answers;
  vnode::Context context{at.now, at.out, answers};
  tell(context);
  for (const vnode::Answer& answer : answers) server_.stored(answer.token, answer.reply, wire);
  settle(wire);
}

bool Node::timer(const TimerEvent& event, vnode::Context& at) {
  bool taken = false;
  if (store_) tell_store(at, [&](vnode::Context& context) { taken = store_->timer(event, context); });
  return taken;
}

void Node::disk_done(const DiskDone& done, vnode::Context& at) {
  if (store_) tell_store(at, [&](vnode::Context& context) { store_->disk_done(done, context); });
}

void Node::circuit_broken(const CircuitBroken& broken, vnode::Context& at) {
  std::vector<Mail> mail;
  Wire wire{at, mail};
  if (broken.peer == server_at_) client_.server_lost(wire);
  if (store_) server_.client_lost(broken.peer, wire);
  settle(wire);
}

void Node::check_invariants() const {
  client_.check_invariants();
  server_.check_invariants();
  if (store_) store_->check_invariants();
}

void Node::hash_into(StateHash& hash) const {
  client_.hash_into(hash);
  server_.hash_into(hash);
  if (store_) store_->hash_into(hash);
}

void Node::describe(StateDump& out) const {
  for (const auto& [key, token] : client_.tokens())
    out.add("token of file " + std::to_string(key.file) + " index " + std::to_string(key.index),
            "state " + std::to_string(static_cast<int>(token.state)));
  if (store_) store_->describe(out);
}

bool one_writer(const std::vector<const Node*>& nodes) {
  std::map<Key, std::pair<int, int>> seen;   // writers, readers
  for (const Node* node : nodes)
    for (const auto& [key, token] : node->client().tokens()) {
      if (token.state == State::write) ++seen[key].first;
      if (token.state == State::read || token.state == State::read_to_write) ++seen[key].second;
    }
  for (const auto& [key, holders] : seen)
    if (holders.first > 1 || (holders.first == 1 && holders.second > 0)) return false;
  return true;
}

}   // namespace ssi::cfs
