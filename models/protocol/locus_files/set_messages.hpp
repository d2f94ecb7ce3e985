// What sites say to each other about files when the partition set has changed.
#pragma once
#include <cstdint>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "models/port/message.hpp"
#include "models/protocol/locus_files/file.hpp"

namespace ssi::locus {

inline constexpr std::uint64_t kFileBytes = 8;   // of a file's number, on the wire

// After a change of the partition set. To each member: what the sender has open at the receiver, which is all; and of the filegroups whose
// CSS the receiver is now, what it has open anywhere, stores and has locked.
struct UseOf {
  FileId file{};
  std::uint32_t reads{}, writes{};
  NodeId storage;
};
struct CopyOf {
  FileId file{};
  InodePtr inode;
};
struct Report {
  std::vector<UseOf> at_you{}, uses{};
  std::vector<CopyOf> copies{};
  std::vector<vnode::Lock> locks{};
};
using ReportPtr = std::shared_ptr<const Report>;
struct Reported {
  static constexpr std::string_view kName = "locus.REPORT";
  ReportPtr report;
};
// From the own site's host: the partition set that it is in now. The first one is where it begins.
struct NewSet {
  static constexpr std::string_view kName = "locus.NEW_SET";
  std::uint32_t number{};
  std::set<NodeId> members{};
};
// CSS to US: the SS that it uses is not the one any more. Who reads opens again, who writes gets an error.
struct Revoke {
  static constexpr std::string_view kName = "locus.REVOKE";
  FileId file{};
};
// CSS to SS, to make copies alike: tell the others of your version; yours goes before that one; make one of yours and another's.
struct Spread {
  static constexpr std::string_view kName = "locus.SPREAD";
  FileId file{};
};
struct Prevail {
  static constexpr std::string_view kName = "locus.PREVAIL";
  FileId file{};
  VersionVector over{};
};
struct MergeCopies {
  static constexpr std::string_view kName = "locus.MERGE_COPIES";
  FileId file{};   // a directory
  NodeId other;
  InodePtr theirs;
  std::vector<FileId> kept{};   // files that were changed on one side and removed on the other
};
struct MergedCopies {
  static constexpr std::string_view kName = "locus.MERGED_COPIES";
  FileId file{};
  Errno error = Errno::none;
  InodePtr inode;
};

inline std::uint64_t bytes_of(const Reported& m) {
  std::uint64_t copies = 0;
  for (const CopyOf& copy : m.report->copies) copies += kFileBytes + bytes_of(copy.inode);
  const std::uint64_t uses = m.report->at_you.size() + m.report->uses.size();
  return kHeaderBytes + uses * (kFileBytes + 12) + copies + m.report->locks.size() * (kFileBytes + 9);
}
inline std::uint64_t bytes_of(const NewSet& m) { return kHeaderBytes + 4 + 4 * m.members.size(); }
inline std::uint64_t bytes_of(const Revoke&) { return kHeaderBytes + kFileBytes; }
inline std::uint64_t bytes_of(const Spread&) { return kHeaderBytes + kFileBytes; }
inline std::uint64_t bytes_of(const Prevail& m) { return kHeaderBytes + kFileBytes + m.over.bytes(); }
inline std::uint64_t bytes_of(const MergeCopies& m) {
  return kHeaderBytes + kFileBytes + 4 + bytes_of(m.theirs) + kFileBytes * m.kept.size();
}
inline std::uint64_t bytes_of(const MergedCopies& m) { return kHeaderBytes + kFileBytes + 1 + bytes_of(m.inode); }

}   // namespace ssi::locus
