#include "models/port/coherence.hpp"

#include "models/base/check.hpp"

namespace ssi::coherence {
namespace {

Answer read_range_of(const Access& access, const PageData& page) {
  auto bytes = std::make_shared<std::vector<std::byte>>(access.bytes);
  page.read(access.offset, *bytes);
  return {0, std::move(bytes)};
}

Answer change_word(const Access& access, PageData& page, std::uint64_t value) {
  const std::uint64_t before = page.word(access.offset);
  page.set_word(access.offset, value);
  return {before, {}};
}

Answer compare_swap_word(const Access& access, PageData& page) {
  const std::uint64_t before = page.word(access.offset);
  if (before == access.expected) page.set_word(access.offset, access.operand);
  return {before, {}};
}

}   // namespace

Answer perform(const Access& access, PageData& page) {
  using enum Access::Kind;
  switch (access.kind) {
    case load: return {page.word(access.offset), {}};
    case store: return change_word(access, page, access.operand);
    case add: return change_word(access, page, page.word(access.offset) + access.operand);
    case exchange: return change_word(access, page, access.operand);
    case compare_swap: return compare_swap_word(access, page);
    case read_range: return read_range_of(access, page);
    case write_range: page.write(access.offset, *access.data); return {};
    case want_read:
    case want_write: return {};
  }
  SSI_CHECK(false, "no such access");
}

bool Machine::lock(Ticket, LockId, Out) { SSI_CHECK(false, "this protocol has no locks: they are words of its memory"); }
void Machine::unlock(LockId, Out) { SSI_CHECK(false, "this protocol has no locks"); }
bool Machine::barrier(Ticket, LockId, std::uint32_t, Out) { SSI_CHECK(false, "this protocol has no barriers: words of its memory are"); }

}   // namespace ssi::coherence
