// What becomes durable when: write-back in the background, throttled writers, and the journal's commits.
#include <utility>

#include "models/base/check.hpp"
#include "models/native/file_store.hpp"

namespace ssi::native {

using vnode::Reply;

namespace {

constexpr TimerKey kCommitTimer{hash_of("files.commit")};
constexpr std::uint64_t kInodeBytes = 256;   // ext3's larger size

}   // namespace

void FileStore::charge(const std::vector<std::uint64_t>& requests, vnode::Context& at) const {
  at.out.work(costs_.disk_request * static_cast<std::int64_t>(requests.size()));
}

void FileStore::sync(const Asker& asker, vnode::Context& at) {
  at.out.work(costs_.io);
  if (!settings_.disk || (!commit_ && !changed() && pages_.under_way().empty())) return answer(asker, {}, at);
  waiting_syncs_.push_back(asker);
  if (!commit_) start_commit(at);
}

void FileStore::settle(vnode::Context& at) {
  for (std::uint64_t block : inodes_.take_dropped()) pages_.drop(block);
  if (!settings_.disk) {
    inodes_.recycle(inodes_.take_changes().released);
    return at.out.page_cache(pages_.size() * kBlockBytes);
  }
  if (pages_.dirty().size() > settings_.dirty_max / 2) charge(pages_.write_back(pages_.dirty(), kNoCall, at.out), at);
  pages_.trim();
  at.out.page_cache(pages_.size() * kBlockBytes);
  while (!throttled_.empty() && pages_.unwritten() <= settings_.dirty_max) {
    answer(throttled_.front().asker, std::move(throttled_.front().reply), at);
    throttled_.pop_front();
  }
  if (changed() && !timer_set_) {
    timer_set_ = true;
    at.out.set_timer(kCommitTimer, ++timer_generation_, settings_.commit_period, true);
  }
}

bool FileStore::timer(const TimerEvent& event, vnode::Context& at) {
  if (event.key != kCommitTimer) return false;
  if (event.generation != timer_generation_) return true;
  timer_set_ = false;
  if (!commit_ && changed()) start_commit(at);
  settle(at);
  return true;
}

void FileStore::start_commit(vnode::Context& at) {
  Inodes::Changes changes = inodes_.take_changes();
  commit_ = Commit{};
  commit_->todo = pages_.dirty();
  commit_->waits = pages_.under_way();
  for (FileId id : changes.inodes) {
    const Inode* inode = inodes_.find(id);
    commit_->inodes.emplace(id, inode == nullptr ? std::nullopt : std::optional(*inode));
  }
  commit_->released = std::move(changes.released);
  commit_->next = inodes_.next();
  commit_->syncs = std::exchange(waiting_syncs_, {});
  push_commit(at);
}

// Goes on as far as it can. A block that was already being written when it was dirtied is written when that has ended.
void FileStore::push_commit(vnode::Context& at) {
  const CallId cause = commit_->syncs.empty() ? kNoCall : commit_->syncs.front().cause;
  if (commit_->phase == Commit::Phase::data) {
    const auto requests = pages_.write_back(commit_->todo, cause, at.out);
    charge(requests, at);
    commit_->waits.insert(requests.begin(), requests.end());
    std::erase_if(commit_->todo, [this](std::uint64_t block) { return !pages_.dirty().contains(block); });
  }
  if (!commit_->waits.empty() || !commit_->todo.empty()) return;
  switch (commit_->phase) {
    case Commit::Phase::data:
      commit_->phase = Commit::Phase::journal;
      commit_->waits = {pages_.write_journal(journal_bytes(), cause, at.out)};
      break;
    case Commit::Phase::journal:
      commit_->phase = Commit::Phase::flush;
      commit_->waits = {pages_.flush(cause, at.out)};
      break;
    case Commit::Phase::flush: return end_commit(at);
  }
  at.out.work(costs_.disk_request);
}

// A descriptor block, the inodes, a block of each changed directory, and the commit record.
std::uint64_t FileStore::journal_bytes() const {
  std::uint64_t bytes = 2 * kBlockBytes;
  for (const auto& [id, inode] : commit_->inodes) bytes += kInodeBytes + (inode && inode->directory ? kBlockBytes : 0);
  return bytes;
}

void FileStore::end_commit(vnode::Context& at) {
  Commit done = std::move(*commit_);
  commit_.reset();
  if (!done.failed) pages_.commit(done.inodes, done.next);
  // What is still being written must not get new contents underneath.
  std::set<std::uint64_t> idle;
  for (std::uint64_t block : done.released)
    if (!pages_.being_written(block)) idle.insert(block);
  inodes_.recycle(idle);
  for (std::uint64_t block : idle) done.released.erase(block);
  inodes_.release_later(done.released);
  for (const Asker& asker : done.syncs) answer(asker, done.failed ? Reply::fail(Errno::eio) : Reply{}, at);
  if (!waiting_syncs_.empty()) start_commit(at);
}

void FileStore::disk_done(const DiskDone& event, vnode::Context& at) {
  const auto done = pages_.done(event);
  if (!done) return;
  std::vector<std::uint64_t> ready;
  for (auto& [id, running] : running_) {
    if (running.waits.erase(done->token) == 0) continue;
    running.failed |= done->failed;
    if (running.waits.empty()) ready.push_back(id);
  }
  for (std::uint64_t id : ready) collect(id, at);
  if (commit_) {
    if (commit_->waits.erase(done->token) == 1) commit_->failed |= done->failed;
    push_commit(at);
  }
  settle(at);
}

}   // namespace ssi::native
