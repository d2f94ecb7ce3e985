// Data tokens at the storage site: several using sites may keep what they have read, or one may write. Asked for once and held until
// somebody else asks; in its order of asking.
#include "models/protocol/locus_files/storing.hpp"

namespace ssi::locus {

void Storing::on(NodeId from, TxnId txn, const TokenRequest& request, CallId cause, Wire& wire) {
  if (const auto at = served_.find(request.file); at == served_.end() || !at->second.users.contains(from)) return;   // it has left
  ask(request.file, {from, request.right, from, txn, cause}, wire);
}

void Storing::ask(FileId file, Ask ask, Wire& wire) {
  Served& served = served_[file];
  served.asks.push_back(ask);
  if (served.asks.size() == 1) grant(file, wire);
}

// A writer stands against everybody, who reads against a writer.
bool Storing::recall(FileId file, Served& served, const Ask& ask, Wire& wire) {
  for (const auto& [site, user] : served.users) {
    const bool against = ask.right == Right::write ? user.token.right != Right::none : user.token.right == Right::write;
    if (site == ask.user || !against) continue;
    served.recalled.insert(site);
    wire.send(site, ask.txn, Recall{file, user.token.serial, ask.right == Right::read}, ask.cause);
  }
  return served.recalled.empty();
}

void Storing::grant(FileId file, Wire& wire) {
  Served& served = served_[file];
  while (!served.asks.empty()) {
    const Ask ask = served.asks.front();
    if (!recall(file, served, ask, wire)) return;
    served.asks.pop_front();
    const auto user = served.users.find(ask.user);
    Token token;
    if (ask.accepts != Mode::look && user != served.users.end()) {
      Token& held = user->second.token;
      if (held.right < ask.right) held = {ask.right, ++serials_};
      token = held;
    }
    const auto inode = std::make_shared<const Inode>(*pack_.current(file));
    if (ask.accepts) wire.send(ask.answer_to, ask.txn, Accept{file, inode, token}, ask.cause);
    else wire.send(ask.answer_to, ask.txn, Grant{file, token, inode}, ask.cause);
  }
  forget_if_unused(file);
}

// Of a grant that is not the user's last one: it has been given up already, with a close.
void Storing::on(NodeId from, TxnId, const Release& release, CallId, Wire& wire) {
  const auto at = served_.find(release.file);
  if (at == served_.end()) return;
  Served& served = at->second;
  const auto user = served.users.find(from);
  if (user == served.users.end() || user->second.token.serial != release.serial || served.recalled.erase(from) == 0) return;
  user->second.token.right = release.keeps_read ? Right::read : Right::none;
  if (served.recalled.empty()) grant(release.file, wire);
}

}   // namespace ssi::locus
