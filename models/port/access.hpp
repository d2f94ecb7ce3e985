// What a thread does to shared memory: one access within one page, and its answer.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "models/port/page.hpp"

namespace ssi::coherence {

// One access within one page. A word has 8 bytes. Atomic kinds return the word's value before them.
struct Access {
  enum class Kind : std::uint8_t { load, store, add, exchange, compare_swap, read_range, write_range, want_read, want_write } kind;
  PageId page;
  std::uint32_t offset = 0;
  std::uint64_t operand = 0, expected = 0;                // compare_swap: writes `operand` where it finds `expected`
  std::uint32_t bytes = 0;                                // read_range
  std::shared_ptr<const std::vector<std::byte>> data{};   // write_range

  bool writes() const { return kind != Kind::load && kind != Kind::read_range && kind != Kind::want_read; }
};
struct Answer {
  std::uint64_t value = 0;                                 // load, and atomic kinds: before
  std::shared_ptr<const std::vector<std::byte>> bytes{};   // read_range
};
Answer perform(const Access& access, PageData& page);

}   // namespace ssi::coherence
