#include "sim/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace ssi::report {
namespace {

struct Scale {
  double factor;
  const char* unit;
};

// Three significant digits of a number from 0 up to some thousands.
std::string three_digits(double value) {
  if (value < 9.995) return fmt::format("{:.2f}", value);
  if (value < 99.95) return fmt::format("{:.1f}", value);
  return fmt::format("{:.0f}", value);
}

// The largest unit of which there is at least one; whole numbers of the smallest.
std::string scaled(double value, std::span<const Scale> scales) {
  for (const Scale& scale : scales.subspan(0, scales.size() - 1))
    if (value >= scale.factor * 0.9995) return three_digits(value / scale.factor) + " " + scale.unit;
  return fmt::format("{:.0f} {}", value, scales.back().unit);
}

// Characters of UTF-8 text: bytes that do not continue one.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

}   // namespace

std::string human_time(double ns) {
  constexpr std::array kScales{Scale{1e9, "s"}, Scale{1e6, "ms"}, Scale{1e3, "us"}, Scale{1, "ns"}};
  return scaled(ns, kScales);
}

std::string human_bytes(double bytes) {
  constexpr std::array kScales{Scale{1073741824.0, "GiB"}, Scale{1048576.0, "MiB"}, Scale{1024, "KiB"}, Scale{1, "B"}};
  return scaled(bytes, kScales);
}

std::string human_number(double value) { return three_digits(value); }

std::string shortened(std::string text, std::size_t width) {
  if (width_of(text) <= width) return text;
  while (width_of(text) >= width) {
    while ((static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U) text.pop_back();
    text.pop_back();
  }
  return text + "~";
}

std::string Columns::text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width_of(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (to_the_left(i, widths.size()) ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}   // namespace ssi::report
