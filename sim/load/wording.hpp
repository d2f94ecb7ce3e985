// Words of messages: quoting what users wrote (control characters made visible, long text cut), lists, near misses.
// Output is always valid UTF-8 on one line. did_you_mean is in load.hpp.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ssi::load {

std::string printable(std::string_view text, std::size_t most = 60);
std::string in_quotes(std::string_view text);
std::string listed(const std::vector<std::string>& words);     // "a, b, c"
std::string plural(std::size_t count, std::string_view one);   // "1 node", "2 nodes"

// The near miss if there is one, else all that would have been right: ` (did you mean "a"?)` or ` (known keys: a, b)`.
std::string near_or_all(const std::string& word, const std::vector<std::string>& known, std::string_view what);

// First byte that is not UTF-8 (overlong forms, surrogates and values over U+10FFFF are not); npos: all good.
std::size_t first_bad_utf8(std::string_view text);

}   // namespace ssi::load
