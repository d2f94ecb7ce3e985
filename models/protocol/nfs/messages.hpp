// What an NFS client and its server say: the procedures of NFS version 2 (RFC 1094), two messages each. A client keeps no promise of the
// server and the server knows no client, so a procedure may be asked again whenever its answer did not come.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>

#include "models/port/message.hpp"
#include "models/port/vnode.hpp"

namespace ssi::nfs {

inline constexpr std::uint64_t kHandleBytes = 32;       // RFC 1094, 2.3.3
inline constexpr std::uint64_t kCredentialBytes = 40;   // of an RPC call with AUTH_UNIX: estimate
inline constexpr std::uint64_t kAttributeBytes = 68;    // RFC 1094, 2.3.5

struct LookupCall : vnode::Lookup {
  static constexpr std::string_view kName = "nfs.LOOKUP";
};
struct GetattrCall : vnode::GetAttributes {
  static constexpr std::string_view kName = "nfs.GETATTR";
};
struct SetattrCall : vnode::SetSize {
  static constexpr std::string_view kName = "nfs.SETATTR";
};
struct ReadCall : vnode::Read {
  static constexpr std::string_view kName = "nfs.READ";
};
struct WriteCall : vnode::Write {
  static constexpr std::string_view kName = "nfs.WRITE";
};
struct CreateCall : vnode::Create {   // and MKDIR
  static constexpr std::string_view kName = "nfs.CREATE";
};
struct RemoveCall : vnode::Remove {   // and RMDIR
  static constexpr std::string_view kName = "nfs.REMOVE";
};
struct RenameCall : vnode::Rename {
  static constexpr std::string_view kName = "nfs.RENAME";
};
struct ReaddirCall : vnode::ReadDirectory {
  static constexpr std::string_view kName = "nfs.READDIR";
};
struct Answered {
  static constexpr std::string_view kName = "nfs.REPLY";
  std::shared_ptr<const vnode::Reply> reply;
};

using Message =
    std::variant<LookupCall, GetattrCall, SetattrCall, ReadCall, WriteCall, CreateCall, RemoveCall, RenameCall, ReaddirCall,   //
                 Answered>;

inline constexpr std::uint64_t kCallBytes = kHeaderBytes + kCredentialBytes + kHandleBytes;
inline std::uint64_t bytes_of(const LookupCall& call) { return kCallBytes + call.name.size(); }
inline std::uint64_t bytes_of(const GetattrCall&) { return kCallBytes; }
inline std::uint64_t bytes_of(const SetattrCall&) { return kCallBytes + 32; }
inline std::uint64_t bytes_of(const ReadCall&) { return kCallBytes + 12; }
inline std::uint64_t bytes_of(const WriteCall& call) { return kCallBytes + 16 + size_of(call.data); }
inline std::uint64_t bytes_of(const CreateCall& call) { return kCallBytes + 32 + call.name.size(); }
inline std::uint64_t bytes_of(const RemoveCall& call) { return kCallBytes + call.name.size(); }
inline std::uint64_t bytes_of(const RenameCall& call) { return kCallBytes + kHandleBytes + call.from.size() + call.to.size(); }
inline std::uint64_t bytes_of(const ReaddirCall&) { return kCallBytes + 8; }
inline std::uint64_t bytes_of(const Answered& answered) {
  std::uint64_t bytes = kHeaderBytes + 4 + kHandleBytes + kAttributeBytes + size_of(answered.reply->data);
  if (answered.reply->names)
    for (const auto& name : *answered.reply->names) bytes += 16 + name.size();
  return bytes;
}

}   // namespace ssi::nfs
