// The messages of the home directory, one closed variant. README.md gives each a line. Every message of a transaction
// carries the transaction of the request that began it.
#pragma once
#include <cstdint>
#include <string_view>
#include <variant>

#include "models/base/ids.hpp"
#include "models/port/coherence.hpp"
#include "models/port/message.hpp"
#include "models/port/node_set.hpp"
#include "models/port/page.hpp"

namespace ssi::directory {

struct GetRead {
  static constexpr std::string_view kName = "GET_READ";
  PageId page;
};
struct GetWrite {
  static constexpr std::string_view kName = "GET_WRITE";
  PageId page;
  bool has_copy = false;   // of the current contents: the right alone will do
};
struct Put {
  static constexpr std::string_view kName = "PUT";
  PageId page;
  bool owned = false, dirty = false;   // owned: exclusive or modified; dirty: `data` travels
  PageData data{};
};
struct PutAck {
  static constexpr std::string_view kName = "PUT_ACK";
  PageId page;
  bool stale = false;   // the sender was no longer the owner
};
struct Nack {
  static constexpr std::string_view kName = "NACK";
  PageId page;
};
struct Forward {
  static constexpr std::string_view kName = "FORWARD";
  PageId page;
  NodeId requester;
  bool write = false;
  bool relayed = false;   // the page goes to the home, which passes it on
};
struct Invalidate {
  static constexpr std::string_view kName = "INVALIDATE";
  PageId page;
  NodeId collector;   // of the acknowledgements
};
struct InvalidateAck {
  static constexpr std::string_view kName = "INVALIDATE_ACK";
  PageId page;
};
struct Data {
  static constexpr std::string_view kName = "DATA";
  PageId page;
  coherence::Right right = coherence::Right::read;
  bool exclusive = false;   // read, but nobody else has it and the receiver is its owner
  bool with_page = true;    // false: the receiver has a current copy (a grant)
  bool confirm = false;     // the home waits for CONFIRM
  NodeSet awaited{};        // whose acknowledgements the receiver needs before it may write
  PageData data{};
};
struct WriteBack {
  static constexpr std::string_view kName = "WRITE_BACK";
  PageId page;
  bool dirty = false;   // `data` travels
  PageData data{};
};
struct Confirm {
  static constexpr std::string_view kName = "CONFIRM";
  PageId page;
};

// Bytes on the wire: the header, page 8, node 4, flags together 1, a set 4 and 4 for each node, and the page if it travels.
inline std::uint64_t bytes_of(const GetRead&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const GetWrite&) { return kHeaderBytes + 9; }
inline std::uint64_t bytes_of(const Put& m) { return kHeaderBytes + 9 + (m.dirty ? m.data.size() : 0); }
inline std::uint64_t bytes_of(const PutAck&) { return kHeaderBytes + 9; }
inline std::uint64_t bytes_of(const Nack&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Forward&) { return kHeaderBytes + 13; }
inline std::uint64_t bytes_of(const Invalidate&) { return kHeaderBytes + 12; }
inline std::uint64_t bytes_of(const InvalidateAck&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Data& m) { return kHeaderBytes + 9 + 4 + 4 * m.awaited.size() + (m.with_page ? m.data.size() : 0); }
inline std::uint64_t bytes_of(const WriteBack& m) { return kHeaderBytes + 9 + (m.dirty ? m.data.size() : 0); }
inline std::uint64_t bytes_of(const Confirm&) { return kHeaderBytes + 8; }

using Message = std::variant<GetRead, GetWrite, Put, PutAck, Nack, Forward, Invalidate, InvalidateAck, Data, WriteBack, Confirm>;

inline bool carries_page(const Message& message) {
  if (const auto* data = std::get_if<Data>(&message)) return data->with_page;
  if (const auto* back = std::get_if<WriteBack>(&message)) return back->dirty;
  const auto* put = std::get_if<Put>(&message);
  return put != nullptr && put->dirty;
}

}   // namespace ssi::directory
