#include "models/protocol/offset/tokens.hpp"

#include <algorithm>
#include <string>

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::offset {

Verdict Tokens::step(Token& token, On on) {
  const std::size_t index = row_of(rows::kTable, token.state, on);
  ++hits_[index];
  SSI_CHECK(rows::kTable[index].verdict != Verdict::never,
            "offset token: state " + std::to_string(static_cast<int>(token.state)) + ", event " + std::to_string(static_cast<int>(on)));
  if (rows::kTable[index].verdict == Verdict::go) token.state = rows::kTable[index].next;
  return rows::kTable[index].verdict;
}

// To this node itself it is delivered by drain(), within the same event.
void Tokens::say(NodeId to, Message message, CallId cause, Effects& out) {
  if (to == self_) loop_.send(to, TxnId{0}, std::move(message), out, cause);
  else out.send(to, TxnId{0}, std::move(message), {.raised = true, .cause = cause});
}

void Tokens::drain(Effects& out, std::vector<std::uint64_t>& came) {
  loop_.drain([&](const auto& item) { handle(self_, item.message, item.cause, out, came); });
}

void Tokens::share(std::uint64_t name, std::uint64_t offset, bool in_use) {
  SSI_CHECK(manager_of(name) == self_, "another node's entry is shared here");
  tokens_[name] = {in_use ? State::used : State::held, offset, 1, kNoCall, false};
  managed_[name] = {.holder = self_, .having = {{self_, 1}}};
}

void Tokens::hold(std::uint64_t name, NodeId node, std::int32_t by, Effects& out) {
  const Hold hold{name, node, by};
  if (manager_of(name) == self_) on(hold);
  else say(manager_of(name), hold, kNoCall, out);
}

void Tokens::arrived(std::uint64_t name, std::uint64_t offset) {
  Token& token = tokens_[name];
  if (token.times++ == 0) token.offset = offset;
}

bool Tokens::take(std::uint64_t name, CallId cause, Effects& out) {
  Token& token = tokens_.at(name);
  step(token, On::take);
  if (token.state == State::used) return true;
  say(manager_of(name), Want{name, token.offset}, cause, out);
  std::vector<std::uint64_t> came;
  drain(out, came);   // the manager is here, and may have it
  return !came.empty();
}

void Tokens::put(std::uint64_t name, std::uint64_t offset, Effects& out) {
  Token& token = tokens_.at(name);
  token.offset = offset;
  step(token, On::put);
  if (token.state == State::away) say(manager_of(name), Surrender{name, offset}, token.recalled_for, out);
  std::vector<std::uint64_t> came;
  drain(out, came);
  SSI_CHECK(came.empty(), "the offset that was given up comes back at once");
}

void Tokens::left(std::uint64_t name, Effects& out) {
  const Token gone = tokens_.extract(name).mapped();
  SSI_CHECK(gone.state == State::away || gone.state == State::held, "an entry is closed during a call on it");
  if (!gone.alone) say(manager_of(name), Release{name, gone.times, gone.state == State::held, gone.offset}, kNoCall, out);
  std::vector<std::uint64_t> came;
  drain(out, came);
}

bool Tokens::message(const ssi::Message& message, Effects& out, std::vector<std::uint64_t>& came) {
  if (!message.body.is<Message>()) return false;
  handle(message.header.from, message.body.get<Message>(), message.header.cause, out, came);
  drain(out, came);
  return true;
}

void Tokens::handle(NodeId from, const Message& message, CallId cause, Effects& out, std::vector<std::uint64_t>& came) {
  std::visit(Overload{
                 [&](const Want& want) { on(from, want, cause, out); },
                 [&](const Surrender& surrender) { on(from, surrender, out); },
                 [&](const Hold& hold) { on(hold); },
                 [&](const Release& release) { on(from, release, out); },
                 [&](const Recall& recall) { on(recall, cause, out); },
                 [&](const Grant& grant) { on(grant, came); },
             },
             message);
}

// A node that has the entry keeps it known, and so does the one that passes it on, until its HOLD is here.
void Tokens::on(NodeId from, const Want& want, CallId cause, Effects& out) {
  const auto found = managed_.find(want.name);
  if (found == managed_.end()) return say(from, Grant{want.name, want.known}, cause, out);   // lost with a circuit
  found->second.waiting.emplace_back(from, cause);
  serve(want.name, found->second, out);
}

// Who waits first gets it, once the holder has given it up.
void Tokens::serve(std::uint64_t name, Managed& managed, Effects& out) {
  if (managed.waiting.empty()) return;
  const auto [node, cause] = managed.waiting.front();
  if (managed.holder) {
    if (!managed.recalled) say(*managed.holder, Recall{name}, cause, out);
    managed.recalled = true;
    return;
  }
  managed.waiting.pop_front();
  managed.holder = node;
  managed.recalled = false;
  say(node, Grant{name, managed.offset}, cause, out);
  serve(name, managed, out);   // the next one asks for it back
}

void Tokens::on(NodeId from, const Surrender& surrender, Effects& out) {
  const auto found = managed_.find(surrender.name);
  if (found == managed_.end() || found->second.holder != from) return;   // lost with a circuit
  Managed& managed = found->second;
  managed.holder.reset();
  managed.recalled = false;
  managed.offset = surrender.offset;
  serve(surrender.name, managed, out);
}

void Tokens::on(NodeId from, const Release& release, Effects& out) {
  const auto found = managed_.find(release.name);
  if (found == managed_.end()) return;
  if (release.held) on(from, Surrender{release.name, release.offset}, out);
  on(Hold{release.name, from, -release.times});
}

void Tokens::on(const Hold& hold) {
  const auto found = managed_.find(hold.name);
  if (found == managed_.end()) return;
  if ((found->second.having[hold.node] += hold.by) == 0) found->second.having.erase(hold.node);
  forget_if_unused(hold.name);
}

void Tokens::forget_if_unused(std::uint64_t name) {
  if (managed_.at(name).having.empty()) managed_.erase(name);
}

void Tokens::on(const Recall& recall, CallId cause, Effects& out) {
  const auto found = tokens_.find(recall.name);
  if (found == tokens_.end()) return;   // RELEASE has crossed it
  Token& token = found->second;
  token.recalled_for = cause;
  const bool goes = step(token, On::recalled) == Verdict::go && token.state == State::away;
  if (goes) say(manager_of(recall.name), Surrender{recall.name, token.offset}, cause, out);
}

void Tokens::on(const Grant& grant, std::vector<std::uint64_t>& came) {
  const auto found = tokens_.find(grant.name);
  if (found == tokens_.end() || found->second.state != State::wanted) return;   // asked for before a circuit broke
  found->second.offset = grant.offset;
  step(found->second, On::granted);
  came.push_back(grant.name);
}

void Tokens::circuit_broken(NodeId peer, Effects& out, std::vector<std::uint64_t>& came) {
  for (auto& [name, token] : tokens_) {
    if (manager_of(name) != peer) continue;
    const bool waited = token.state == State::wanted;
    step(token, On::lost);
    token.alone = true;
    if (waited) came.push_back(name);
  }
  std::vector<std::uint64_t> names;
  for (auto& [name, managed] : managed_) {
    managed.having.erase(peer);
    std::erase_if(managed.waiting, [&](const auto& one) { return one.first == peer; });
    if (managed.holder == peer) managed.holder.reset(), managed.recalled = false;   // the offset is as it was last known here
    names.push_back(name);
  }
  for (const std::uint64_t name : names) {
    serve(name, managed_.at(name), out);
    forget_if_unused(name);
  }
  drain(out, came);
}

void Tokens::check_invariants() const {
  for (const auto& [name, token] : tokens_) SSI_INVARIANT(token.times > 0, "an entry that never came");
  for (const auto& [name, managed] : managed_) {
    SSI_INVARIANT(!managed.having.empty(), "an offset that nobody shares");
    SSI_INVARIANT(managed.holder || managed.waiting.empty(), "a node waits for an offset that is here");
    SSI_INVARIANT(!managed.recalled || managed.holder, "a token is recalled from nobody");
  }
}

void Tokens::hash_into(StateHash& hash) const {
  for (const auto& [name, token] : tokens_) {
    hash.add(name);
    hash.add(static_cast<std::uint64_t>(token.state));
    hash.add(token.offset);
    hash.add(static_cast<std::uint64_t>(token.times));
  }
  for (const auto& [name, managed] : managed_) {
    hash.add(name);
    hash.add(managed.offset);
    hash.add(managed.holder.value_or(NodeId{~0U}));
    for (const auto& [node, times] : managed.having) hash.add(node);
    for (const auto& [node, cause] : managed.waiting) hash.add(node);
  }
}

void Tokens::describe(StateDump& out) const {
  for (const auto& [name, token] : tokens_)
    out.add("offset " + std::to_string(name),
            "state " + std::to_string(static_cast<int>(token.state)) + ", " + std::to_string(token.offset));
  for (const auto& [name, managed] : managed_)
    out.add("shared offset " + std::to_string(name),
            std::to_string(managed.having.size()) + " nodes, " + std::to_string(managed.waiting.size()) + " wait");
}

bool one_holder(const std::vector<const Tokens*>& nodes) {
  std::map<std::uint64_t, int> holders;
  for (const Tokens* node : nodes)
    for (const auto& [name, token] : node->tokens())
      holders[name] += !token.alone && token.state != State::away && token.state != State::wanted;
  return std::all_of(holders.begin(), holders.end(), [](const auto& one) { return one.second <= 1; });
}

}   // namespace ssi::offset
