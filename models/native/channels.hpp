// Channels of one node: pipes and stream sockets with names. An *end* is what descriptors stand for, shared across fork; it reads
// from one stream, writes to one, or listens. A stream lives at its home, here always this node; `models/strategy/vproc_switch`
// derives the cluster-wide channels, whose streams and names may have their home elsewhere.
//
// Invariants: a stream has as many readers and writers as ends of open descriptors (and of connections not yet accepted) name it; a
// waiting call is known by `waiting_` and by its stream or listener, nowhere else.
#pragma once
#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "models/native/byte_stream.hpp"
#include "models/native/part.hpp"

namespace ssi::native {

struct ChannelSettings {
  Duration operation{};                      // CPU time of one operation on a pipe or socket
  Duration copy_per_kib{};                   // of what it moves
  std::uint64_t pipe_capacity = 65536;       // pipe(7): 16 pages of 4 KiB since Linux 2.6.11
  std::uint64_t pipe_atomic = 4096;          // PIPE_BUF
  std::uint64_t socket_capacity = 212'992;   // net.core.wmem_default of Linux

  template <class C>
  static ChannelSettings of(const C& costs) {
    ChannelSettings out;
    out.operation = costs.ipc_operation;
    out.copy_per_kib = costs.copy_per_kib;
    return out;
  }
};

struct StreamId {
  NodeId home;
  std::uint64_t number{};
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};
enum class Side : std::uint8_t { reading, writing };

struct ChannelEnd {
  enum class Kind : std::uint8_t { reading, writing, socket, listener } kind = Kind::reading;
  StreamId in{}, out{};           // of a listener of another node: `in` is that node and its number there
  std::uint32_t references = 0;   // descriptors here, and one while it waits to be accepted
  std::string name{};             // of a listener
  std::uint32_t backlog = 0;
  std::deque<std::uint64_t> arrived{};   // ends of connections not yet accepted
  std::deque<Waiter> accepting{};

  bool reads() const { return kind == Kind::reading || kind == Kind::socket; }
  bool writes() const { return kind == Kind::writing || kind == Kind::socket; }
};

class Channels : public Part {
 public:
  Channels(NodeId self, const ChannelSettings& settings) : self_(self), settings_(settings) {}

  void call(const CallEvent& event, PartContext& at) override;
  void broken_off(CallId call, PartContext& at) override;
  void forked(Pid parent, Pid child, PartContext& at) override;
  void ended(Pid gone, PartContext& at) override;
  void check_invariants() const override;
  std::unique_ptr<Part> clone() const override { return std::make_unique<Channels>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

  // A stream whose home is here, and how many ends each node has of it.
  struct Kept {
    ByteStream stream;
    std::map<NodeId, std::int64_t> reading{}, writing{};   // no zeros
    std::map<NodeId, std::int64_t>& of(Side side) { return side == Side::reading ? reading : writing; }
  };
  const std::map<std::uint64_t, ChannelEnd>& ends() const { return ends_; }
  const std::map<std::uint64_t, Kept>& streams() const { return streams_; }

 protected:
  struct Request;   // an overload for each call
  struct Place {    // where a call waits
    std::optional<StreamId> stream;
    std::uint64_t listener = 0;
    std::uint64_t ticket = 0;   // of another node, see give_up
  };

  virtual void read(StreamId from, Waiter waiter, PartContext& at);
  virtual void write(StreamId to, Waiter waiter, PartContext& at);
  virtual std::optional<Waiter> withdraw(StreamId stream, CallId call, PartContext& at);
  virtual void release(StreamId stream, Side side, PartContext& at);
  virtual void listen(const CallEvent& event, const Listen& listen, PartContext& at);
  virtual void connect(const CallEvent& event, const Connect& connect, PartContext& at);
  virtual void unbind(const std::string& name, PartContext& at);
  virtual void accept(const CallEvent& event, std::uint64_t listener, PartContext& at);
  virtual void hand_over(const Waiter& waiter, std::uint64_t connection, PartContext& at);   // to one that accepts on another node
  virtual void close_listener(const ChannelEnd& gone, PartContext& at);
  virtual void hold(StreamId stream, Side side, NodeId node, std::int64_t by);
  virtual void settle(StreamId stream, PartContext& at);
  virtual void give_up(std::uint64_t /*ticket*/, PartContext&) {}   // a call that waits for another node was broken off
  virtual bool counts_every_end() const { return true; }
  virtual void served(StreamId stream, Served served, PartContext& at);   // to a waiter

  void pipe(const CallEvent& event, PartContext& at);
  ChannelEnd* end_of(Pid pid, std::int32_t number, const PartContext& at);   // nullptr: EBADF
  std::uint64_t add(ChannelEnd end);
  std::optional<std::int32_t> open(Pid pid, ChannelEnd end, PartContext& at);   // empty: EMFILE, nothing done
  void drop(std::uint64_t entry, PartContext& at);                              // one reference
  StreamId make_stream(std::uint64_t capacity, std::uint64_t atomic);
  void arrive(std::uint64_t listener, StreamId in, StreamId out, PartContext& at);
  void serve_accepts(std::uint64_t listener, PartContext& at);
  bool is_full(const ChannelEnd& listener) const { return listener.arrived.size() >= std::max(listener.backlog, 1U); }
  void wait(const CallEvent& event, Place place, PartContext& at);
  void answer(CallId call, Pid pid, Result result, PartContext& at);   // of a call that waits
  void end_call(const CallEvent& event, Result result, PartContext& at) const;
  void charge_copy(std::uint64_t bytes, PartContext& at) const;

  NodeId self_;
  ChannelSettings settings_;
  std::uint64_t next_ = 0;   // ends and streams
  std::map<std::uint64_t, ChannelEnd> ends_;
  std::map<std::uint64_t, Kept> streams_;
  std::map<std::string, std::uint64_t> listeners_;   // names to ends here
  std::map<CallId, Place> waiting_;
};

}   // namespace ssi::native
