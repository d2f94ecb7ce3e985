// One field table per settings struct: it drives parsing, errors, JSON Schema, --help and docs, so they cannot drift.
// Pure data: who reads JSON interprets it (sim/load), who needs the settings binds it.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "models/base/check.hpp"
#include "models/base/time.hpp"

namespace ssi::config {

enum class Kind : std::uint8_t {
  boolean,      // bool
  integer,      // int64
  ratio,        // double, no unit
  text,         // string
  choice,       // string, one of `choices`
  duration,     // int64 ns, written "5us"
  bytes,        // int64, written "4KiB"
  bandwidth,    // int64 bit/s, written "10Gbps"
  choice_set,   // strings, each one of `choices`, no doubles
};

using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;
using Default = std::variant<std::monostate, bool, std::int64_t, double, std::string_view>;   // monostate: the key is required;
                                                                                              // a choice_set's default is space-separated

// "Has an effect only when `key` of the same table is, or has, one of the words of `value`, and has an effect itself"; empty: always.
struct Needs {
  std::string_view key, value;
};

struct Field {
  std::string_view key;
  Kind kind;
  Default fallback;
  double min = 0, max = 9.2e18;   // inclusive, in the kind's base unit (ns, bytes, bit/s)
  std::span<const std::string_view> choices{};
  std::string_view meaning;    // one line, for --help and the schema
  std::string_view source{};   // where the default comes from: a paper and section, measured, or "estimate"
  Needs needs{};               // given without it: a setting without effect, which is an error
};

template <class S>
struct Bound : Field {
  std::variant<bool S::*, std::int64_t S::*, std::uint64_t S::*, std::uint32_t S::*, double S::*, std::string S::*, Duration S::*,
               std::vector<std::string> S::*>
      member;
};

// Checked values of one settings struct, in table order, defaults filled in.
using Values = std::vector<std::pair<std::string_view, Value>>;

Value default_of(const Field& field);

// Fills S from values that the reader has already checked against the same table.
template <class S>
S bind(std::span<const Bound<S>> table, const Values& values) {
  S settings{};
  for (const Bound<S>& field : table) {
    Value value = default_of(field);
    for (const auto& [key, given] : values)
      if (key == field.key) value = given;
    std::visit(
        [&](auto member) {
          using M = std::remove_cvref_t<decltype(settings.*member)>;
          if constexpr (std::is_same_v<M, Duration>) settings.*member = Duration{std::get<std::int64_t>(value)};
          else if constexpr (std::is_same_v<M, std::uint32_t> || std::is_same_v<M, std::uint64_t>)
            settings.*member = static_cast<M>(std::get<std::int64_t>(value));
          else settings.*member = std::get<M>(value);
        },
        field.member);
  }
  return settings;
}

// The table without the members: what a registry hands to readers.
template <class S>
std::vector<Field> plain(std::span<const Bound<S>> table) {
  return {table.begin(), table.end()};
}

}   // namespace ssi::config
