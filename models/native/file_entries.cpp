// Calls on descriptors: open-file entries, whose turn it is to move an offset, closing, and locks.
#include "models/base/check.hpp"
#include "models/native/file_part.hpp"

namespace ssi::native {

void FilePart::on_entry(Doing doing, std::int32_t descriptor, PartContext& at) {
  const Description* description = at.descriptors.find(doing.caller, descriptor);
  if (description == nullptr || description->part != CallClass::file) return fail(enter(std::move(doing)), Errno::ebadf, at);
  Entry& entry = entries_.at(description->entry);
  ++entry.references;
  doing.entry = description->entry;
  const std::uint64_t token = enter(std::move(doing));
  Doing& own = doing_.at(token);
  const bool reads = std::holds_alternative<Read>(own.request), writes = std::holds_alternative<Write>(own.request);
  if ((reads && !entry.flags.read) || (writes && !entry.flags.write)) return fail(token, Errno::ebadf, at);
  if (reads && entry.directory) return fail(token, Errno::eisdir, at);
  if (const auto* request = std::get_if<LockFile>(&own.request)) return lock(token, LockFile(*request), at);
  if (reads || writes || std::holds_alternative<Seek>(own.request)) return take_turn(token, at);
  own.step = Doing::Step::last;
  begin(token, vnode::Sync{entry.file}, own.call, at);
}

void FilePart::take_turn(std::uint64_t token, PartContext& at) {
  Doing& doing = doing_.at(token);
  Entry& entry = entries_.at(doing.entry);
  doing.step = Doing::Step::turn;
  entry.waiting.push_back(token);
  if (!entry.busy) give_turn(doing.entry, at);
}

void FilePart::give_turn(std::uint64_t id, PartContext& at) {
  Entry& entry = entries_.at(id);
  entry.busy = !entry.waiting.empty();
  if (!entry.busy) return;
  const std::uint64_t token = entry.waiting.front();
  entry.waiting.pop_front();
  entry.using_it = token;
  use_entry(token, at);
}

void FilePart::use_entry(std::uint64_t token, PartContext& at) {
  Doing& doing = doing_.at(token);
  Entry& entry = entries_.at(doing.entry);
  if (doing.caller == kNoPid) return used_entry(token, {token, {}, self_}, at);   // it has died while it waited
  if (entry.shared != 0) {
    doing.step = Doing::Step::offset;
    if (!offsets_->take(entry.shared, doing.call, at.out)) return;
    entry.offset = offsets_->offset(entry.shared);
  }
  use_offset(token, at);
}

void FilePart::use_offset(std::uint64_t token, PartContext& at) {
  Doing& doing = doing_.at(token);
  const Entry& entry = entries_.at(doing.entry);
  if (doing.caller == kNoPid) return used_entry(token, {token, {}, self_}, at);   // it has died while the offset came
  if (const auto* read = std::get_if<Read>(&doing.request)) {
    doing.step = Doing::Step::read;
    return begin(token, vnode::Read{entry.file, entry.offset, read->count}, doing.call, at);
  }
  if (const auto* write = std::get_if<Write>(&doing.request)) {
    doing.step = Doing::Step::write;
    return begin(token, vnode::Write{entry.file, entry.offset, write->data, entry.flags.append}, doing.call, at);
  }
  doing.step = Doing::Step::end_of_file;
  if (std::get<Seek>(doing.request).from == Seek::From::end) return begin(token, vnode::GetAttributes{entry.file}, doing.call, at);
  used_entry(token, {token, {}, self_}, at);
}

void FilePart::used_entry(std::uint64_t token, const vnode::Answer& answer, PartContext& at) {
  Doing& doing = doing_.at(token);
  const std::uint64_t id = doing.entry;
  Entry& entry = entries_.at(id);
  Result result = result_of(answer.reply);
  if (result.good() && doing.step == Doing::Step::read) {
    entry.offset += size_of(answer.reply.data);
    result.value = static_cast<std::int64_t>(size_of(answer.reply.data));
    result.more = answer.reply.data;
  } else if (result.good() && doing.step == Doing::Step::write) {
    entry.offset = answer.reply.value;
    result.value = static_cast<std::int64_t>(size_of(std::get<Write>(doing.request).data));
  } else if (result.good() && doing.step == Doing::Step::end_of_file) {
    const auto& seek = std::get<Seek>(doing.request);
    std::int64_t base = 0;
    if (seek.from == Seek::From::current) base = static_cast<std::int64_t>(entry.offset);
    if (seek.from == Seek::From::end && !entry.directory) base = static_cast<std::int64_t>(answer.reply.attributes.size);
    if (base + seek.offset < 0) result = Result::fail(Errno::einval);
    else entry.offset = static_cast<std::uint64_t>(base + seek.offset);
    if (result.good()) result.value = base + seek.offset;
  }
  if (entry.shared != 0 && doing.step != Doing::Step::turn) offsets_->put(entry.shared, entry.offset, at.out);
  ++entry.references;   // it lives until the turn has been given
  finish(token, std::move(result), answer.served, at);
  give_turn(id, at);
  drop(id, 0, kNoCall, at);
}

void FilePart::close(Doing doing, std::int32_t descriptor, PartContext& at) {
  const Description* named = at.descriptors.find(doing.caller, descriptor);
  const std::uint64_t token = enter(std::move(doing));
  if (named == nullptr) return fail(token, Errno::ebadf, at);
  at.out.work(costs_.open);
  const auto description = at.descriptors.remove(doing_.at(token).caller, descriptor);
  doing_.at(token).step = Doing::Step::last;
  drop(description->entry, token, doing_.at(token).call, at);
}

// The last one closes the file; whoever closed it last learns how that went (a remote file system may have to write back first).
void FilePart::drop(std::uint64_t id, std::uint64_t token, CallId cause, PartContext& at) {
  Entry& entry = entries_.at(id);
  SSI_CHECK(entry.references > 0, "an entry is dropped more often than taken");
  if (--entry.references > 0) {
    if (token != 0) finish(token, Result::ok(), self_, at);
    return;
  }
  unlock(id, entry, at);
  const vnode::Close close{entry.file, entry.flags.write};
  if (entry.shared != 0) {
    shared_.erase(entry.shared);
    offsets_->left(entry.shared, at.out);
  }
  entries_.erase(id);
  begin(token == 0 ? ++tokens_ : token, close, cause, at);
}

void FilePart::unlock(std::uint64_t id, Entry& entry, PartContext& at) {
  if (!entry.locked) return;
  entry.locked = false;
  if (below_->serves_locks()) return begin(++tokens_, vnode::Lock{entry.file, id, LockFile::Kind::unlock}, kNoCall, at);
  std::vector<std::uint64_t> freed;
  locks_.drop_owner(entry.file, id, freed);
  grant(freed, at);
}

void FilePart::lock(std::uint64_t token, const LockFile& request, PartContext& at) {
  Doing& doing = doing_.at(token);
  Entry& entry = entries_.at(doing.entry);
  const vnode::Lock lock{entry.file, doing.entry, request.kind, request.no_wait};
  doing.step = Doing::Step::lock;
  at.processes.block(doing.call, doing.caller);
  if (below_->serves_locks()) return begin(token, lock, doing.call, at);
  std::vector<std::uint64_t> freed;
  const auto outcome = locks_.lock(token, lock, freed);
  entry.locked = outcome == vnode::LockTable::Outcome::granted && request.kind != LockFile::Kind::unlock;
  if (outcome == vnode::LockTable::Outcome::granted) finish(token, Result::ok(), self_, at);
  else if (outcome == vnode::LockTable::Outcome::refused) fail(token, Errno::eagain, at);
  grant(freed, at);
}

void FilePart::grant(const std::vector<std::uint64_t>& freed, PartContext& at) {
  for (std::uint64_t token : freed) {
    entries_.at(doing_.at(token).entry).locked = true;
    finish(token, Result::ok(), self_, at);
  }
}

}   // namespace ssi::native
