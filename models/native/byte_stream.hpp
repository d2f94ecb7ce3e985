// The bytes of a pipe, or of one direction of a socket: limited room, real bytes, and who waits for bytes or for room.
// Served first come, first served; a write of up to `atomic` bytes goes in whole (POSIX.1-2017, write: PIPE_BUF).
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/port/bytes.hpp"

namespace ssi::native {

// A call that reads or writes, or the wish of another node whose ends it has.
struct Waiter {
  NodeId node;
  CallId call;
  Pid pid;
  std::uint64_t count = 0;   // to read
  Bytes data{};              // to write
  std::uint64_t done = 0;    // bytes of it that are in
};

struct Served {
  enum class As : std::uint8_t {
    read,      // `data`; empty: the end, no writer is left
    written,   // whole
    broken     // no reader is left
  };
  Waiter who;
  As as = As::read;
  Bytes data{};
};

class ByteStream {
 public:
  ByteStream(std::uint64_t capacity, std::uint64_t atomic) : capacity_(capacity), atomic_(atomic) {}

  void read(Waiter waiter) { readers_.push_back(std::move(waiter)); }
  void write(Waiter waiter) { writers_.push_back(std::move(waiter)); }
  std::vector<Served> serve();   // all that can be, in order
  std::optional<Waiter> withdraw(CallId call);
  void withdraw_all(NodeId node);     // the waiters of a node that is lost
  void put_back(const Bytes& data);   // before everything: what was taken and not used
  // Who took bytes to another node may put some back. Until it says that it does not, nobody else reads.
  std::optional<NodeId> reserved_for() const { return reserved_; }
  void reserve_for(std::optional<NodeId> node) { reserved_ = node; }
  bool somebody_else_waits() const { return reserved_ && !readers_.empty() && readers_.front().node != *reserved_ && has_something(); }
  void lose_readers() { read_by_nobody_ = true; }
  void lose_writers() { written_by_nobody_ = true; }

  std::uint64_t size() const { return bytes_.size(); }
  std::uint64_t capacity() const { return capacity_; }
  bool read_by_nobody() const { return read_by_nobody_; }
  bool written_by_nobody() const { return written_by_nobody_; }
  const std::deque<Waiter>& readers() const { return readers_; }
  const std::deque<Waiter>& writers() const { return writers_; }
  void check_invariants() const;   // after serve(): nobody waits for what is there
  void hash_into(StateHash& hash) const;

 private:
  bool fill();   // by the first writer; true: it went on
  bool has_something() const { return !bytes_.empty() || (written_by_nobody_ && writers_.empty()); }
  Bytes take(std::uint64_t count);

  std::uint64_t capacity_, atomic_;
  std::deque<std::byte> bytes_;
  std::deque<Waiter> readers_, writers_;
  std::optional<NodeId> reserved_;
  bool read_by_nobody_ = false, written_by_nobody_ = false;
};

Bytes bytes_from(std::vector<std::byte> bytes);

}   // namespace ssi::native
