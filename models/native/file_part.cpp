#include "models/native/file_part.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::native {

// An overload for each call of the class.
struct FilePart::Starter {
  FilePart& part;
  const CallEvent& event;
  PartContext& at;

  Doing doing() const { return {.call = event.id, .caller = event.caller, .request = *event.call}; }
  void walk(const std::string& path, bool to_parent) const { part.walk(part.enter(doing()), path, to_parent, at); }

  void operator()(const Open& open) const {
    at.out.work(part.costs_.open);
    walk(open.path, true);
  }
  void operator()(const Create& create) const { walk(create.path, true); }
  void operator()(const Unlink& unlink) const { walk(unlink.path, true); }
  void operator()(const Rename& rename) const { walk(rename.from, true); }
  void operator()(const MakeDirectory& make) const { walk(make.path, true); }
  void operator()(const ReadDirectory& read) const { walk(read.path, false); }
  void operator()(const Stat& stat) const { walk(stat.path, false); }
  void operator()(const Close& close) const { part.close(doing(), close.file, at); }
  void operator()(const Read& read) const { part.on_entry(doing(), read.file, at); }
  void operator()(const Write& write) const { part.on_entry(doing(), write.file, at); }
  void operator()(const Seek& seek) const { part.on_entry(doing(), seek.file, at); }
  void operator()(const Commit& commit) const { part.on_entry(doing(), commit.file, at); }
  void operator()(const LockFile& lock) const { part.on_entry(doing(), lock.file, at); }
  template <class C>
  void operator()(const C&) const {
    SSI_CHECK(false, "a call of another class");
  }
};

void FilePart::call(const CallEvent& event, PartContext& at) {
  std::visit(Starter{*this, event, at}, *event.call);
  drain(at);
}

std::uint64_t FilePart::enter(Doing doing) {
  const std::uint64_t token = ++tokens_;
  doing_.emplace(token, std::move(doing));
  return token;
}

// The switch point: every operation is a look-up of the vnode's operations, whoever implements them.
void FilePart::begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, PartContext& at) {
  at.out.work(switch_.dispatch, Work::dispatch);
  if (switch_.site) at.out.note(Note::Kind::locality_test, *switch_.site);
  vnode::Context context{at.now, at.out, answers_};
  below_->begin(token, operation, cause, context);
}

template <class F>
void FilePart::with_below(PartContext& at, F&& tell) {
  vnode::Context context{at.now, at.out, answers_};
  tell(context);
  drain(at);
}

bool FilePart::message(const Message& message, PartContext& at) {
  std::vector<std::uint64_t> came;
  if (offsets_ && offsets_->message(message, at.out, came)) {
    for (const std::uint64_t name : came) offset_came(name, at);
    drain(at);
    return true;
  }
  bool taken = false;
  with_below(at, [&](vnode::Context& context) { taken = below_->message(message, context); });
  return taken;
}

bool FilePart::timer(const TimerEvent& event, PartContext& at) {
  bool taken = false;
  with_below(at, [&](vnode::Context& context) { taken = below_->timer(event, context); });
  return taken;
}

void FilePart::disk_done(const DiskDone& done, PartContext& at) {
  with_below(at, [&](vnode::Context& context) { below_->disk_done(done, context); });
}

void FilePart::circuit_broken(const CircuitBroken& broken, PartContext& at) {
  std::vector<std::uint64_t> came;
  if (offsets_) offsets_->circuit_broken(broken.peer, at.out, came);
  for (const std::uint64_t name : came) offset_came(name, at);
  with_below(at, [&](vnode::Context& context) { below_->circuit_broken(broken, context); });
}

// Answers may let calls go on, which may begin operations that are answered at once.
void FilePart::drain(PartContext& at) {
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    const vnode::Answer answer = answers_[i];
    if (doing_.contains(answer.token)) answered(answer.token, answer, at);
  }
  answers_.clear();
}

