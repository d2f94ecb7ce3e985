// The using site in another partition set: what it tells the CSS and the SSs, what it asks again, and files whose SS is lost (Popek, Walker
// 1985, ch. 5: who reads looks for another copy of the same version, who writes gets an error).
#include "models/base/check.hpp"
#include "models/protocol/locus_files/storing.hpp"
#include "models/protocol/locus_files/using.hpp"

namespace ssi::locus {

void Using::tell(NodeId to, Report& report, const Settings& settings) const {
  const auto is_css = [&](FileId file) { return settings.css_of(Name::of(file).filegroup) == to; };
  for (const auto& [file, use] : uses_) {
    if (use.reads + use.writes == 0 || use.detached || use.failed != Errno::none) continue;
    const UseOf is{file, use.reads, use.writes, use.storage};
    if (use.storage == to) report.at_you.push_back(is);
    if (is_css(file)) report.uses.push_back(is);
  }
  for (const auto& [key, lock] : locks_)
    if (is_css(lock.file)) report.locks.push_back(lock);
}

// After the reports. The CSS knows what it was told and nothing of what was under way: that is asked again. So is an open that had got as
// far as the own SS.
void Using::start_again(Wire& wire) {
  std::vector<std::pair<std::uint64_t, Message>> again;
  for (auto at = asked_.begin(); at != asked_.end();) {
    const Asked& asked = at->second;
    const Task& task = tasks_.at(asked.task);
    const auto* open = std::get_if<vnode::Open>(&task.operation);
    const bool changes = std::holds_alternative<OpenDirectory>(task.operation);
    const bool opens = open != nullptr || changes || std::holds_alternative<Reopen>(task.operation);
    if (asked.of_css) {
      again.emplace_back(asked.task, *asked.of_css);
    } else if (opens) {
      again.emplace_back(asked.task, request_to_open(task.file, changes || (open && open->write) ? Mode::modify : Mode::read, wire));
    } else {
      ++at;
      continue;
    }
    at = asked_.erase(at);
  }
  for (auto& [id, message] : again) {
    std::uint32_t group = 0;
    if (auto* open = std::get_if<OpenRequest>(&message)) {
      *open = request_to_open(open->file, open->mode, wire);
      if (const auto* reopen = std::get_if<Reopen>(&tasks_.at(id).operation)) open->times = reopen->times;
      group = Name::of(open->file).filegroup;
    } else if (const auto* create = std::get_if<CreateRequest>(&message)) {
      group = create->filegroup;
    } else {
      group = Name::of(std::get<LockRequest>(message).lock.file).filegroup;
    }
    ask(id, Test::open, wire.settings.css_of(group), std::move(message), wire);
  }
  std::vector<FileId> looking;
  for (auto& [file, use] : uses_) {
    use.redirect.reset();
    if (use.detached && use.opening == 0) looking.push_back(file);
  }
  for (const FileId file : looking) reopen(file, wire);
}

void Using::detach(FileId, Use& use) {
  use.detached = true;
  use.active = false;
  use.token = {};
  use.recalled = 0;
  use.recall.reset();
  use.redirect.reset();
  use.asked = false;
  use.pages.clear();
  use.coming.clear();
}

void Using::reopen(FileId file, Wire& wire) { begin(0, Reopen{file, uses_.at(file).reads}, kNoCall, wire); }   // nobody has token 0

// Some may have been closed meanwhile; of another version none goes on.
void Using::reopened(std::uint64_t id, NodeId storage, const InodePtr& inode, Token token, Wire& wire) {
  const Reopen& open = std::get<Reopen>(tasks_.at(id).operation);
  const FileId file = open.file;
  Use& use = uses_.at(file);
  --use.opening;
  const bool goes_on = use.detached && inode->version == use.opened;
  const std::uint32_t gone = goes_on ? open.times - std::min(open.times, use.reads) : open.times;
  for (std::uint32_t i = 0; i < gone; ++i) wire.send(storage, TxnId{++txns_}, CloseRequest{file, false}, kNoCall);
  if (use.detached) {
    use.detached = false;
    if (!goes_on) use.failed = Errno::eio;
    use.storage = storage;
    use.token = goes_on ? token : Token{};
    use.inode = *inode;
  }
  finish(id, {}, wire);
  run(file, wire);
}

void Using::could_not_reopen(std::uint64_t id, Wire& wire) {
  const FileId file = std::get<Reopen>(tasks_.at(id).operation).file;
  Use& use = uses_.at(file);
  --use.opening;
  if (use.detached) use.failed = Errno::eio;
  use.detached = false;
  finish(id, {}, wire);
  run(file, wire);
}

// Two sides of a cut have had it open, or the SS has another version than the newest.
void Using::on(NodeId, TxnId, const Revoke& revoke, CallId cause, Wire& wire) {
  const auto at = uses_.find(revoke.file);
  if (at == uses_.end() || at->second.reads + at->second.writes == 0 || at->second.detached) return;
  Use& use = at->second;
  wire.send(use.storage, {}, Leave{revoke.file}, cause);
  const bool wrote = use.writes > 0;
  detach(revoke.file, use);
  use.detached = !wrote;
  if (wrote) {
    use.failed = Errno::eio;
    run(revoke.file, wire);
  } else {
    reopen(revoke.file, wire);
  }
}

}   // namespace ssi::locus
