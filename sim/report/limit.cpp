#include "sim/report/limit.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <span>

namespace ssi::report {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};
constexpr std::array kTimes{Unit{"ns", 1}, Unit{"us", 1e3}, Unit{"ms", 1e6}, Unit{"s", 1e9}, Unit{"min", 60e9}, Unit{"h", 3600e9}};
constexpr std::array kBytes{Unit{"B", 1},      Unit{"kB", 1e3},        Unit{"MB", 1e6},          Unit{"GB", 1e9},
                            Unit{"KiB", 1024}, Unit{"MiB", 1048576.0}, Unit{"GiB", 1073741824.0}};
constexpr std::array kNone{Unit{"", 1}};

std::span<const Unit> units_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::number: return kNone;
    case Quantity::time: return kTimes;
    case Quantity::bytes: return kBytes;
  }
  return kNone;
}

const char* right_form(Quantity quantity) {
  switch (quantity) {
    case Quantity::number: return "a number without a unit (write one such as 1.5)";
    case Quantity::time: return "a time with its unit (write one such as \"2ms\")";
    case Quantity::bytes: return "a size with its unit (write one such as \"4KiB\")";
  }
  return "";
}

}   // namespace

Limit parse_limit(std::string_view text, Quantity quantity) {
  Limit wrong{0, fmt::format("\"{}\" is not {}", text, right_form(quantity))};
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(number)) return wrong;
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  if (unit.empty() && number == 0) return {0, ""};   // nothing is nothing in any unit
  for (const Unit& known : units_of(quantity))
    if (unit == known.name && std::isfinite(number * known.factor)) return {number * known.factor, ""};
  return wrong;
}

}   // namespace ssi::report
