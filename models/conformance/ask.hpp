// Calls whose parts own memory, made by functions. g++ 12.2 destroys the parts of a temporary `Open{...}` in a co_await twice, and
// compiles `if (f(co_await ...))` to a trap (both seen with -fsanitize=address,undefined), so a co_await stands alone in its statement.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/port/calls.hpp"

namespace ssi::conformance {

inline Bytes text(std::string_view letters) {
  const auto* first = reinterpret_cast<const std::byte*>(letters.data());
  return std::make_shared<const std::vector<std::byte>>(first, first + letters.size());
}
inline std::string text(const Result& result) {
  const Bytes bytes = result.bytes();
  return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()) : std::string();
}

inline Open open(std::string_view path, OpenFlags flags) { return {std::string(path), flags}; }
inline Create create(std::string_view path) { return {std::string(path)}; }
inline Unlink unlink(std::string_view path) { return {std::string(path)}; }
inline Rename rename(std::string_view from, std::string_view to) { return {std::string(from), std::string(to)}; }
inline MakeDirectory make_directory(std::string_view path) { return {std::string(path)}; }
inline ReadDirectory read_directory(std::string_view path) { return {std::string(path)}; }
inline Stat stat(std::string_view path) { return {std::string(path)}; }
inline Write write(std::int32_t file, std::string_view letters) { return {file, text(letters)}; }

inline Send send(std::int32_t channel, std::string_view letters) { return {channel, text(letters)}; }
inline Send send_back(std::int32_t channel, const Result& received) { return {channel, received.bytes()}; }
inline Send send_zeros(std::int32_t channel, std::size_t bytes) { return {channel, std::make_shared<const std::vector<std::byte>>(bytes)}; }
inline Listen listen(std::string_view name) { return {std::string(name)}; }
inline Connect connect(std::string_view name) { return {std::string(name)}; }

inline Store store(std::uint64_t segment, std::uint64_t offset, std::uint64_t word) { return {segment, offset, word, {}}; }
inline Rfork rfork(const ProgramRef& program, std::uint32_t first_node, std::uint32_t last_node) {
  Rfork made{program, {}};
  for (std::uint32_t node = first_node; node <= last_node; ++node) made.nodes.push_back(NodeId{node});
  return made;
}

}   // namespace ssi::conformance
