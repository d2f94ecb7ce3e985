// Offsets of open-file entries that processes on several nodes have inherited: one offset, wherever it is used (POSIX.1-2017, 2.9.7). The
// file calls of a node ask for it before they use an entry and give it back afterwards; who keeps it together is a protocol's business.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/effects.hpp"
#include "models/port/message.hpp"
#include "models/port/strategy.hpp"

namespace ssi {

// `name`: of a shared entry, the same on all nodes; made by the node that opened the file.
class SharedOffsets {
 public:
  virtual ~SharedOffsets() = default;
  // An entry of this node's own is about to be shared. `in_use`: a call uses its offset just now, as if it had taken it.
  virtual void share(std::uint64_t name, std::uint64_t offset, bool in_use) = 0;
  virtual void hold(std::uint64_t name, NodeId node, std::int32_t by, Effects& out) = 0;   // `node` is about to get it, or (-1) did not
  virtual void arrived(std::uint64_t name, std::uint64_t offset) = 0;                      // here, once for each hold; as it was there
  // True: taken. False: it comes later, and `came` of a later event names it.
  virtual bool take(std::uint64_t name, CallId cause, Effects& out) = 0;
  virtual std::uint64_t offset(std::uint64_t name) const = 0;   // while it is taken
  virtual void put(std::uint64_t name, std::uint64_t offset, Effects& out) = 0;
  virtual void left(std::uint64_t name, Effects& out) = 0;                                            // nobody here has the entry any more
  virtual bool message(const Message& message, Effects& out, std::vector<std::uint64_t>& came) = 0;   // false: of another protocol
  virtual void circuit_broken(NodeId peer, Effects& out, std::vector<std::uint64_t>& came) = 0;

  virtual void check_invariants() const = 0;
  virtual std::unique_ptr<SharedOffsets> clone() const = 0;
  virtual void hash_into(StateHash& hash) const = 0;
  virtual void describe(StateDump& out) const = 0;
};

}   // namespace ssi
