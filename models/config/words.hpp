// Several choices in one text, separated by spaces: `Needs::value` may name more than one.
#pragma once
#include <string_view>

namespace ssi::config {

constexpr bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = words.find(' ');
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
  }
  return false;
}

}   // namespace ssi::config
