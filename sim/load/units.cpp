#include "sim/load/units.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "models/base/check.hpp"
#include "sim/load/load.hpp"
#include "sim/load/wording.hpp"

namespace ssi::load {
namespace {

using config::Kind;
using Wide = unsigned __int128;

struct Unit {
  std::string_view name;
  std::int64_t size;       // in the base unit
  bool canonical = true;   // may stand in results
};

// Base unit first; those that canonical() prefers come last.
constexpr Unit kDurations[] = {
    {"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"min", 60'000'000'000, false}, {"h", 3'600'000'000'000, false}};
constexpr Unit kBytes[] = {{"B", 1},           {"kB", 1'000},      {"MB", 1'000'000}, {"GB", 1'000'000'000},
                           {"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30}};
constexpr Unit kBandwidths[] = {{"bps", 1}, {"kbps", 1'000}, {"Mbps", 1'000'000}, {"Gbps", 1'000'000'000}};

std::span<const Unit> units_of(Kind kind) {
  if (kind == Kind::duration) return kDurations;
  if (kind == Kind::bytes) return kBytes;
  SSI_CHECK(kind == Kind::bandwidth, "this kind of setting has no unit");
  return kBandwidths;
}

std::vector<std::string> names_of(Kind kind) {
  std::vector<std::string> names;
  for (const Unit& unit : units_of(kind)) names.emplace_back(unit.name);
  return names;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// Does `unit`, in small letters, say `known`? "5sec" is "5s", "10Gbit" is "10Gbps".
bool resembles(const std::string& unit, const std::string& known) {
  auto [end, other] =
      std::mismatch(unit.begin(), unit.begin() + static_cast<std::ptrdiff_t>(std::min(unit.size(), known.size())), known.begin());
  auto common = static_cast<std::size_t>(end - unit.begin());
  return common == unit.size() || common == known.size() || common >= 2;
}

// "5µs" and "5MS" have one obvious meaning each, "5m" has two.
std::string unknown_unit(Kind kind, std::string_view number, std::string_view unit) {
  std::string all = listed(names_of(kind)), shown = in_quotes(unit);
  if (unit == "\xc2\xb5s" || unit == "\xce\xbcs") unit = "us";
  bool bytes_for_bits = kind == Kind::bandwidth && unit.find('B') != std::string_view::npos;
  std::string meant;
  for (const Unit& known : units_of(kind)) {
    if (bytes_for_bits || !resembles(lower(unit), lower(known.name))) continue;
    if (lower(unit) == lower(known.name)) meant.clear();
    meant += fmt::format("{}\"{}{}\"", meant.empty() ? "" : " or ", number, known.name);
    if (lower(unit) == lower(known.name)) break;
  }
  if (meant.empty()) return fmt::format("{} is not a unit here (units: {})", shown, all);
  return fmt::format("{} is not a unit here (did you mean {}? units: {})", shown, meant, all);
}

struct Decimal {
  bool negative = false;
  Wide digits = 0;          // all digits, without the point
  std::size_t places = 0;   // digits behind the point
  std::size_t length = 0;   // characters read; 0: no number
  bool too_long = false;
};

constexpr std::size_t kMostDigits = 24;   // with the largest unit this still fits into 128 bits

Decimal read_decimal(std::string_view text) {
  Decimal out;
  auto at = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  auto digit = [&](std::size_t i) { return at(i) >= '0' && at(i) <= '9'; };
  std::size_t i = 0, point = std::string_view::npos;
  if (at(0) == '-') out.negative = true, ++i;
  std::size_t first = i;
  while (digit(i) || (at(i) == '.' && point == std::string_view::npos && i > first && digit(i + 1))) {
    if (at(i) == '.') point = i;
    ++i;
  }
  if (i == first) return out;
  out.length = i;
  std::size_t last = i;   // zeros at the end of a fraction mean nothing
  while (point != std::string_view::npos && (at(last - 1) == '0' || at(last - 1) == '.') && last > point) --last;
  std::size_t significant = 0;
  for (std::size_t k = first; k < last; ++k) {
    if (k == point) continue;
    significant += (significant > 0 || at(k) != '0') ? 1 : 0;
    out.too_long = out.too_long || significant > kMostDigits;
    if (!out.too_long) out.digits = out.digits * 10 + static_cast<unsigned>(at(k) - '0');
    if (point != std::string_view::npos && k > point) ++out.places;
  }
  return out;
}

// decimal * size, if that is a whole number.
std::optional<Wide> exact_product(const Decimal& decimal, std::int64_t size) {
  Wide value = decimal.digits * static_cast<Wide>(size);
  for (std::size_t i = 0; i < decimal.places; ++i) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  return value;
}

Quantity trouble(std::string text) { return {0, std::move(text)}; }

}   // namespace

bool has_unit(Kind kind) { return kind == Kind::duration || kind == Kind::bytes || kind == Kind::bandwidth; }

Quantity parse_quantity(Kind kind, std::string_view text) {
  Decimal decimal = read_decimal(text);
  if (decimal.length == 0)
    return trouble(fmt::format("{} does not start with a number (write {})", in_quotes(text), right_form(kind, "10")));
  std::string_view number = text.substr(0, decimal.length), unit = text.substr(decimal.length);
  if (unit.empty()) return trouble(fmt::format("{} has no unit (write {})", in_quotes(text), right_form(kind, number)));
  auto units = units_of(kind);
  auto known = std::find_if(units.begin(), units.end(), [&](const Unit& candidate) { return candidate.name == unit; });
  if (known == units.end()) {
    std::string_view bare = unit.substr(std::min(unit.find_first_not_of(' '), unit.size()));
    auto names = names_of(kind);
    if (bare != unit && std::find(names.begin(), names.end(), bare) != names.end())
      return trouble(fmt::format("{} has a space before the unit (write \"{}{}\")", in_quotes(text), printable(number), bare));
    if (unit[0] == 'e' || unit[0] == 'E' || unit[0] == '.' || unit[0] == ',')
      return trouble(fmt::format("{} is not a plain decimal with a unit (write {})", in_quotes(text), right_form(kind, "10")));
    return trouble(unknown_unit(kind, printable(number), unit));
  }
  if (decimal.too_long)
    return trouble(fmt::format("{} has more digits than can be kept (write a shorter number or another unit)", in_quotes(text)));
  std::optional<Wide> value = exact_product(decimal, known->size);
  if (!value) return trouble(fmt::format("{} is not a whole number of {} (write whole {})", in_quotes(text), units[0].name, units[0].name));
  if (*value > static_cast<Wide>(std::numeric_limits<std::int64_t>::max()))
    return trouble(fmt::format("{} is too large (write a smaller one)", in_quotes(text)));
  auto magnitude = static_cast<std::int64_t>(*value);
  return {decimal.negative ? -magnitude : magnitude, {}};
}

bool is_quantity(std::string_view text) {
  return parse_quantity(Kind::duration, text).trouble.empty() || parse_quantity(Kind::bytes, text).trouble.empty() ||
         parse_quantity(Kind::bandwidth, text).trouble.empty();
}

std::string canonical(Kind kind, std::int64_t value) {
  auto units = units_of(kind);
  for (auto unit = units.rbegin(); unit != units.rend() && value != 0; ++unit)
    if (unit->canonical && value % unit->size == 0) return fmt::format("{}{}", value / unit->size, unit->name);
  return fmt::format("{}{}", value, units[0].name);
}

std::string right_form(Kind kind, std::string_view number) {
  bool plain = !number.empty() && number.find_first_not_of("0123456789.") == std::string_view::npos && number.size() < 20;
  std::string_view shown = plain ? number : "10";
  std::string_view small = kind == Kind::duration ? "us" : kind == Kind::bytes ? "KiB" : "Mbps";
  std::string_view large = kind == Kind::duration ? "s" : kind == Kind::bytes ? "MiB" : "Gbps";
  return fmt::format("\"{}{}\" or \"{}{}\"; units: {}", shown, small, shown, large, listed(names_of(kind)));
}

std::string unit_pattern(Kind kind) {
  std::string names;
  for (const Unit& unit : units_of(kind)) names += (names.empty() ? "" : "|") + std::string(unit.name);
  return fmt::format("^-?[0-9]+(\\.[0-9]+)?({})$", names);
}

}   // namespace ssi::load
