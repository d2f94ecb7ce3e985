// What programs write into pipes and sockets and what they read from them. Each record of 8 bytes names its write and its place in it,
// so whoever reads it knows whether it was lost, doubled, in the wrong stream or out of order. It knows POSIX, not the design.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/port/calls.hpp"

namespace ssi::fuzz {

class Streams {
 public:
  // What a descriptor reads and writes. Of a socket's incoming side it is not known which until the first record comes.
  struct End {
    std::int32_t number = 0;
    std::optional<std::size_t> out{};   // group of writers
    std::size_t in = 0;                 // incoming side; 0: none
    bool listener = false;
  };
  using Wrote = std::map<std::size_t, std::vector<std::uint32_t>>;   // a process and its ancestors: writes that are over, by group

  std::pair<End, End> pipe(std::int32_t reads, std::int32_t writes);
  End socket(std::int32_t number);

  // The bytes of a new write; `write` gets its number.
  Bytes begin_write(const End& end, std::uint32_t records, const Wrote& wrote, std::uint32_t& write);
  void end_write(std::uint32_t write, const Result& result, Wrote& wrote);
  // One read at a time of each stream, so that what is read has an order that everybody knows. False: not now.
  bool begin_read(std::size_t in) { return reading_.insert(in).second; }
  void leave_read(std::size_t in) { reading_.erase(in); }
  bool being_read(std::size_t in) const { return reading_.contains(in); }
  // `held`: a program that lives can still write to the group.
  template <class Held>
  void end_read(std::size_t in, const Bytes& bytes, const Held& held) {
    if (size_of(bytes) != 0) return take(in, bytes);
    const std::size_t group = incoming_[in];
    if (group != 0) end_of_stream(group, held(group));
  }

  std::uint64_t records() const { return records_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  struct Write {
    std::size_t group;
    std::uint64_t size, written = 0, read = 0;
    std::vector<std::uint32_t> after{};   // that had to come before
  };
  void take(std::size_t in, const Bytes& bytes);
  std::string wrong_with(std::size_t in, std::uint32_t number, std::uint32_t place);
  void end_of_stream(std::size_t group, bool held);

  std::vector<Write> writes_{1};            // by number
  std::vector<std::size_t> incoming_{0};    // group that each incoming side was seen to carry; 0: not known
  std::set<std::size_t> reading_, ended_;   // incoming sides with a read under way; groups whose end was seen
  Wrote groups_;
  std::size_t next_group_ = 0;
  std::uint64_t records_ = 0;
  std::vector<std::string> problems_;
};

}   // namespace ssi::fuzz
