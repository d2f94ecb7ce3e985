#include "sim/load/wording.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>

#include "sim/load/load.hpp"

namespace ssi::load {
namespace {

// Length of the well-formed UTF-8 sequence at `text`; 0: it is not one (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  auto within = [&](std::size_t i, unsigned low, unsigned high) { return byte(i) >= low && byte(i) <= high; };
  auto tail = [&](std::size_t i) { return within(i, 0x80, 0xbf); };
  unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) return within(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && tail(2) ? 3 : 0;
  if (lead >= 0xf0 && lead <= 0xf4) return within(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) && tail(2) && tail(3) ? 4 : 0;
  return 0;
}

// Control characters, and those that turn or hide text on a terminal, must not reach it.
bool hidden(std::string_view sequence) {
  if (sequence.size() == 1) return static_cast<unsigned char>(sequence[0]) < 0x20 || sequence[0] == 0x7f;
  if (sequence.size() == 2) return sequence[0] == '\xc2' && static_cast<unsigned char>(sequence[1]) < 0xa0;
  return sequence >= "\xe2\x80\x8b" && sequence <= "\xe2\x81\xaf";   // zero width, line separators, bidirectional controls
}

std::uint32_t code_point(std::string_view sequence) {
  if (sequence.size() == 1) return static_cast<unsigned char>(sequence[0]);
  std::uint32_t value = static_cast<unsigned char>(sequence[0]) & (0xffU >> (sequence.size() + 1));
  for (char c : sequence.substr(1)) value = value << 6 | (static_cast<unsigned char>(c) & 0x3fU);
  return value;
}

// Damerau-Levenshtein distance (optimal string alignment).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}   // namespace

std::size_t first_bad_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = sequence_length(text.substr(at, 4));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string printable(std::string_view text, std::size_t most) {
  std::string out;
  std::size_t shown = 0;
  while (!text.empty()) {
    if (shown++ == most) return out + "...";
    std::size_t length = sequence_length(text.substr(0, 4));
    if (length == 0) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    else if (hidden(text.substr(0, length))) out += fmt::format("\\u{:04x}", code_point(text.substr(0, length)));
    else out += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string in_quotes(std::string_view text) { return "\"" + printable(text) + "\""; }

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string plural(std::size_t count, std::string_view one) { return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s"); }

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  std::size_t best = std::max<std::size_t>(1, word.size() / 3);
  std::vector<std::string> nearest;
  for (const std::string& candidate : known) {
    std::size_t apart = std::max(word.size(), candidate.size()) - std::min(word.size(), candidate.size());
    if (apart > best) continue;
    std::size_t far = distance(word, candidate);
    if (far > best) continue;
    if (far < best) nearest.clear();
    best = far;
    nearest.push_back(in_quotes(candidate));
  }
  if (nearest.empty() || nearest.size() > 3) return {};
  std::string names = nearest[0];
  for (std::size_t i = 1; i < nearest.size(); ++i) names += " or " + nearest[i];
  return " (did you mean " + names + "?)";
}

std::string near_or_all(const std::string& word, const std::vector<std::string>& known, std::string_view what) {
  std::string near = did_you_mean(word, known);
  if (!near.empty()) return near;
  if (known.empty()) return fmt::format(" (there are no {} here: remove it)", what);
  return fmt::format(" (known {}: {})", what, listed(known));
}

}   // namespace ssi::load
