// One line of JSON text, built without allocation. What is put into it is short and known to need no escape, but for `quoted`.
#pragma once
#include <array>
#include <charconv>
#include <concepts>
#include <cstring>
#include <string>
#include <string_view>

#include "models/base/check.hpp"
#include "models/base/time.hpp"

namespace ssi::record {

class Line {
 public:
  Line& put(std::string_view text) { return put(text.data(), text.size()); }
  template <std::size_t kSize>
  Line& put(const char (&literal)[kSize]) {   // its length is known, so copying it is a few moves
    return put(literal, kSize - 1);
  }
  Line& put(std::integral auto number) {
    const auto end = std::to_chars(text_.data() + size_, text_.data() + text_.size(), number);
    SSI_CHECK(end.ec == std::errc{}, "a line of a trace is too long");
    size_ = static_cast<std::size_t>(end.ptr - text_.data());
    return *this;
  }
  // Microseconds with three decimals: exact.
  Line& microseconds(Duration time) {
    const auto below = static_cast<int>(time.ns % 1000);
    const char decimals[] = {'.', static_cast<char>('0' + below / 100), static_cast<char>('0' + below / 10 % 10),
                             static_cast<char>('0' + below % 10)};
    return put(time.ns / 1000).put(decimals, sizeof decimals);
  }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  Line& put(const char* text, std::size_t size) {
    SSI_CHECK(size <= text_.size() - size_, "a line of a trace is too long");
    std::memcpy(text_.data() + size_, text, size);
    size_ += size;
    return *this;
  }

  std::array<char, 1024> text_;
  std::size_t size_ = 0;
};

// As a JSON string, in quotes.
inline std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) out.append("\\u00").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    else if (c == '"' || c == '\\') out.append(1, '\\').append(1, c);
    else out.append(1, c);
  }
  return out + "\"";
}

}   // namespace ssi::record
