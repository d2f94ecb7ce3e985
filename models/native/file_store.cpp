#include "models/native/file_store.hpp"

#include "models/base/check.hpp"

namespace ssi::native {

using vnode::Reply;

FileStore::FileStore(NodeId self, const FileCosts& costs, const FileSettings& settings)
    : self_(self), costs_(costs), settings_(settings), inodes_(settings.capacity_blocks),
      pages_({.disk = settings.disk, .capacity = settings.cache_pages}) {}

FileStore::FileStore(NodeId self, const FileCosts& costs, const FileSettings& settings, const DiskImage& image)
    : self_(self), costs_(costs), settings_(settings), inodes_(settings.capacity_blocks, image.inodes, image.next),
      pages_({.disk = settings.disk, .capacity = settings.cache_pages}, image) {}

std::shared_ptr<const Durable> FileStore::durable() const {
  return settings_.disk ? std::make_shared<DurableFiles>(pages_.image()) : nullptr;
}

void FileStore::answer(const Asker& asker, Reply reply, vnode::Context& at) const {
  at.answers.push_back({asker.token, std::move(reply), self_});
}

void FileStore::update(const Asker& asker, Reply reply, vnode::Context& at) const {
  at.out.work(reply.good() ? costs_.update : costs_.lookup);
  answer(asker, std::move(reply), at);
}

// What the name space answers is answered at once; contents may have to wait for the disk.
struct FileStore::Begin {
  FileStore& store;
  Asker asker;
  vnode::Context& at;

  void operator()(const vnode::Lookup& lookup) const { found(store.inodes_.lookup(lookup.directory, lookup.name)); }
  void operator()(const vnode::GetAttributes& get) const { found(store.inodes_.attributes(get.file)); }
  void operator()(const vnode::ReadDirectory& list) const {
    Reply reply = store.inodes_.list(list.directory);
    at.out.work(store.costs_.io + store.costs_.page * static_cast<std::int64_t>(reply.attributes.size / 64));   // 64 entries of 64 bytes
    store.answer(asker, std::move(reply), at);
  }
  void operator()(const vnode::Create& create) const { store.update(asker, store.inodes_.create(create), at); }
  void operator()(const vnode::Remove& remove) const { store.update(asker, store.inodes_.remove(remove), at); }
  void operator()(const vnode::Rename& rename) const { store.update(asker, store.inodes_.rename(rename), at); }
  void operator()(const vnode::Open& open) const {
    Reply reply = store.inodes_.attributes(open.file);
    if (reply.good()) store.inodes_.hold(open.file);
    found(std::move(reply));
  }
  void operator()(const vnode::Close& close) const {
    store.inodes_.release(close.file);
    store.answer(asker, {}, at);
  }
  void operator()(const vnode::Read& read) const { store.data(asker, read, read.file, at); }
  void operator()(const vnode::Write& write) const { store.data(asker, write, write.file, at); }
  void operator()(const vnode::SetSize& set) const { store.data(asker, set, set.file, at); }
  void operator()(const vnode::Sync&) const { store.sync(asker, at); }
  void operator()(const vnode::Lock&) const { SSI_CHECK(false, "a local file system leaves locks to the system-call layer"); }

 private:
  void found(Reply reply) const {
    at.out.work(store.costs_.lookup);
    store.answer(asker, std::move(reply), at);
  }
};

void FileStore::begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, vnode::Context& at) {
  std::visit(Begin{*this, {token, cause}, at}, operation);
  settle(at);
}

void FileStore::check_invariants() const {
  inodes_.check_invariants();
  pages_.check_invariants();
  for (const auto& [id, running] : running_) {
    const auto turns = turns_.find(running.file);
    SSI_INVARIANT(turns != turns_.end(), "an operation that waits for nobody's turn");
    const Turns& file = turns->second;
    SSI_INVARIANT(!file.alone || file.active.size() == 1, "a write shares file " + std::to_string(running.file));
    SSI_INVARIANT(!file.active.contains(id) || !running.waits.empty(), "an operation is active and waits for nothing");
  }
  SSI_INVARIANT(throttled_.empty() || !pages_.under_way().empty(), "a writer waits and nothing is written back");
  SSI_INVARIANT(commit_ || waiting_syncs_.empty(), "a commit is asked for and none runs");
  SSI_INVARIANT(settings_.disk || quiet(), "an operation waits for a disk that is not there");
}

void FileStore::hash_into(StateHash& hash) const {
  inodes_.hash_into(hash);
  pages_.hash_into(hash);
  hash.add(running_.size());
  hash.add(throttled_.size());
  hash.add(waiting_syncs_.size());
}

void FileStore::describe(StateDump& out) const {
  out.add("files", std::to_string(inodes_.all().size()) + " inodes, " + std::to_string(pages_.size()) + " pages, " +
                       std::to_string(pages_.dirty().size()) + " dirty, " + std::to_string(running_.size()) + " operations wait");
}

}   // namespace ssi::native