Result FilePart::result_of(const vnode::Reply& reply, std::int64_t value) {
  Result result;
  result.error = reply.error;
  result.certainty = reply.certainty;
  result.value = value;
  return result;
}

void FilePart::finish(std::uint64_t token, Result result, NodeId served, PartContext& at) {
  const auto entry = doing_.extract(token);
  const Doing& doing = entry.mapped();
  if (doing.entry != 0) drop(doing.entry, 0, doing.call, at);
  if (doing.caller == kNoPid) return;
  if (doing.step == Doing::Step::lock) at.processes.unblock(doing.caller);
  at.out.complete(doing.call, std::move(result), served);
}

void FilePart::forked(Pid, Pid child, PartContext& at) {
  for (const auto& [number, description] : at.descriptors.of(child))
    if (description.part == CallClass::file) ++entries_.at(description.entry).references;
}

void FilePart::ended(Pid pid, PartContext& at) {
  for (auto& [token, doing] : doing_)
    if (doing.caller == pid) doing.caller = kNoPid;
  for (const auto& [number, description] : at.descriptors.of(pid))
    if (description.part == CallClass::file) drop(description.entry, 0, kNoCall, at);
  drain(at);
}

bool FilePart::keeps(Pid pid) const {
  return std::any_of(doing_.begin(), doing_.end(), [pid](const auto& entry) { return entry.second.caller == pid; });
}

// Only who waits for a lock is blocked, so only such a call can be broken off.
void FilePart::broken_off(CallId call, PartContext& at) {
  for (auto& [token, doing] : doing_) {
    if (doing.call != call || doing.step != Doing::Step::lock) continue;
    doing.caller = kNoPid;
    const std::uint64_t gone = token;
    if (below_->serves_locks()) {
      with_below(at, [&](vnode::Context& context) { below_->forget(gone, context); });
    } else {
      std::vector<std::uint64_t> freed;
      locks_.withdraw(gone, freed);
      finish(gone, {}, self_, at);
      grant(freed, at);
    }
    return drain(at);
  }
}

void FilePart::check_invariants() const {
  below_->check_invariants();
  locks_.check_invariants();
  if (offsets_) offsets_->check_invariants();
  for (const auto& [name, id] : shared_) SSI_INVARIANT(entries_.at(id).shared == name, "an entry shares another name");
  SSI_INVARIANT(answers_.empty(), "an answer was not taken");
  std::map<std::uint64_t, std::uint32_t> under_way;
  for (const auto& [token, doing] : doing_)
    if (doing.entry != 0) ++under_way[doing.entry];
  for (const auto& [id, entry] : entries_) {
    SSI_INVARIANT(entry.references >= std::max(1U, under_way[id]), "an open-file entry that nobody has");
    SSI_INVARIANT(entry.busy || entry.waiting.empty(), "a call waits for an entry that is free");
  }
}

void FilePart::hash_into(StateHash& hash) const {
  below_->hash_into(hash);
  locks_.hash_into(hash);
  if (offsets_) offsets_->hash_into(hash);
  hash.add(entries_.size());
  for (const auto& [id, entry] : entries_) {
    hash.add(id);
    hash.add(entry.file);
    hash.add(entry.offset);
    hash.add(entry.shared);
    hash.add(std::uint64_t{entry.references});
  }
  for (const auto& [token, doing] : doing_) {
    hash.add(doing.call);
    hash.add(static_cast<std::uint64_t>(doing.step));
  }
}

void FilePart::describe(StateDump& out) const {
  out.add("open-file entries", std::to_string(entries_.size()));
  for (const auto& [token, doing] : doing_)
    out.add("call " + std::to_string(doing.call.value),
            std::string(kCallNames[doing.request.index()]) + " step " + std::to_string(static_cast<int>(doing.step)));
  if (offsets_) offsets_->describe(out);
  below_->describe(out);
}

}   // namespace ssi::native
