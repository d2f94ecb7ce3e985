// Places of 8 bytes in files and segments that programs write and read at the same time, and the check that they behave as one copy:
// linearizability of each place by zones (Gibbons and Korach, SIAM J. Computing 26, 1997), since every written value is unique.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/world/groups.hpp"

namespace ssi::fuzz {

using world::Step;

class Registers {
 public:
  using Place = std::pair<std::string, std::uint32_t>;   // "file a", 3

  // A write that never returned may have happened: it has no end. One that failed never did.
  void wrote(const Place& place, std::uint64_t value, Step from, Step to);
  void read(const Place& place, std::uint64_t value, Step from, Step to);
  // Of a counter from 0: what an addition of 1 found there.
  void added(const Place& place, std::uint64_t before, Step from, Step to);

  std::vector<std::string> problems() const;   // a line each; empty is good

 private:
  struct Access {
    std::uint64_t value;
    Step from, to;
    bool write;
  };
  std::map<Place, std::vector<Access>> accesses_, additions_;
};

Bytes word_of(std::uint64_t value);          // 8 bytes, little-endian
std::uint64_t word_in(const Bytes& bytes);   // what is behind the end of a file is zero

}   // namespace ssi::fuzz
