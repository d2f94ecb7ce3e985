// What sites say to each other about files (Walker et al., SOSP 1983; Popek, Walker: The LOCUS Distributed System Architecture, 1985).
// Roles: US, the using site; CSS, the filegroup's current synchronization site; SS, a storage site. Requests and answers carry the
// requester's transaction, whose number tells in which role it asked. All of a pair travel in the order in which they were sent.
#pragma once
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "models/port/message.hpp"
#include "models/protocol/locus_files/file.hpp"
#include "models/protocol/locus_files/set_messages.hpp"

namespace ssi::locus {

// Who asks: in the number of the transaction.
enum class Role : std::uint8_t { using_site, storage_site, synchronization_site };
constexpr std::uint64_t first_txn(NodeId site, Role role) {
  return std::uint64_t{site.value} << 44 | static_cast<std::uint64_t>(role) << 42;
}
constexpr Role role_of(TxnId txn) { return static_cast<Role>(txn.value >> 42 & 3); }

enum class Mode : std::uint8_t {
  read,
  modify,   // of a directory: by one at a time, the others wait
  search,   // internal: committed contents, no lock
  look,     // attributes as they are now
  remove
};
enum class Right : std::uint8_t { none, read, write };   // of a data token
struct Token {
  Right right = Right::none;
  std::uint64_t serial{};   // of the grant, growing at the SS
};

// US to CSS.
struct OpenRequest {
  static constexpr std::string_view kName = "locus.OPEN_REQ";
  FileId file{};
  Mode mode{};
  bool stores = false;       // the US has a copy ...
  VersionVector has{};       // ... of this version
  std::uint32_t times = 1;   // more: a file that is open already, and whose SS is lost
};
struct CreateRequest {
  static constexpr std::string_view kName = "locus.CREATE_REQ";
  FileId made{};   // the US has made it in its own pack; else a site of the inode's is to make it
  std::uint32_t filegroup{};
  InodePtr inode;
};
struct Redirected {
  static constexpr std::string_view kName = "locus.REDIRECTED";
  FileId file{};
};
struct LockRequest {
  static constexpr std::string_view kName = "locus.LOCK_REQ";
  vnode::Lock lock;
};
struct Withdraw {
  static constexpr std::string_view kName = "locus.WITHDRAW";
  FileId file{};
  TxnId lock;   // the request that waits
};

// CSS to US.
struct OpenOk {
  static constexpr std::string_view kName = "locus.OPEN_OK";
  FileId file{};
  Errno error = Errno::none;
  NodeId storage;
  bool polled = false;   // else the US is the SS and has not been told yet
  InodePtr inode{};
  Token token{};
};
struct Redirect {
  static constexpr std::string_view kName = "locus.REDIRECT";
  FileId file{};
  NodeId storage;   // who modifies the file uses this site, so everybody does
};
struct Locked {
  static constexpr std::string_view kName = "locus.LOCKED";
  Errno error = Errno::none;
};

// CSS to SS, and what it answers.
struct BeStorageSite {
  static constexpr std::string_view kName = "locus.BE_STORAGE_SITE";
  FileId file{};
  Mode mode{};
  NodeId user;
  VersionVector latest{};
  std::uint32_t times = 1;
};
struct MakeFile {
  static constexpr std::string_view kName = "locus.MAKE_FILE";
  std::uint32_t filegroup{};
  InodePtr inode;
};
struct Accept {
  static constexpr std::string_view kName = "locus.ACCEPT";
  FileId file{};
  InodePtr inode;
  Token token;
};
struct Refuse {
  static constexpr std::string_view kName = "locus.REFUSE";
  FileId file{};
};

// US to SS.
struct Join {
  static constexpr std::string_view kName = "locus.JOIN";
  FileId file{};
  std::uint32_t reads{}, writes{};   // that the CSS has redirected
};
struct Leave {
  static constexpr std::string_view kName = "locus.LEAVE";
  FileId file{};
};
struct ReadPage {
  static constexpr std::string_view kName = "locus.READ";
  FileId file{};
  std::uint64_t page{};
  enum class For : std::uint8_t { use, search, pull } what = For::use;   // a search sees what is committed, a pull one version of it
  VersionVector version{};
};
struct WritePage {
  static constexpr std::string_view kName = "locus.WRITE";   // no answer
  FileId file{};
  std::uint64_t page{};
  Bytes data{};
  std::uint64_t size{}, entries{};
};
struct SetInode {
  static constexpr std::string_view kName = "locus.SET_INODE";   // no answer either: a cut, another parent
  FileId file{};
  std::uint64_t size{}, entries{};
  FileId parent{};
};
struct CommitRequest {
  static constexpr std::string_view kName = "locus.COMMIT";
  FileId file{};
};
struct CloseRequest {
  static constexpr std::string_view kName = "locus.CLOSE";
  FileId file{};
  bool modify = false;
};
struct TokenRequest {
  static constexpr std::string_view kName = "locus.TOKEN_REQ";
  FileId file{};
  Right right{};
};
struct Release {
  static constexpr std::string_view kName = "locus.RELEASE";
  FileId file{};
  std::uint64_t serial{};
  bool keeps_read = false;
};

// SS to US.
struct PageData {
  static constexpr std::string_view kName = "locus.PAGE";
  FileId file{};
  std::uint64_t page{};
  Errno error = Errno::none;   // ESTALE: another version is there
  Bytes data{};
};
struct Done {
  static constexpr std::string_view kName = "locus.DONE";   // of a commit or a close
  Errno error = Errno::none;
};
struct Grant {
  static constexpr std::string_view kName = "locus.GRANT";
  FileId file{};
  Token token;
  InodePtr inode;
};
struct Recall {
  static constexpr std::string_view kName = "locus.RECALL";
  FileId file{};
  std::uint64_t serial{};   // of the grant
  bool to_read = false;
};

// SS to CSS, to other SS and back.
struct StorageClose {
  static constexpr std::string_view kName = "locus.SS_CLOSE";
  FileId file{};
  NodeId user;
  bool modify = false;
  VersionVector version{};
};
struct Closed {
  static constexpr std::string_view kName = "locus.SS_CLOSED";
};
struct NewVersion {
  static constexpr std::string_view kName = "locus.NEW_VERSION";
  FileId file{};
  bool wants_answer = false;
  InodePtr inode;
  VersionVector before{};   // with this one, only `pages` differ
  std::shared_ptr<const std::vector<std::uint64_t>> pages{};
};
struct Noted {
  static constexpr std::string_view kName = "locus.NOTED";   // a directory's new version: it is not searched here until it has come
};
struct DeleteSeen {
  static constexpr std::string_view kName = "locus.DELETE_SEEN";   // to the pack that has the inode number in its pool
  FileId file{};
};
struct Recycled {
  static constexpr std::string_view kName = "locus.RECYCLED";   // all have seen it
  FileId file{};
};

using Message = std::variant<OpenRequest, CreateRequest, Redirected, LockRequest, Withdraw, OpenOk, Redirect, Locked, BeStorageSite,
                             MakeFile, Accept, Refuse, Join, Leave, ReadPage, WritePage, SetInode, CommitRequest, CloseRequest,
                             TokenRequest, Release, PageData, Done, Grant, Recall, StorageClose, Closed, NewVersion, Noted, DeleteSeen,
                             Recycled, Reported, NewSet, Revoke, Spread, Prevail, MergeCopies, MergedCopies>;

inline std::uint64_t bytes_of(const OpenRequest& m) { return kHeaderBytes + kFileBytes + 2 + m.has.bytes() + (m.times > 1 ? 4 : 0); }
inline std::uint64_t bytes_of(const CreateRequest& m) { return kHeaderBytes + kFileBytes + 4 + bytes_of(m.inode); }
inline std::uint64_t bytes_of(const Redirected&) { return kHeaderBytes + kFileBytes; }
inline std::uint64_t bytes_of(const LockRequest&) { return kHeaderBytes + kFileBytes + 10; }
inline std::uint64_t bytes_of(const Withdraw&) { return kHeaderBytes + kFileBytes + 8; }
inline std::uint64_t bytes_of(const OpenOk& m) { return kHeaderBytes + kFileBytes + 16 + bytes_of(m.inode); }
inline std::uint64_t bytes_of(const Redirect&) { return kHeaderBytes + kFileBytes + 4; }
inline std::uint64_t bytes_of(const Locked&) { return kHeaderBytes + 4; }
inline std::uint64_t bytes_of(const BeStorageSite& m) { return kHeaderBytes + kFileBytes + 8 + m.latest.bytes(); }
inline std::uint64_t bytes_of(const MakeFile& m) { return kHeaderBytes + 4 + bytes_of(m.inode); }
inline std::uint64_t bytes_of(const Accept& m) { return kHeaderBytes + kFileBytes + 12 + bytes_of(m.inode); }
inline std::uint64_t bytes_of(const Refuse&) { return kHeaderBytes + kFileBytes; }
inline std::uint64_t bytes_of(const Join&) { return kHeaderBytes + kFileBytes + 8; }
inline std::uint64_t bytes_of(const Leave&) { return kHeaderBytes + kFileBytes; }
inline std::uint64_t bytes_of(const ReadPage& m) { return kHeaderBytes + kFileBytes + 10 + m.version.bytes(); }
inline std::uint64_t bytes_of(const WritePage& m) { return kHeaderBytes + kFileBytes + 24 + size_of(m.data); }
inline std::uint64_t bytes_of(const SetInode&) { return kHeaderBytes + kFileBytes + 24; }
inline std::uint64_t bytes_of(const CommitRequest&) { return kHeaderBytes + kFileBytes; }
inline std::uint64_t bytes_of(const CloseRequest&) { return kHeaderBytes + kFileBytes + 1; }
inline std::uint64_t bytes_of(const TokenRequest&) { return kHeaderBytes + kFileBytes + 1; }
inline std::uint64_t bytes_of(const Release&) { return kHeaderBytes + kFileBytes + 9; }
inline std::uint64_t bytes_of(const PageData& m) { return kHeaderBytes + kFileBytes + 12 + size_of(m.data); }
inline std::uint64_t bytes_of(const Done&) { return kHeaderBytes + 4; }
inline std::uint64_t bytes_of(const Grant& m) { return kHeaderBytes + kFileBytes + 9 + bytes_of(m.inode); }
inline std::uint64_t bytes_of(const Recall&) { return kHeaderBytes + kFileBytes + 9; }
inline std::uint64_t bytes_of(const StorageClose& m) { return kHeaderBytes + kFileBytes + 5 + m.version.bytes(); }
inline std::uint64_t bytes_of(const Closed&) { return kHeaderBytes; }
inline std::uint64_t bytes_of(const NewVersion& m) {
  return kHeaderBytes + kFileBytes + bytes_of(m.inode) + m.before.bytes() + 4 * (m.pages ? m.pages->size() : 0);
}
inline std::uint64_t bytes_of(const Noted&) { return kHeaderBytes; }
inline std::uint64_t bytes_of(const DeleteSeen&) { return kHeaderBytes + kFileBytes; }
inline std::uint64_t bytes_of(const Recycled&) { return kHeaderBytes + kFileBytes; }
}   // namespace ssi::locus
