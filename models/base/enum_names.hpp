// The names of an enumeration's values as its source writes them, from 0 to `count` - 1, so that nobody keeps them in a second list.
// Always the same text of the same value, at the same place: may be compared by address.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace ssi {
namespace detail {

// What g++ ("... [with auto value = ssi::Colour::red; ...]") and clang++ ("... [value = ssi::Colour::red]") call this function.
template <auto value>
constexpr std::string_view name_of_value() {
  const std::string_view all = __PRETTY_FUNCTION__;
  const std::size_t from = all.find("value = ") + 8;
  const std::string_view name = all.substr(from, all.find_first_of(";]", from) - from);
  return name.substr(name.rfind(':') + 1);
}

template <class E, std::size_t... values>
constexpr std::array<std::string_view, sizeof...(values)> names_of_values(std::index_sequence<values...>) {
  return {name_of_value<static_cast<E>(values)>()...};
}

}   // namespace detail

template <class E, std::size_t count>
inline constexpr std::array<std::string_view, count> kEnumNames = detail::names_of_values<E>(std::make_index_sequence<count>());

}   // namespace ssi
