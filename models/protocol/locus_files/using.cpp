#include "models/protocol/locus_files/using.hpp"

#include <algorithm>

#include "models/base/check.hpp"
#include "models/protocol/locus_files/storing.hpp"

namespace ssi::locus {

using vnode::Reply;

// An overload for each operation.
struct Using::Starter {
  Using& site;
  std::uint64_t task;
  Wire& wire;

  void operator()(const vnode::Open& open) const { site.open(task, open.file, open.write ? Mode::modify : Mode::read, wire); }
  void operator()(const OpenDirectory& open) const { site.open(task, open.directory, Mode::modify, wire); }
  void operator()(const vnode::Close& close) const { site.close(task, close.file, close.write, wire); }
  void operator()(const vnode::GetAttributes& get) const { site.look(task, get.file, wire); }
  void operator()(const Search&) const { site.search(task, wire); }
  void operator()(const MakeNew& make) const { site.make(task, make, wire); }
  void operator()(const RemoveFile& remove) const { site.open(task, remove.file, Mode::remove, wire); }
  void operator()(const Reopen& reopen) const { site.open(task, reopen.file, Mode::read, wire); }
  void operator()(const vnode::Read& read) const { site.queue(task, read.file, wire); }
  void operator()(const vnode::Write& write) const { site.queue(task, write.file, wire); }
  void operator()(const vnode::SetSize& set) const { site.queue(task, set.file, wire); }
  void operator()(const vnode::Sync& sync) const {   // what is in a directory is committed with each change
    if (site.directories_.contains(sync.file)) site.finish(task, {}, wire);
    else site.queue(task, sync.file, wire);
  }
  void operator()(const PutRecord& put) const { site.queue(task, put.directory, wire); }
  void operator()(const SetParent& set) const { site.queue(task, set.directory, wire); }
  void operator()(const vnode::Lock& lock) const {
    if (lock.kind == LockFile::Kind::unlock) site.locks_.erase({lock.file, lock.owner});
    site.ask(task, Test::lock, wire.settings.css_of(Name::of(lock.file).filegroup), LockRequest{lock}, wire);
  }
};

void Using::begin(std::uint64_t token, Operation operation, CallId cause, Wire& wire) {
  const std::uint64_t id = ++started_;
  Task& task = tasks_.emplace(id, Task{token, cause, std::move(operation), 0, self_}).first->second;
  const Operation begun = task.operation;   // the task may be over before this returns
  std::visit(Starter{*this, id, wire}, begun);
}

void Using::forget(std::uint64_t token, Wire& wire) {
  for (const auto& [txn, asked] : asked_) {
    const auto task = tasks_.find(asked.task);
    if (task == tasks_.end() || task->second.asker != token) continue;
    const auto* lock = std::get_if<vnode::Lock>(&task->second.operation);
    if (lock != nullptr) wire.send(asked.at, TxnId{++txns_}, Withdraw{lock->file, txn}, task->second.cause);
    return;
  }
}

TxnId Using::ask(std::uint64_t task, Test test, NodeId to, Message message, Wire& wire) {
  const TxnId txn{++txns_};
  Asked& asked = asked_.emplace(txn, Asked{task, to}).first->second;
  const bool of_css = std::holds_alternative<OpenRequest>(message) || std::holds_alternative<CreateRequest>(message) ||
                      std::holds_alternative<LockRequest>(message);
  if (of_css && !wire.settings.members.empty()) asked.of_css = std::make_shared<const Message>(message);
  wire.request(test, to, txn, std::move(message), tasks_.at(task).cause);
  return txn;
}

std::optional<Using::Asked> Using::answered(TxnId txn) {
  const auto entry = asked_.extract(txn);
  if (entry.empty()) return std::nullopt;
  return entry.mapped();
}

void Using::finish(std::uint64_t id, Reply reply, Wire&) {
  auto entry = tasks_.extract(id);
  Task& task = entry.mapped();
  finished_.push_back({task.asker, std::move(reply), std::move(task.inode), std::move(task.records), task.storage});
}

// The US tells which version it has itself, so that the CSS can choose it.
void Using::open(std::uint64_t id, FileId file, Mode mode, Wire& wire) {
  Task& task = tasks_.at(id);
  task.file = file;
  if (mode == Mode::read || mode == Mode::modify) ++uses_[file].opening;
  OpenRequest request = request_to_open(file, mode, wire);
  if (const auto* reopen = std::get_if<Reopen>(&task.operation)) request.times = reopen->times;
  ask(id, Test::open, wire.settings.css_of(Name::of(file).filegroup), std::move(request), wire);
}

OpenRequest Using::request_to_open(FileId file, Mode mode, const Wire& wire) const {
  const InodePtr own = wire.own.pack().committed(file);
  OpenRequest request{.file = file, .mode = mode, .stores = own && !own->deleted};
  if (request.stores) request.has = own->version;
  return request;
}

void Using::on(NodeId, TxnId txn, const OpenOk& ok, CallId, Wire& wire) {
  if (const auto asked = answered(txn)) opened(asked->task, ok, wire);
}

// What is opened counts here and at the SS; a directory that is only read is not kept from anybody, so nobody has to know.
void Using::opened(std::uint64_t id, const OpenOk& ok, Wire& wire) {
  Task& task = tasks_.at(id);
  const bool changes = std::holds_alternative<OpenDirectory>(task.operation);
  const auto* reopens = std::get_if<Reopen>(&task.operation);
  const bool opens = changes || reopens != nullptr || std::holds_alternative<vnode::Open>(task.operation);
  const bool good = ok.error == Errno::none;
  if (good) task.storage = ok.storage;
  if (good) task.inode = ok.polled ? ok.inode : wire.own.pack().committed(ok.file);
  if (good && opens && (changes || !task.inode->directory)) {
    if (ok.polled && reopens != nullptr) return reopened(id, ok.storage, ok.inode, ok.token, wire);
    if (ok.polled) return used(id, ok.file, ok.storage, ok.inode, ok.token, wire);
    const auto* open = std::get_if<vnode::Open>(&task.operation);   // the own SS has to be told
    const TxnId txn{++txns_};
    asked_.emplace(txn, Asked{id, self_});
    const Mode mode = changes || (open != nullptr && open->write) ? Mode::modify : Mode::read;
    const std::uint32_t times = reopens != nullptr ? reopens->times : 1;
    return wire.send(self_, txn, BeStorageSite{ok.file, mode, self_, task.inode->version, times}, task.cause);
  }
  if (reopens != nullptr) return could_not_reopen(id, wire);
  if (opens) {
    --uses_.at(task.file).opening;
    forget_if_unused(task.file);
  }
  const bool removed = ok.error == Errno::estale && std::holds_alternative<vnode::GetAttributes>(task.operation);
  if (removed && directories_.contains(task.file)) return finish(id, {.attributes = {.file = task.file, .directory = true}}, wire);
  if (!good) return fail(id, ok.error, wire);
  if (opens) ++directories_[task.file];
  if (std::holds_alternative<Search>(task.operation)) return search(id, wire);
  Reply reply;
  if (task.inode) reply.attributes = task.inode->attributes(ok.file);
  finish(id, std::move(reply), wire);
}

void Using::on(NodeId from, TxnId txn, const Accept& accept, CallId, Wire& wire) {
  const auto asked = answered(txn);
  if (!asked) return;
  const auto* make = std::get_if<MakeNew>(&tasks_.at(asked->task).operation);
  if (std::holds_alternative<Reopen>(tasks_.at(asked->task).operation))
    return reopened(asked->task, from, accept.inode, accept.token, wire);
  if (make == nullptr) return used(asked->task, accept.file, from, accept.inode, accept.token, wire);
  ask(asked->task, Test::open, wire.settings.css_of(make->filegroup), CreateRequest{accept.file, make->filegroup, accept.inode}, wire);
}

void Using::on(NodeId, TxnId txn, const Refuse&, CallId, Wire& wire) {
  const auto asked = answered(txn);
  if (!asked) return;
  if (std::holds_alternative<Reopen>(tasks_.at(asked->task).operation)) return could_not_reopen(asked->task, wire);
  if (const auto use = uses_.find(tasks_.at(asked->task).file); use != uses_.end() && use->second.opening > 0) --use->second.opening;
  fail(asked->task, Errno::eio, wire);
}

// A token that has been given up before this came is not one any more.
void Using::used(std::uint64_t id, FileId file, NodeId storage, const InodePtr& inode, Token token, Wire& wire) {
  Task& task = tasks_.at(id);
  Use& use = uses_.at(file);
  const auto* open = std::get_if<vnode::Open>(&task.operation);
  --use.opening;
  ++(open == nullptr || open->write ? use.writes : use.reads);
  SSI_CHECK(use.reads + use.writes == 1 || use.storage == storage || use.failed != Errno::none || use.detached,
            "file " + std::to_string(file) + " is used at two storage sites");
  use.storage = storage;
  use.opened = inode->version;
  if (token.serial > use.recalled && token.serial > use.token.serial) {
    use.token = token;
    use.coming.clear();   // a page that was asked for under the grant before is not kept
    if (use.writes == 0) use.token.right = std::min(token.right, Right::read);   // who wrote has closed it since
    use.inode = *inode;
  }
  task.inode = std::make_shared<const Inode>(use.token.right == Right::none ? *inode : use.inode);
  Reply reply;
  reply.attributes = task.inode->attributes(file);
  finish(id, std::move(reply), wire);
  run(file, wire);
}

void Using::close(std::uint64_t id, FileId file, bool modify, Wire& wire) {
  wire.at.out.work(wire.settings.costs.lookup);
  if (const auto directory = directories_.find(file); directory != directories_.end() && !modify) {
    if (--directory->second == 0) directories_.erase(directory);
    return finish(id, {}, wire);
  }
  const auto at = uses_.find(file);
  if (at == uses_.end()) return finish(id, {}, wire);
  Use& use = at->second;
  std::uint32_t& open = modify ? use.writes : use.reads;
  SSI_CHECK(open > 0, "file " + std::to_string(file) + " is closed more often than opened");
  --open;
  if (use.writes == 0 && use.token.right == Right::write) use.token.right = Right::read;   // others may use other copies now
  const NodeId storage = use.storage;
  const Errno failed = use.failed;
  const bool detached = use.detached;   // nobody has to know: it is not open anywhere now
  if (use.reads + use.writes == 0) {    // the SS knows from the CLOSE that the token is free
    use.token = {};
    use.pages.clear();
    use.coming.clear();
    use.asked = false;
    use.failed = Errno::none;
    use.detached = false;
  }
  forget_if_unused(file);
  if (detached) return finish(id, {}, wire);
  if (failed != Errno::none) return modify ? fail(id, failed, wire) : finish(id, {}, wire);
  ask(id, Test::close, storage, CloseRequest{file, modify}, wire);
}

void Using::forget_if_unused(FileId file) {
  const auto at = uses_.find(file);
  if (at == uses_.end()) return;
  const Use& use = at->second;
  if (use.reads + use.writes + use.opening == 0 && use.turns.empty()) uses_.erase(at);
}

void Using::on(NodeId, TxnId txn, const Done& done, CallId, Wire& wire) {
  const auto asked = answered(txn);
  if (!asked) return;
  const Task& task = tasks_.at(asked->task);
  if (std::holds_alternative<vnode::Sync>(task.operation)) {
    Task& sync = tasks_.at(asked->task);
    sync.failed = done.error;
    sync.page = 1;   // it is answered
    return run(task.file, wire);
  }
  if (done.error != Errno::none) return fail(asked->task, done.error, wire);
  finish(asked->task, {}, wire);
}

void Using::on(NodeId, TxnId txn, const Locked& locked, CallId, Wire& wire) {
  const auto asked = answered(txn);
  if (!asked) return;
  if (locked.error != Errno::none) return fail(asked->task, locked.error, wire);
  const auto& lock = std::get<vnode::Lock>(tasks_.at(asked->task).operation);
  if (lock.kind != LockFile::Kind::unlock) locks_[{lock.file, lock.owner}] = lock;
  finish(asked->task, {}, wire);
}

// Attributes: under a token they are known here, and those of a directory that may be searched here too.
void Using::look(std::uint64_t id, FileId file, Wire& wire) {
  wire.at.out.work(wire.settings.costs.lookup);
  const auto use = uses_.find(file);
  const InodePtr own = wire.own.pack().committed(file);
  Reply reply;
  if (use != uses_.end() && use->second.token.right != Right::none) {
    reply.attributes = use->second.inode.attributes(file);
    tasks_.at(id).inode = std::make_shared<const Inode>(use->second.inode);
  } else if (own && own->directory && !own->deleted && wire.here(Test::search, wire.own.searchable(file))) {
    reply.attributes = own->attributes(file);
    tasks_.at(id).inode = own;
  } else {
    return open(id, file, Mode::look, wire);
  }
  finish(id, std::move(reply), wire);
}

}   // namespace ssi::locus
