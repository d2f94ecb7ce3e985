#include "models/protocol/locus_files/node.hpp"

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::locus {

Node::Node(NodeId self, const Settings& settings, const Durable* disk)
    : self_(self), settings_(settings), using_(self), synchronizing_(self), storing_(self, settings), names_(self) {
  if (const auto* left = dynamic_cast<const DurablePack*>(disk)) {
    storing_.pack().restore(left->image);
    for (const auto& [file, stored] : left->image.files)
      if (settings.css_of(Name::of(file).filegroup) == self && !stored.first->deleted) synchronizing_.enter(file, *stored.first);
    return;
  }
  Inode root{.directory = true};
  root.parent = vnode::kRoot;
  root.sites = settings.packs_of(0);
  if (root.stored_at(self)) storing_.pack().format(vnode::kRoot, root);
  if (settings.css_of(0) == self) synchronizing_.enter(vnode::kRoot, root);
}

template <class F>
void Node::handle(vnode::Context& at, F&& act) {
  std::vector<Mail> mail;
  Wire wire{self_, settings_, at, mail, storing_};
  act(wire);
  settle(wire);
}

void Node::begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, vnode::Context& at) {
  handle(at, [&](Wire& wire) {
    if (Names::serves(operation)) return names_.begin(token, operation, cause, wire);
    std::visit(
        Overload{[&](const vnode::Lookup&) {}, [&](const vnode::Create&) {}, [&](const vnode::Remove&) {}, [&](const vnode::Rename&) {},
                 [&](const vnode::ReadDirectory&) {}, [&](const auto& own) { using_.begin(token, own, cause, wire); }},
        operation);
  });
}

void Node::forget(std::uint64_t token, vnode::Context& at) {
  handle(at, [&](Wire& wire) { using_.forget(token, wire); });
}

bool Node::message(const ssi::Message& message, vnode::Context& at) {
  if (!message.body.is<Message>()) return false;
  const Header& header = message.header;
  if (header.from != self_ && header.view.value < set_ && is_of_a_css(message.body.get<Message>())) return true;   // nobody waits for it
  synchronizing_.heard_of(header.from);
  handle(at, [&](Wire& wire) { take({self_, header.txn, message.body.get<Message>(), header.cause}, header.from, wire); });
  return true;
}

// Which role a message is for; an answer is for the one that asked.
void Node::take(const Mail& mail, NodeId from, Wire& wire) {
  const auto& [to, txn, message, cause] = mail;
  if (waits_for_reports(txn, message)) return held_.push_back({from, mail});
  const Role asked = role_of(txn);
  const auto give = [&, txn = txn, cause = cause](auto& role, const auto& m) { role.on(from, txn, m, cause, wire); };
  const auto css = [&](const auto& m) { give(synchronizing_, m); };
  const auto ss = [&](const auto& m) { give(storing_, m); };
  const auto us = [&](const auto& m) { give(using_, m); };
  std::visit(Overload{[&](const OpenRequest& m) { css(m); },
                      [&](const CreateRequest& m) { css(m); },
                      [&](const Redirected& m) { css(m); },
                      [&](const LockRequest& m) { css(m); },
                      [&](const Withdraw& m) { css(m); },
                      [&](const StorageClose& m) { css(m); },
                      [&](const Accept& m) { asked == Role::using_site ? us(m) : css(m); },
                      [&](const Refuse& m) { asked == Role::using_site ? us(m) : css(m); },
                      [&](const PageData& m) { asked == Role::using_site ? us(m) : ss(m); },
                      [&](const NewVersion& m) {
                        css(m);
                        ss(m);
                      },
                      [&](const OpenOk& m) { us(m); },
                      [&](const Redirect& m) { us(m); },
                      [&](const Locked& m) { us(m); },
                      [&](const Done& m) { us(m); },
                      [&](const Grant& m) { us(m); },
                      [&](const Recall& m) { us(m); },
                      [&](const Revoke& m) { us(m); },
                      [&](const MergedCopies& m) { css(m); },
                      [&](const NewSet& m) { begin_set(m, wire); },
                      [&](const Reported& m) { told(from, m.report, wire); },
                      [&](const auto& m) { ss(m); }},
             message);
}

void Node::settle(Wire& wire) {
  for (;;) {
    for (Names::Ask& ask : names_.take_asks()) using_.begin(ask.token, std::move(ask.operation), ask.cause, wire);
    for (Finished& done : using_.take_finished()) {
      if (done.token & kOfNames) names_.finished(done, wire);
      else wire.at.answers.push_back({done.token, std::move(done.reply), done.served});
    }
    std::vector<Mail> local;
    for (Mail& mail : std::exchange(wire.mail, {})) {
      if (mail.to == self_) local.push_back(std::move(mail));
      else wire.at.out.send(mail.to, mail.txn, std::move(mail.message), {.raised = true, .cause = mail.cause});
    }
    for (const Mail& mail : local) take(mail, self_, wire);
    if (local.empty() && wire.mail.empty() && !names_.asks() && !using_.has_finished()) return;
  }
}

void Node::disk_done(const DiskDone& done, vnode::Context& at) {
  handle(at, [&](Wire& wire) { storing_.disk_done(done, wire); });
}

void Node::circuit_broken(const CircuitBroken& broken, vnode::Context& at) {
  handle(at, [&](Wire& wire) {
    std::erase_if(held_, [&](const Held& held) { return held.from == broken.peer; });
    storing_.site_lost(broken.peer, wire);
    synchronizing_.site_lost(broken.peer, wire);
    using_.site_lost(broken.peer, wire);
  });
}

void Node::check_invariants() const {
  using_.check_invariants();
  synchronizing_.check_invariants();
  storing_.check_invariants();
}

void Node::hash_into(StateHash& hash) const {
  using_.hash_into(hash);
  synchronizing_.hash_into(hash);
  storing_.hash_into(hash);
  names_.hash_into(hash);
}

void Node::describe(StateDump& out) const {
  for (const auto& [file, use] : using_.uses())
    out.add("file " + std::to_string(file) + " in use", "reads " + std::to_string(use.reads) + ", writes " + std::to_string(use.writes) +
                                                            " at " + std::to_string(use.storage.value) + ", " +
                                                            std::to_string(use.turns.size()) + " wait");
  for (const auto& [file, entry] : synchronizing_.files())
    out.add("file " + std::to_string(file),
            std::to_string(entry.users.size()) + " users, " + std::to_string(entry.requests.size()) + " requests");
  for (const auto& [file, served] : storing_.served())
    out.add("file " + std::to_string(file) + " served",
            std::to_string(served.users.size()) + " users, " + std::to_string(served.asks.size()) + " asks");
}

}   // namespace ssi::locus
