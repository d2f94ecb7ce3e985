// Channels of the whole cluster: the native ones, whose streams and names may have their home on another node. Each place where native
// code touches a stream or a name asks first whether it is here (models/protocol/channel says what is sent if it is not).
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/native/channels.hpp"
#include "models/parts/locality_tests.hpp"
#include "models/protocol/channel/messages.hpp"
#include "models/protocol/channel/names.hpp"
#include "models/protocol/channel/order.hpp"

namespace ssi::parts {

// Where native code touched a channel that may now be elsewhere.
enum class ChannelTest : std::uint32_t { read, write, name, listener };
inline constexpr std::uint32_t kChannelTests = 4;

struct ChannelChoices {
  channel::NameServers names;
  bool at_reader = true;          // whose node has a socket's bytes
  std::uint64_t window = 65536;   // of each writing node, for each stream
  LocalityTests tests{};
};

class ClusterChannels final : public native::Channels {
 public:
  ClusterChannels(NodeId self, const native::ChannelSettings& settings, const ChannelChoices& choices);

  bool message(const Message& message, native::PartContext& at) override;
  void circuit_broken(const CircuitBroken& broken, native::PartContext& at) override;
  std::shared_ptr<const Luggage> pack(Pid pid, NodeId to, bool exec, native::PartContext& at) override;
  void unpack(Pid pid, const Luggage& luggage, NodeId from, native::PartContext& at) override;
  void taken_back(const Luggage& luggage, NodeId to, native::PartContext& at) override;
  void check_invariants() const override;
  std::unique_ptr<native::Part> clone() const override { return std::make_unique<ClusterChannels>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

  // A stream of another node, as far as this one has ends of it.
  struct Distant {
    std::int64_t ends = 0;
    std::uint64_t window = 0;   // bytes that may still be sent
    std::uint64_t atomic = 1;
    std::deque<native::Waiter> readers{}, writers{};
    std::vector<channel::After> first{};   // to be said before anything else
    bool fetching = false, unread = false, lost = false;
  };
  const std::map<native::StreamId, Distant>& distant() const { return distant_; }
  const channel::Names& names() const { return names_; }
  const std::map<std::string, std::uint64_t>& listeners() const { return listeners_; }
  bool idle() const { return pending_.empty() && gates_.empty() && held_back_.empty() && held_here_.empty(); }

 private:
  struct Server;   // an overload for each message
  struct Held {
    native::Side side;
    native::Waiter waiter;
  };
  struct Pending {   // a call that waits for a name
    CallId call;
    Pid pid;
    NodeId asked;
    std::string name;
    std::uint32_t backlog = 0;                // of listen
    std::optional<native::StreamId> mine{};   // of connect
    std::uint64_t listener = 0;               // of accept: at `asked`
  };

  // Where the native code asks "is it here?".
  void read(native::StreamId from, native::Waiter waiter, native::PartContext& at) override;
  void write(native::StreamId to, native::Waiter waiter, native::PartContext& at) override;
  std::optional<native::Waiter> withdraw(native::StreamId stream, CallId call, native::PartContext& at) override;
  void hold(native::StreamId stream, native::Side side, NodeId node, std::int64_t by) override;
  void release(native::StreamId stream, native::Side side, native::PartContext& at) override;
  void listen(const CallEvent& event, const Listen& listen, native::PartContext& at) override;
  void connect(const CallEvent& event, const Connect& connect, native::PartContext& at) override;
  void unbind(const std::string& name, native::PartContext& at) override;
  void accept(const CallEvent& event, std::uint64_t listener, native::PartContext& at) override;
  void hand_over(const native::Waiter& waiter, std::uint64_t connection, native::PartContext& at) override;
  void close_listener(const native::ChannelEnd& gone, native::PartContext& at) override;
  void served(native::StreamId stream, native::Served served, native::PartContext& at) override;
  void settle(native::StreamId stream, native::PartContext& at) override;
  void give_up(std::uint64_t ticket, native::PartContext& at) override;
  bool counts_every_end() const override { return false; }   // some are on their way

  // remote_streams.cpp: streams of other nodes
  bool is_here(native::StreamId stream) const { return stream.home == self_; }
  void to_home(native::StreamId stream, channel::Message message, native::PartContext& at);
  void send(NodeId to, channel::Message message, native::PartContext& at);
  Distant& distant(native::StreamId stream);
  void send_writes(native::StreamId stream, native::PartContext& at);
  void fetch(native::StreamId stream, native::PartContext& at);
  void forget_if_unused(native::StreamId stream);
  void give(native::StreamId stream, native::Side side, NodeId to, std::int8_t by, native::PartContext& at);
  void lose_home(native::StreamId stream, Distant& distant, native::PartContext& at);
  void serve(NodeId from, const channel::Credit& credit, native::PartContext& at);
  void serve(NodeId from, const channel::Fetched& fetched, native::PartContext& at);
  void serve(NodeId from, const channel::Settle& settle, native::PartContext& at);
  void serve(NodeId from, const channel::Unread& unread, native::PartContext& at);

  // stream_homes.cpp: what other nodes say of streams here
  struct HeldBack {
    std::uint64_t index;   // among the messages of its sender
    channel::Message message;
  };
  void serve_home(NodeId from, std::uint64_t stream, HeldBack message, native::PartContext& at);
  bool has_come(std::uint64_t stream, const channel::Gates::Condition& condition) const;
  void serve(NodeId from, const channel::Data& data, native::PartContext& at);
  void serve(NodeId from, const channel::Fetch& fetch, native::PartContext& at);
  void serve(NodeId from, const channel::PutBack& back, native::PartContext& at);
  void serve(NodeId from, const channel::Settled& settled, native::PartContext& at);
  void serve(NodeId from, const channel::Hold& hold, native::PartContext& at);
  void serve(NodeId from, const channel::Release& release, native::PartContext& at);
  void serve(NodeId from, const channel::After& after, native::PartContext& at);
  void open_gates(native::PartContext& at);

  // channel_names.cpp: the name server's side, and both sides of a connection
  void serve_bind(const Message& message, const channel::Bind& bind, native::PartContext& at);
  void serve(NodeId from, const channel::Unbind& unbind, native::PartContext& at);
  void serve(NodeId from, const channel::Connect& connect, native::PartContext& at);
  void serve(NodeId from, const channel::Connected& connected, native::PartContext& at);
  void bound(std::uint64_t ticket, Errno error, native::PartContext& at);

  // listeners.cpp: a listener that processes of other nodes have inherited, and connections that go to them
  static bool is_elsewhere(const native::ChannelEnd& listener) { return listener.in.number != 0; }
  channel::Connection pass_on(std::uint64_t entry, NodeId to, native::PartContext& at);
  std::uint64_t take_in(NodeId from, const channel::Connection& connection, native::PartContext& at);
  void take_in(native::StreamId stream, std::uint64_t atomic, NodeId from, std::optional<std::uint64_t> said, native::PartContext& at);
  void share_listener(native::StreamId listener, NodeId to, std::int8_t by, native::PartContext& at);
  void lose_listening(NodeId peer, native::PartContext& at);
  void serve(const Message& message, const channel::Accept& accept, native::PartContext& at);
  void serve(NodeId from, const channel::Cancel& cancel, native::PartContext& at);
  void serve(NodeId from, const channel::Accepted& accepted, native::PartContext& at);
  void serve(NodeId from, const channel::Returned& returned, native::PartContext& at);
  void serve(NodeId from, const channel::Listening& listening, native::PartContext& at);
  native::ChannelEnd socket(native::StreamId mine, native::StreamId other) const;
  void answer(const Pending& pending, Result result, native::PartContext& at);

  ChannelChoices choices_;
  std::map<native::StreamId, Distant> distant_;
  struct Home {                               // what the home keeps besides the native part of a stream
    std::map<NodeId, std::uint64_t> owed{};   // room in their windows
    std::set<NodeId> told_unread{};
    bool asked_to_settle = false;
  };
  std::map<std::uint64_t, Home> homes_;
  channel::Names names_;   // for which this node is the server
  channel::Tally tally_;
  channel::Gates gates_;
  std::map<channel::Gates::Key, std::deque<HeldBack>> held_back_;
  std::map<std::uint64_t, std::deque<Held>> held_here_;   // calls of this node
  std::map<std::uint64_t, Pending> pending_;              // by ticket, which is the transaction
  std::uint64_t tickets_ = 0;
  std::map<std::pair<std::uint64_t, NodeId>, std::int64_t> listening_;   // how often each other node has a listener here; no zeros
};

}   // namespace ssi::parts
