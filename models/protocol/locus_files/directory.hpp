// A directory's contents: records that never move and never span pages, so that who reads it page by page without a lock finds every
// entry that is there all the time.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/protocol/locus_files/file.hpp"

namespace ssi::locus {

inline constexpr std::size_t kLongestName = 255;

struct Entry {
  FileId file{};   // 0: free
  bool directory = false;
  std::string name{};
};
struct Record {
  Entry entry;
  std::uint64_t offset{}, bytes{};
};

std::vector<Record> records_of(const Bytes& contents, std::uint64_t from = 0);   // from a page's beginning; `from`: its offset
std::optional<Record> find_entry(const Bytes& contents, std::string_view name, std::uint64_t from = 0);
Record place_for(const Bytes& contents, std::string_view name);   // a free record, or one at the end
Bytes record_bytes(const Record& record);

}   // namespace ssi::locus
