#include "models/protocol/locus_files/synchronizing.hpp"

#include "models/base/check.hpp"

namespace ssi::locus {

void Synchronizing::enter(FileId id, const Inode& inode) {
  File& file = files_[id];
  file.latest.include(inode.version);
  file.sites = inode.sites;
  file.directory = inode.directory;
}

// Searches and looks change nothing here, so they wait for nobody. A directory that is read is only looked at.
void Synchronizing::on(NodeId from, TxnId txn, const OpenRequest& open, CallId cause, Wire& wire) {
  wire.at.out.work(wire.settings.costs.lookup);
  const auto at = files_.find(open.file);
  const bool may_be_elsewhere = wire.settings.is_split() && open.mode != Mode::remove;   // on the other side of a cut
  if (at == files_.end())
    return wire.send(from, txn, OpenOk{open.file, may_be_elsewhere ? Errno::ehostdown : Errno::estale, {}, true}, cause);
  File& file = at->second;
  if (file.conflict && open.mode != Mode::look) return wire.send(from, txn, OpenOk{open.file, Errno::eio, {}, true}, cause);
  Request request{from, txn, cause, open};
  if (file.directory && open.mode == Mode::read) request.open.mode = Mode::look;
  if (open.mode == Mode::remove &&
      !file.users.empty()) {   // once nobody has it open; who holds a directory is not kept by who waits for it
    file.unlinked = true;
    wire.send(from, txn, OpenOk{open.file, Errno::none, self_, true}, cause);
    return serve(open.file, wire);
  }
  if (request.open.mode != Mode::search && request.open.mode != Mode::look) {
    file.requests.push_back(std::move(request));
    return serve(open.file, wire);
  }
  request.candidates = candidates(file, request, wire.settings);
  if (!poll(open.file, file, request, true, wire)) wire.send(from, txn, request.result, cause);
}

bool Synchronizing::is_latest_at_user(const File& file, const Request& request) {
  return request.open.stores && request.open.has.has_all_of(file.latest);
}

// While it is open for modification there is one storage site. Else the using site's own copy is the best, if it is the latest; then the
// CSS's; then the others', from the using site's number on, so that they share the work.
std::deque<NodeId> Synchronizing::candidates(const File& file, const Request& request, const Settings& settings) const {
  if (file.modified_at) return {*file.modified_at};
  const auto user = file.users.find(request.from);
  if (request.open.mode == Mode::read && user != file.users.end()) return {user->second.storage};
  std::deque<NodeId> out;
  const auto add = [&](NodeId site) {
    if (!down_.contains(site) && settings.is_member(site) && std::find(out.begin(), out.end(), site) == out.end()) out.push_back(site);
  };
  if (is_latest_at_user(file, request)) add(request.from);
  if (std::find(file.sites.begin(), file.sites.end(), self_) != file.sites.end()) add(self_);
  for (std::size_t i = 0; i < file.sites.size(); ++i) {
    const NodeId site = file.sites[(request.from.value + i) % file.sites.size()];
    if (site != request.from) add(site);
  }
  if (request.open.stores) add(request.from);   // it had an old version when it asked
  return out;
}

// A directory is changed by one at a time.
bool Synchronizing::may_start(const File& file, const Request& request) const {
  if (file.merging) return false;
  if (!file.directory || file.unlinked || request.open.mode != Mode::modify) return true;
  for (const auto& [site, user] : file.users)
    if (user.writes > 0) return false;
  return true;
}

void Synchronizing::serve(FileId id, Wire& wire) {
  for (;;) {
    const auto at = files_.find(id);
    if (at == files_.end() || at->second.busy || at->second.requests.empty()) return;
    File& file = at->second;
    Request& request = file.requests.front();
    if (!may_start(file, request)) return;
    file.busy = true;
    if (request.open.mode == Mode::modify && file.directory && file.unlinked) {   // it waited, and now there is no such directory
      request.result = {id, Errno::estale, self_, true};
      finish(id, wire);
      continue;
    }
    if (request.open.mode == Mode::remove && !file.users.empty()) {   // opened while it waited
      file.unlinked = true;
      request.result = {id, Errno::none, self_, true};
      finish(id, wire);
      continue;
    }
    request.candidates = candidates(file, request, wire.settings);
    if (!poll(id, file, request, false, wire)) accepted(id, wire);
  }
}

// The US that has the latest version itself is not asked: it will tell its own SS.
bool Synchronizing::poll(FileId id, File& file, Request& request, bool alone, Wire& wire) {
  if (request.candidates.empty()) {
    request.result = {id, Errno::eio, self_, true};   // no copy of the latest version can be reached
    return false;
  }
  const NodeId site = request.candidates.front();
  request.candidates.pop_front();
  const bool by_user = site == request.from && site != self_ && is_latest_at_user(file, request);
  if (by_user && request.open.mode != Mode::remove && !file.modified_at) {
    request.result = {id, Errno::none, site, false};
    return false;
  }
  const TxnId txn{++txns_};
  wire.request(Test::storage, site, txn, BeStorageSite{id, request.open.mode, request.from, file.latest, request.open.times},
               request.cause);
  Poll poll{id, site, std::nullopt, std::nullopt, request.cause};
  if (alone) poll.alone = request;
  polls_.emplace(txn, std::move(poll));
  return true;
}

void Synchronizing::on(NodeId from, TxnId txn, const Accept& accept, CallId cause, Wire& wire) {
  const auto entry = polls_.extract(txn);
  if (entry.empty()) return;
  const Poll& poll = entry.mapped();
  const OpenOk result{accept.file, Errno::none, from, true, accept.inode, accept.token};
  if (poll.creating) {
    enter(accept.file, *accept.inode);
    return wire.send(poll.creating->from, poll.creating->txn, result, cause);
  }
  if (poll.alone) return wire.send(poll.alone->from, poll.alone->txn, result, cause);
  files_.at(poll.file).requests.front().result = result;
  accepted(poll.file, wire);
  serve(poll.file, wire);
}

// Not the latest version, or none: another pack is tried.
void Synchronizing::on(NodeId, TxnId txn, const Refuse&, CallId cause, Wire& wire) {
  auto entry = polls_.extract(txn);
  if (entry.empty()) return;
  Poll& refused = entry.mapped();
  if (refused.creating) return wire.send(refused.creating->from, refused.creating->txn, OpenOk{0, Errno::eio, {}, true}, cause);
  const auto at = files_.find(refused.file);
  if (refused.alone) {
    Request& request = *refused.alone;
    if (at == files_.end()) return wire.send(request.from, request.txn, OpenOk{refused.file, Errno::estale, {}, true}, cause);
    if (!poll(refused.file, at->second, request, true, wire)) wire.send(request.from, request.txn, request.result, cause);
    return;
  }
  if (!poll(refused.file, at->second, at->second.requests.front(), false, wire)) accepted(refused.file, wire);
  serve(refused.file, wire);
}

// Who reads elsewhere has to come to the site where it is going to be modified.
void Synchronizing::accepted(FileId id, Wire& wire) {
  File& file = files_.at(id);
  Request& request = file.requests.front();
  const OpenOk& result = request.result;
  if (result.error == Errno::none && request.open.mode == Mode::modify)
    for (const auto& [site, user] : file.users)
      if (user.storage != result.storage && !down_.contains(site)) {
        request.redirected.insert(site);
        wire.send(site, request.txn, Redirect{id, result.storage}, request.cause);
      }
  if (request.redirected.empty()) finish(id, wire);
}

void Synchronizing::on(NodeId from, TxnId, const Redirected& redirected, CallId, Wire& wire) {
  const auto at = files_.find(redirected.file);
  if (at == files_.end() || !at->second.busy) return;
  Request& request = at->second.requests.front();
  if (request.redirected.erase(from) == 0) return;
  if (const auto user = at->second.users.find(from); user != at->second.users.end()) user->second.storage = request.result.storage;
  if (request.redirected.empty()) finish(redirected.file, wire);
  serve(redirected.file, wire);
}

void Synchronizing::finish(FileId id, Wire& wire) {
  File& file = files_.at(id);
  const Request request = std::move(file.requests.front());
  file.requests.pop_front();
  file.busy = false;
  const bool good = request.result.error == Errno::none;
  if (good && !down_.contains(request.from) && (request.open.mode == Mode::read || request.open.mode == Mode::modify)) {
    User& user = file.users[request.from];
    (request.open.mode == Mode::modify ? user.writes : user.reads) += request.open.times;
    user.storage = request.result.storage;
    if (request.open.mode == Mode::modify) file.modified_at = user.storage;
  }
  if (request.answers && !down_.contains(request.from)) wire.send(request.from, request.txn, request.result, request.cause);
  if (request.open.mode != Mode::remove || !request.result.inode) return;
  const std::deque<Request> others = std::move(file.requests);   // the file is gone
  files_.erase(id);
  for (const Request& other : others)
    if (other.answers) wire.send(other.from, other.txn, OpenOk{id, Errno::estale, {}, true}, other.cause);
}

void Synchronizing::on(NodeId from, TxnId txn, const StorageClose& close, CallId cause, Wire& wire) {
  wire.at.out.work(wire.settings.costs.lookup);
  wire.send(from, txn, Closed{}, cause);
  const auto at = files_.find(close.file);
  if (at == files_.end()) return;
  File& file = at->second;
  if (close.version.has_all_of(file.latest)) file.latest = close.version;
  const auto user = file.users.find(close.user);
  if (user == file.users.end()) return;
  std::uint32_t& open = close.modify ? user->second.writes : user->second.reads;
  if (open > 0) --open;
  if (user->second.reads + user->second.writes == 0) file.users.erase(user);
  next(close.file, wire);
}

// After somebody has closed it.
void Synchronizing::next(FileId id, Wire& wire) {
  File& file = files_.at(id);
  bool modified = false;
  for (const auto& [site, user] : file.users) modified |= user.writes > 0;
  if (!modified) file.modified_at.reset();
  if (file.users.empty() && file.unlinked) {
    file.unlinked = false;
    Request& removal = file.requests.emplace_back();
    removal.from = self_;
    removal.open.file = id;
    removal.open.mode = Mode::remove;
    removal.answers = false;
  }
  serve(id, wire);
}

void Synchronizing::on(NodeId from, TxnId, const NewVersion& version, CallId, Wire&) {
  if (const auto apart = apart_.find(version.file); apart != apart_.end()) apart->second[from] = version.inode;
  const auto at = files_.find(version.file);
  if (at == files_.end()) return;
  File& file = at->second;
  if (version.inode->version.has_all_of(file.latest)) file.latest = version.inode->version;
  if (version.inode->deleted && file.users.empty() && !file.busy && file.requests.empty()) files_.erase(at);   // removed in another set
}

void Synchronizing::on(NodeId from, TxnId txn, const CreateRequest& create, CallId cause, Wire& wire) {
  wire.at.out.work(wire.settings.costs.lookup);
  if (create.made != vnode::kNoFile) {
    enter(create.made, *create.inode);
    return wire.send(from, txn, OpenOk{create.made, Errno::none, from, true, create.inode}, cause);
  }
  const TxnId poll{++txns_};
  const NodeId site = create.inode->sites.front();
  polls_.emplace(poll, Poll{vnode::kNoFile, site, std::nullopt, Creating{from, txn}, cause});
  wire.request(Test::storage, site, poll, MakeFile{create.filegroup, create.inode}, cause);
}

}   // namespace ssi::locus
