// The using site: data tokens, which are held until they are asked for, and another storage site.
#include <algorithm>

#include "models/protocol/locus_files/using.hpp"

namespace ssi::locus {

bool Using::has(Use& use, FileId file, Right right, const Task& task, Wire& wire) {
  if (use.token.right >= right) return true;
  if (use.asked) return false;
  use.asked = true;
  wire.request(Test::token, use.storage, {}, TokenRequest{file, right}, task.cause);
  return false;
}

// One that was sent before a close may come after the answer to the next open, which has a newer one.
void Using::on(NodeId from, TxnId, const Grant& grant, CallId, Wire& wire) {
  const auto at = uses_.find(grant.file);
  if (at == uses_.end() || at->second.storage != from || at->second.reads + at->second.writes == 0) return;
  Use& use = at->second;
  if (grant.token.serial <= use.recalled || grant.token.serial < use.token.serial) return;
  use.asked = false;
  use.token = grant.token;
  use.coming.clear();   // a page that was asked for under the grant before is not kept
  use.inode = *grant.inode;
  run(grant.file, wire);
}

// While a call has its turn with the token, the token stays. One that is not there is given up already, or has not come yet.
void Using::on(NodeId from, TxnId, const Recall& recall, CallId cause, Wire& wire) {
  const auto at = uses_.find(recall.file);
  if (at == uses_.end() || at->second.token.serial != recall.serial || at->second.token.right == Right::none) {
    if (at != uses_.end()) at->second.recalled = std::max(at->second.recalled, recall.serial);
    return wire.send(from, {}, Release{recall.file, recall.serial, false}, cause);
  }
  if (at->second.active) at->second.recall = recall;
  else surrender(at->second, recall.file, recall, wire);
}

void Using::surrender(Use& use, FileId file, const Recall& recall, Wire& wire) {
  if (use.token.serial != recall.serial) return;
  use.token.right = recall.to_read ? Right::read : Right::none;
  if (!recall.to_read) {
    use.recalled = std::max(use.recalled, recall.serial);
    use.pages.clear();
    use.coming.clear();
  }
  wire.send(use.storage, {}, Release{file, recall.serial, recall.to_read}, wire.at.out.cause);
}

// The CSS: another storage site from now on.
void Using::on(NodeId from, TxnId txn, const Redirect& redirect, CallId cause, Wire& wire) {
  const auto at = uses_.find(redirect.file);
  if (at == uses_.end() || at->second.reads + at->second.writes == 0) return wire.send(from, txn, Redirected{redirect.file}, cause);
  at->second.redirect = Redirection{redirect.storage, from, txn, cause};
  if (!at->second.active) go_over(at->second, redirect.file, wire);
  run(redirect.file, wire);
}

void Using::go_over(Use& use, FileId file, Wire& wire) {
  const Redirection to = *std::exchange(use.redirect, std::nullopt);
  wire.send(use.storage, {}, Leave{file}, to.cause);
  wire.send(to.to, {}, Join{file, use.reads, use.writes}, to.cause);
  wire.send(to.css, to.txn, Redirected{file}, to.cause);
  use.storage = to.to;
  use.token = {};
  use.recalled = 0;
  use.recall.reset();
  use.asked = false;
  use.pages.clear();
  use.coming.clear();
}

void Using::give_way(Use& use, FileId file, Wire& wire) {
  if (use.redirect) return go_over(use, file, wire);
  if (use.recall) surrender(use, file, Recall(*std::exchange(use.recall, std::nullopt)), wire);
}

}   // namespace ssi::locus
