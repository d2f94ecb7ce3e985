// Locks of whole files (flock): who holds what, and who waits, first come first served. A plain value for whoever serves locks.
//
// Invariant: a file's holders are one exclusive owner or any number of shared ones; the first who waits cannot be granted.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "models/base/hash.hpp"
#include "models/port/vnode.hpp"

namespace ssi::vnode {

class LockTable {
 public:
  enum class Outcome : std::uint8_t { granted, waits, refused };   // refused: EAGAIN

  // A change of kind gives up the old lock first, as flock(2) does. `freed` gets the tokens of requests that are granted by it.
  Outcome lock(std::uint64_t token, const Lock& request, std::vector<std::uint64_t>& freed);
  void withdraw(std::uint64_t token, std::vector<std::uint64_t>& freed);
  void drop_owner(FileId file, std::uint64_t owner, std::vector<std::uint64_t>& freed);   // its entry is closed
  bool empty() const { return files_.empty(); }
  bool holds(FileId file, std::uint64_t owner) const;

  void check_invariants() const;
  void hash_into(StateHash& hash) const;

 private:
  struct Waiting {
    std::uint64_t token, owner;
    bool exclusive;
  };
  struct File {
    bool exclusive = false;
    std::set<std::uint64_t> owners;
    std::deque<Waiting> waiting;
  };
  static bool fits(const File& file, bool exclusive);
  void grant(FileId id, std::vector<std::uint64_t>& freed);

  std::map<FileId, File> files_;   // with a holder or somebody who waits
};

}   // namespace ssi::vnode
