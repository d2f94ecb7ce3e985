// What the nodes of a cluster file system say to the node that has its disk (OpenSSI CFS, README.cfs): operations on names are shipped,
// contents and sizes are used under tokens. Transactions: a token's want, a shipped operation, a release; answers carry the same.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>

#include "models/port/message.hpp"
#include "models/port/vnode.hpp"

namespace ssi::cfs {

inline constexpr std::uint64_t kPage = 4096;
inline constexpr std::uint64_t kInode = ~0ULL;   // the index of a file's inode token: its size

struct Key {
  vnode::FileId file{};
  std::uint64_t index{};   // of a page, or kInode, which is taken before any page
  friend auto operator<=>(const Key&, const Key&) = default;
};

// To the server.
struct Want {
  static constexpr std::string_view kName = "cfs.WANT";
  Key key;
  bool write = false, has_copy = false;
};
struct Surrender {
  static constexpr std::string_view kName = "cfs.SURRENDER";
  Key key;
  TxnId granted;             // the grant that is given up
  bool keeps_copy = false;   // may go on reading
  Bytes data{};              // of a page that was written
  std::uint64_t size{};      // of an inode that was written
};
struct Release {
  static constexpr std::string_view kName = "cfs.RELEASE";
  Key key;
  TxnId granted;
  bool keeps = false;   // only written back: the token stays
  Bytes data{};
  std::uint64_t size{};
};
struct Ship {
  static constexpr std::string_view kName = "cfs.SHIP";
  std::shared_ptr<const vnode::Operation> operation;
};
struct Withdraw {
  static constexpr std::string_view kName = "cfs.WITHDRAW";
  TxnId lock;   // the shipped operation that waits
};

// From the server.
struct Grant {
  static constexpr std::string_view kName = "cfs.GRANT";
  Key key;
  bool write = false, has_data = false;
  Errno error = Errno::none;
  Bytes data{};                     // of a page, short at the end of the file
  vnode::Attributes attributes{};   // of an inode
};
struct Recall {
  static constexpr std::string_view kName = "cfs.RECALL";
  Key key;
  TxnId granted;
  bool to_read = false;   // else an INVALIDATE
};
struct Done {
  static constexpr std::string_view kName = "cfs.DONE";
  std::shared_ptr<const vnode::Reply> reply;
};

using Message = std::variant<Want, Surrender, Release, Ship, Withdraw, Grant, Recall, Done>;

inline constexpr std::uint64_t kKeyBytes = 16, kAttributeBytes = 40;
inline std::uint64_t bytes_of(const Want&) { return kHeaderBytes + kKeyBytes + 8; }
inline std::uint64_t bytes_of(const Surrender& m) { return kHeaderBytes + kKeyBytes + 24 + size_of(m.data); }
inline std::uint64_t bytes_of(const Release& m) { return kHeaderBytes + kKeyBytes + 24 + size_of(m.data); }
inline std::uint64_t bytes_of(const Withdraw&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Recall&) { return kHeaderBytes + kKeyBytes + 16; }
inline std::uint64_t bytes_of(const Grant& m) { return kHeaderBytes + kKeyBytes + kAttributeBytes + size_of(m.data); }
inline std::uint64_t bytes_of(const Ship& m) {
  std::uint64_t bytes = kHeaderBytes + 32;
  if (const auto* lookup = std::get_if<vnode::Lookup>(m.operation.get())) bytes += lookup->name.size();
  if (const auto* create = std::get_if<vnode::Create>(m.operation.get())) bytes += create->name.size();
  if (const auto* remove = std::get_if<vnode::Remove>(m.operation.get())) bytes += remove->name.size();
  if (const auto* rename = std::get_if<vnode::Rename>(m.operation.get())) bytes += rename->from.size() + rename->to.size();
  return bytes;
}
inline std::uint64_t bytes_of(const Done& m) {
  std::uint64_t bytes = kHeaderBytes + 8 + kAttributeBytes;
  if (m.reply->names)
    for (const auto& name : *m.reply->names) bytes += 8 + name.size();
  return bytes;
}

// What a role has at hand, and where it puts what it sends: mail to the own node is delivered without a message.
struct Mail {
  NodeId to;
  TxnId txn;
  Message message;
  CallId cause;
};
struct Wire {
  vnode::Context& at;
  std::vector<Mail>& mail;
};

}   // namespace ssi::cfs
