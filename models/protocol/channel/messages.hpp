// What the nodes say to each other about channels. A stream is known by its home and a number there; the home has its bytes. All of
// these messages are of the raised class, so that of a pair of nodes they arrive in the order in which they were sent.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "models/base/ids.hpp"
#include "models/port/bytes.hpp"
#include "models/port/calls.hpp"
#include "models/port/message.hpp"

namespace ssi::channel {

enum class Side : std::uint8_t { reading, writing };

// To the name server of `name`.
struct Bind {
  static constexpr std::string_view kName = "CHANNEL_BIND";
  std::string name;
};
struct Bound {
  static constexpr std::string_view kName = "CHANNEL_BOUND";
  Errno error = Errno::none;
};
struct Unbind {
  static constexpr std::string_view kName = "CHANNEL_UNBIND";
  std::string name;
};
// To the name server, which passes it on to the listener's node; that one answers `client`.
struct Connect {
  static constexpr std::string_view kName = "CHANNEL_CONNECT";
  std::string name;
  NodeId client;
  TxnId txn;              // the client's
  std::uint64_t mine{};   // the stream whose home is the client's node
};
struct Connected {
  static constexpr std::string_view kName = "CHANNEL_CONNECTED";
  TxnId txn;
  Errno error = Errno::none;
  std::uint64_t made{};   // the stream whose home is the listener's node
};

// To the home of stream `stream`.
struct Data {
  static constexpr std::string_view kName = "CHANNEL_DATA";
  std::uint64_t stream{};
  Bytes bytes;
};   // within the window
struct Fetch {
  static constexpr std::string_view kName = "CHANNEL_FETCH";
  std::uint64_t stream{}, count{};
};   // answered with Fetched, at last
struct PutBack {
  static constexpr std::string_view kName = "CHANNEL_PUT_BACK";
  std::uint64_t stream{};
  Bytes bytes;
};   // fetched and not used: whoever wanted them was interrupted or wanted fewer
struct Settled {
  static constexpr std::string_view kName = "CHANNEL_SETTLED";
  std::uint64_t stream{};
};   // what was fetched before is used or put back
struct Hold {
  static constexpr std::string_view kName = "CHANNEL_HOLD";
  std::uint64_t stream{};
  Side side = Side::reading;
  NodeId node;
  std::int8_t by = 1;
};   // `node` is about to get an end (by 1), or did not get it (by -1)
struct Release {
  static constexpr std::string_view kName = "CHANNEL_RELEASE";
  std::uint64_t stream{};
  Side side = Side::reading;
};   // the sender has one end less
struct After {
  static constexpr std::string_view kName = "CHANNEL_AFTER";
  std::uint64_t stream{};
  NodeId node;
  std::uint64_t number{};
};   // what the sender says of this stream from now on comes after the first `number` messages of `node`, where the end was before

// To the node of a listener, by its number there.
struct Accept {
  static constexpr std::string_view kName = "CHANNEL_ACCEPT";
  std::uint64_t listener{};
  TxnId txn;   // the sender's
};             // answered with Accepted, at last
struct Cancel {
  static constexpr std::string_view kName = "CHANNEL_CANCEL";
  std::uint64_t listener{};
  TxnId txn;
};   // of an Accept: answered with EINTR, unless Accepted has crossed it
struct Listening {
  static constexpr std::string_view kName = "CHANNEL_LISTENING";
  std::uint64_t listener{};
  NodeId node;
  std::int8_t by = 1;
};   // `node` is about to have the listener too (by 1), or has it no more (by -1)

// A connection goes to the receiver; `said`: how many messages the sender had sent to the home of each stream.
struct Connection {
  NodeId in_home, out_home;
  std::uint64_t in{}, out{}, in_said{}, out_said{};
};
struct Accepted {
  static constexpr std::string_view kName = "CHANNEL_ACCEPTED";
  TxnId txn;
  Errno error = Errno::none;
  Connection connection{};
};
struct Returned {   // an accepted connection that nobody there has a use for
  static constexpr std::string_view kName = "CHANNEL_RETURNED";
  std::uint64_t listener{};
  Connection connection{};
};

// From the home.
struct Credit {
  static constexpr std::string_view kName = "CHANNEL_CREDIT";
  std::uint64_t stream{}, bytes{};
};   // so much of the window is free again
struct Fetched {
  static constexpr std::string_view kName = "CHANNEL_FETCHED";
  std::uint64_t stream{};
  Bytes bytes;
};   // none: the end
struct Settle {
  static constexpr std::string_view kName = "CHANNEL_SETTLE";
  std::uint64_t stream{};
};   // others want to read: answered with Settled
struct Unread {
  static constexpr std::string_view kName = "CHANNEL_UNREAD";
  std::uint64_t stream{};
};   // no reader is left

using Message = std::variant<Bind, Bound, Unbind, Connect, Connected, Data, Fetch, PutBack, Settled, Hold, Release, After, Credit, Fetched,
                             Settle, Unread, Accept, Cancel, Listening, Accepted, Returned>;

// Said to the home of a stream, so they wait for the order that AFTER asks for.
template <class M>
inline constexpr bool kForHome =
    std::is_same_v<M, Data> || std::is_same_v<M, Fetch> || std::is_same_v<M, PutBack> || std::is_same_v<M, Settled> ||
    std::is_same_v<M, Hold> || std::is_same_v<M, Release> || std::is_same_v<M, After>;

// Bytes on the wire: the header and the fields (number 8, node 4, name and error 1 and its letters).
inline std::uint64_t bytes_of(const Bind& m) { return kHeaderBytes + 1 + m.name.size(); }
inline std::uint64_t bytes_of(const Bound&) { return kHeaderBytes + 1; }
inline std::uint64_t bytes_of(const Unbind& m) { return kHeaderBytes + 1 + m.name.size(); }
inline std::uint64_t bytes_of(const Connect& m) { return kHeaderBytes + 1 + m.name.size() + 4 + 8 + 8; }
inline std::uint64_t bytes_of(const Connected&) { return kHeaderBytes + 8 + 1 + 8; }
inline std::uint64_t bytes_of(const Data& m) { return kHeaderBytes + 8 + 4 + size_of(m.bytes); }
inline std::uint64_t bytes_of(const Fetch&) { return kHeaderBytes + 8 + 8; }
inline std::uint64_t bytes_of(const PutBack& m) { return kHeaderBytes + 8 + 4 + size_of(m.bytes); }
inline std::uint64_t bytes_of(const Settled&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Hold&) { return kHeaderBytes + 8 + 1 + 4 + 1; }
inline std::uint64_t bytes_of(const Release&) { return kHeaderBytes + 8 + 1; }
inline std::uint64_t bytes_of(const After&) { return kHeaderBytes + 8 + 4 + 8; }
inline std::uint64_t bytes_of(const Accept&) { return kHeaderBytes + 8 + 8; }
inline std::uint64_t bytes_of(const Cancel&) { return kHeaderBytes + 8 + 8; }
inline std::uint64_t bytes_of(const Listening&) { return kHeaderBytes + 8 + 4 + 1; }
inline std::uint64_t bytes_of(const Accepted&) { return kHeaderBytes + 8 + 1 + 40; }
inline std::uint64_t bytes_of(const Returned&) { return kHeaderBytes + 8 + 40; }
inline std::uint64_t bytes_of(const Credit&) { return kHeaderBytes + 8 + 8; }
inline std::uint64_t bytes_of(const Fetched& m) { return kHeaderBytes + 8 + 4 + size_of(m.bytes); }
inline std::uint64_t bytes_of(const Settle&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Unread&) { return kHeaderBytes + 8; }

}   // namespace ssi::channel
