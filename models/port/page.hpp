// The contents of a page, as real bytes. Copies share the bytes until one of them is written, so a page that travels
// costs a pointer; a page that nobody has written is all zero and has no bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"

namespace ssi {

using PageId = Id<struct PageTag, std::uint64_t>;   // chosen by who maps objects to pages; high bits may name the object
inline constexpr std::uint32_t kWordBytes = 8;

class PageData {
 public:
  explicit PageData(std::uint32_t bytes = 0) : size_(bytes) {}

  std::uint32_t size() const { return size_; }
  std::uint64_t word(std::uint32_t offset) const;   // little endian; the offset need not be aligned
  void set_word(std::uint32_t offset, std::uint64_t value);
  void read(std::uint32_t offset, std::span<std::byte> to) const;
  void write(std::uint32_t offset, std::span<const std::byte> from);

  void hash_into(StateHash& hash) const;
  friend bool operator==(const PageData& a, const PageData& b);

 private:
  std::byte* own();                   // bytes that nobody shares
  std::shared_ptr<std::byte[]> at_;   // null: all zero
  std::uint32_t size_;
};

}   // namespace ssi
