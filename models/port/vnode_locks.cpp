#include "models/port/vnode_locks.hpp"

#include "models/base/check.hpp"

namespace ssi::vnode {

bool LockTable::fits(const File& file, bool exclusive) { return file.owners.empty() || (!exclusive && !file.exclusive); }

LockTable::Outcome LockTable::lock(std::uint64_t token, const Lock& request, std::vector<std::uint64_t>& freed) {
  drop_owner(request.file, request.owner, freed);
  if (request.kind == LockFile::Kind::unlock) return Outcome::granted;
  const bool exclusive = request.kind == LockFile::Kind::exclusive;
  File& file = files_[request.file];
  if (file.waiting.empty() && fits(file, exclusive)) {
    file.exclusive = exclusive;
    file.owners.insert(request.owner);
    return Outcome::granted;
  }
  if (request.no_wait) return Outcome::refused;
  file.waiting.push_back({token, request.owner, exclusive});
  return Outcome::waits;
}

void LockTable::withdraw(std::uint64_t token, std::vector<std::uint64_t>& freed) {
  for (auto& [id, file] : files_) {
    if (std::erase_if(file.waiting, [&](const Waiting& waiting) { return waiting.token == token; }) == 0) continue;
    return grant(id, freed);   // may end the loop's element
  }
}

void LockTable::drop_owner(FileId id, std::uint64_t owner, std::vector<std::uint64_t>& freed) {
  const auto found = files_.find(id);
  if (found == files_.end()) return;
  found->second.owners.erase(owner);
  grant(id, freed);
}

bool LockTable::holds(FileId file, std::uint64_t owner) const {
  const auto found = files_.find(file);
  return found != files_.end() && found->second.owners.contains(owner);
}

void LockTable::grant(FileId id, std::vector<std::uint64_t>& freed) {
  File& file = files_.at(id);
  while (!file.waiting.empty() && fits(file, file.waiting.front().exclusive)) {
    file.exclusive = file.waiting.front().exclusive;
    file.owners.insert(file.waiting.front().owner);
    freed.push_back(file.waiting.front().token);
    file.waiting.pop_front();
  }
  if (file.owners.empty() && file.waiting.empty()) files_.erase(id);
}

void LockTable::check_invariants() const {
  for (const auto& [id, file] : files_) {
    SSI_INVARIANT(!file.owners.empty(), "nobody holds the lock of file " + std::to_string(id));
    SSI_INVARIANT(!file.exclusive || file.owners.size() == 1, "two hold an exclusive lock of file " + std::to_string(id));
    SSI_INVARIANT(file.waiting.empty() || !fits(file, file.waiting.front().exclusive), "a lock that could be granted waits");
  }
}

void LockTable::hash_into(StateHash& hash) const {
  hash.add(files_.size());
  for (const auto& [id, file] : files_) {
    hash.add(id);
    hash.add(std::uint64_t{file.exclusive});
    for (std::uint64_t owner : file.owners) hash.add(owner);
    for (const Waiting& waiting : file.waiting) hash.add(waiting.token);
  }
}

}   // namespace ssi::vnode
