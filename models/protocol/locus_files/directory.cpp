#include "models/protocol/locus_files/directory.hpp"

#include <cstring>

namespace ssi::locus {
namespace {

// What is on the disk before the name: sizes are multiples of this.
struct Head {
  std::uint64_t file;
  std::uint8_t units, name;
  std::uint16_t site;   // of the stamp; the highest bit: a directory
  std::uint32_t change;
};
constexpr std::uint64_t kUnit = sizeof(Head);
static_assert(kUnit == 16);

constexpr std::uint16_t kIsDirectory = 0x8000;
constexpr std::uint64_t bytes_for(std::size_t name) { return kUnit + (name + kUnit - 1) / kUnit * kUnit; }

}   // namespace

std::vector<Record> records_of(const Bytes& contents, std::uint64_t from) {
  std::vector<Record> out;
  for (std::uint64_t at = 0; at + kUnit <= size_of(contents);) {
    Head head;
    std::memcpy(&head, contents->data() + at, kUnit);
    const std::uint64_t bytes = head.units * kUnit;
    if (bytes == 0) {   // the rest of the page is not used
      at = (at / kPage + 1) * kPage;
      continue;
    }
    const auto* name = reinterpret_cast<const char*>(contents->data() + at + kUnit);
    const Stamp changed{NodeId{static_cast<std::uint32_t>(head.site & ~kIsDirectory)}, head.change};
    out.push_back({{head.file, (head.site & kIsDirectory) != 0, std::string(name, head.name), changed}, from + at, bytes});
    at += bytes;
  }
  return out;
}

std::optional<Record> find_entry(const Bytes& contents, std::string_view name, std::uint64_t from) {
  for (Record& record : records_of(contents, from))
    if (record.entry.file != 0 && record.entry.name == name) return std::move(record);
  return std::nullopt;
}

Record place_for(const Bytes& contents, std::string_view name, bool keeps_freed) {
  const std::uint64_t bytes = bytes_for(name.size());
  std::uint64_t end = 0;
  std::optional<Record> free;
  for (Record& record : records_of(contents)) {
    end = record.offset + record.bytes;
    if (record.entry.file != 0 || record.bytes < bytes) continue;
    if (record.entry.name == name) return std::move(record);
    if (!free && !keeps_freed) free = std::move(record);
  }
  if (free) return *std::move(free);
  if (end / kPage != (end + bytes - 1) / kPage) end = (end / kPage + 1) * kPage;
  return {{}, end, bytes};
}

Bytes record_bytes(const Record& record) {
  const Entry& entry = record.entry;
  const auto site = static_cast<std::uint16_t>(entry.changed.site.value | (entry.directory ? kIsDirectory : 0U));
  const Head head{entry.file, static_cast<std::uint8_t>(record.bytes / kUnit), static_cast<std::uint8_t>(entry.name.size()), site,
                  entry.changed.change};
  std::vector<std::byte> out(record.bytes);
  std::memcpy(out.data(), &head, kUnit);
  std::memcpy(out.data() + kUnit, record.entry.name.data(), record.entry.name.size());
  return std::make_shared<const std::vector<std::byte>>(std::move(out));
}

}   // namespace ssi::locus
