#include "models/port/page.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "models/base/check.hpp"

namespace ssi {

std::byte* PageData::own() {
  if (at_ && at_.use_count() == 1) return at_.get();
  auto fresh = std::make_shared_for_overwrite<std::byte[]>(size_);
  if (at_) std::memcpy(fresh.get(), at_.get(), size_);
  else std::memset(fresh.get(), 0, size_);
  at_ = std::move(fresh);
  return at_.get();
}

void PageData::read(std::uint32_t offset, std::span<std::byte> to) const {
  SSI_CHECK(std::uint64_t{offset} + to.size() <= size_, "a read leaves its page");
  if (at_) std::memcpy(to.data(), at_.get() + offset, to.size());
  else std::fill(to.begin(), to.end(), std::byte{});
}

void PageData::write(std::uint32_t offset, std::span<const std::byte> from) {
  SSI_CHECK(std::uint64_t{offset} + from.size() <= size_, "a write leaves its page");
  std::memcpy(own() + offset, from.data(), from.size());
}

std::uint64_t PageData::word(std::uint32_t offset) const {
  std::array<std::byte, kWordBytes> bytes;
  read(offset, bytes);
  std::uint64_t value = 0;
  for (std::size_t i = kWordBytes; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

void PageData::set_word(std::uint32_t offset, std::uint64_t value) {
  std::array<std::byte, kWordBytes> bytes;
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(value & 0xff);
    value >>= 8;
  }
  write(offset, bytes);
}

void PageData::hash_into(StateHash& hash) const {
  hash.add(size_);
  for (std::uint32_t i = 0; at_ && i < size_; ++i)   // zero bytes count for nothing: no bytes and zero bytes are the same page
    if (at_[i] != std::byte{}) {
      hash.add(i);
      hash.add(std::to_integer<std::uint64_t>(at_[i]));
    }
}

bool operator==(const PageData& a, const PageData& b) {
  if (a.size_ != b.size_) return false;
  if (a.at_ == b.at_) return true;
  for (std::uint32_t i = 0; i < a.size_; ++i)
    if ((a.at_ ? a.at_[i] : std::byte{}) != (b.at_ ? b.at_[i] : std::byte{})) return false;
  return true;
}

}   // namespace ssi
