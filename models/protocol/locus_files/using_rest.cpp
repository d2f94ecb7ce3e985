// The using site: a storage or synchronization site that is lost, and what always holds.
#include <algorithm>

#include "models/base/check.hpp"
#include "models/protocol/locus_files/using.hpp"

namespace ssi::locus {

using vnode::Reply;

void Using::site_lost(NodeId site, Wire& wire) {
  std::vector<TxnId> lost;
  for (const auto& [txn, asked] : asked_)
    if (asked.at == site && !asked.of_css) lost.push_back(txn);   // the next CSS will be asked
  std::set<FileId> files;
  const bool by_sets = !wire.settings.members.empty();
  for (auto& [file, use] : uses_)
    if (use.storage == site && use.reads + use.writes > 0) {
      if (by_sets && use.writes == 0) {   // the same version may be at another SS
        detach(file, use);
        continue;
      }
      use.failed = Errno::eio;
      use.token = {};
      use.pages.clear();
      use.coming.clear();
      use.recall.reset();
      use.asked = false;
      files.insert(file);
    }
  for (TxnId txn : lost) {
    const auto asked = answered(txn);
    const auto task = tasks_.find(asked->task);
    if (task == tasks_.end()) continue;
    const bool opens =
        std::holds_alternative<vnode::Open>(task->second.operation) || std::holds_alternative<OpenDirectory>(task->second.operation);
    if (const auto use = uses_.find(task->second.file); opens && use != uses_.end() && use->second.opening > 0) --use->second.opening;
    const auto use_of = uses_.find(task->second.file);
    const bool has_turn = use_of != uses_.end() &&
                          std::find(use_of->second.turns.begin(), use_of->second.turns.end(), asked->task) != use_of->second.turns.end();
    if (has_turn && use_of->second.detached) task->second.sent = false;
    else if (has_turn) task->second.failed = Errno::eio;
    else finish(asked->task, Reply::info(Errno::eio), wire);
  }
  for (FileId file : files) run(file, wire);
}

void Using::check_invariants() const {
  for (const auto& [file, use] : uses_) {
    const std::string name = "file " + std::to_string(file);
    SSI_INVARIANT(!use.active || !use.turns.empty(), name + " is in use by nobody");
    SSI_INVARIANT(use.pages.empty() || use.active || use.token.right != Right::none, name + ": pages are kept without a token");
    SSI_INVARIANT(!use.recall || use.active, name + ": a token is recalled, and nothing keeps it");
  }
}

void Using::hash_into(StateHash& hash) const {
  for (const auto& [file, use] : uses_) {
    hash.add(file);
    hash.add(use.storage);
    hash.add(std::uint64_t{use.reads} << 32 | use.writes);
    hash.add(static_cast<std::uint64_t>(use.token.right));
    hash.add(use.pages.size());
    hash.add(use.turns.size());
  }
  hash.add(tasks_.size());
}

}   // namespace ssi::locus
