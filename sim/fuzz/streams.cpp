#include "sim/fuzz/streams.hpp"

#include "sim/world/words.hpp"

namespace ssi::fuzz {

using world::append_word;
using world::word_at;

std::pair<Streams::End, Streams::End> Streams::pipe(std::int32_t reads, std::int32_t writes) {
  incoming_.push_back(++next_group_);
  return {End{.number = reads, .in = incoming_.size() - 1}, End{.number = writes, .out = next_group_}};
}

Streams::End Streams::socket(std::int32_t number) {
  incoming_.push_back(0);
  return {.number = number, .out = ++next_group_, .in = incoming_.size() - 1};
}

Bytes Streams::begin_write(const End& end, std::uint32_t records, const Wrote& wrote, std::uint32_t& write) {
  const std::size_t group = *end.out;
  write = static_cast<std::uint32_t>(writes_.size());
  const auto before = wrote.find(group);
  writes_.push_back({.group = group, .size = 8ULL * records, .after = before == wrote.end() ? Wrote::mapped_type{} : before->second});
  groups_[group].push_back(write);
  std::vector<std::byte> bytes;
  for (std::uint32_t record = 0; record < records; ++record) {
    append_word(bytes, write);
    append_word(bytes, 8 * record);
  }
  return std::make_shared<const std::vector<std::byte>>(std::move(bytes));
}

void Streams::end_write(std::uint32_t number, const Result& result, Wrote& wrote) {
  Write& write = writes_[number];
  write.written = result.good() ? static_cast<std::uint64_t>(result.value) : 0;
  wrote[write.group].push_back(number);
  if (result.error != Errno::epipe) return;
  if (write.read > 0 && write.read == write.size) problems_.push_back("EPIPE for write " + std::to_string(number) + ", which was read");
  write.written = write.read;
}

// Every record in its place, once, after what had to come before.
void Streams::take(std::size_t in, const Bytes& bytes) {
  if (bytes->size() % 8 != 0) return problems_.push_back("a record is cut");
  for (std::size_t at = 0; at < bytes->size(); at += 8) {
    const std::uint32_t number = word_at(*bytes, at), place = word_at(*bytes, at + 4);
    if (number == 0 || number >= writes_.size()) return problems_.push_back("bytes that nobody wrote");
    const std::string wrong = wrong_with(in, number, place);
    if (!wrong.empty()) return problems_.push_back("record " + std::to_string(place / 8) + " of write " + std::to_string(number) + wrong);
    writes_[number].read += 8;
    ++records_;
  }
}

std::string Streams::wrong_with(std::size_t in, std::uint32_t number, std::uint32_t place) {
  const Write& write = writes_[number];
  std::size_t& carries = incoming_[in];
  if (carries == 0) carries = write.group;
  if (carries != write.group) return " is read from another stream";
  if (ended_.contains(write.group)) return " comes after the end";
  if (place != write.read) return " instead of record " + std::to_string(write.read / 8);
  for (std::uint32_t before : write.after)
    if (writes_[before].read < writes_[before].written) return " overtakes write " + std::to_string(before);
  return "";
}

void Streams::end_of_stream(std::size_t group, bool held) {
  ended_.insert(group);
  if (held) problems_.emplace_back("the end of a stream that somebody can still write to");
  for (std::uint32_t number : groups_[group])
    if (writes_[number].read < writes_[number].written) problems_.push_back("write " + std::to_string(number) + " is lost");
}

}   // namespace ssi::fuzz
