// A directory's contents: records that never move and never span pages, so that who reads it page by page without a lock finds every
// entry that is there all the time.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/protocol/locus_files/file.hpp"

namespace ssi::locus {

inline constexpr std::size_t kLongestName = 255;

// Which version of the directory made or freed a record: the change of that number at that storage site.
struct Stamp {
  NodeId site{};
  std::uint32_t change{};
  bool in(const VersionVector& version) const { return version.count(site) >= change; }
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

struct Entry {
  FileId file{};   // 0: free, and of that name it is known when it was freed
  bool directory = false;
  std::string name{};
  Stamp changed{};
};
struct Record {
  Entry entry;
  std::uint64_t offset{}, bytes{};
};

std::vector<Record> records_of(const Bytes& contents, std::uint64_t from = 0);   // from a page's beginning; `from`: its offset
std::optional<Record> find_entry(const Bytes& contents, std::string_view name, std::uint64_t from = 0);
// A free record, or one at the end. `keeps_freed`: only one of that name, since the others are to be compared with those of other sites.
Record place_for(const Bytes& contents, std::string_view name, bool keeps_freed);
Bytes record_bytes(const Record& record);

// Two copies of a directory that were changed apart: the union of their entries, without those that one side has freed after it had the
// other's. A name that both gave to different files stays with neither: each file gets the name and its number behind it. `kept`: files
// that were changed on one side and removed on the other, whose entries stay.
struct MergedDirectory {
  Bytes contents;
  std::uint64_t entries = 0;
  std::vector<std::string> conflicts{};   // names that stood for two files
};
struct DirectoryCopy {
  Bytes contents;   // whole
  VersionVector version;
};
MergedDirectory merge_directories(const DirectoryCopy& one, const DirectoryCopy& other, const std::set<FileId>& kept, Stamp merged);

}   // namespace ssi::locus
