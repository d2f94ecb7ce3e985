#include "models/config/shape.hpp"

namespace ssi::config {
namespace {

constexpr std::uint32_t kMost = 4096;   // in any one place: more is a slip of the pen

// Numbers between `between`; empty on a syntax error.
std::vector<std::uint32_t> numbers(std::string_view text, char between) {
  std::vector<std::uint32_t> out;
  std::uint32_t value = 0;
  bool digits = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] >= '0' && text[i] <= '9') {
      value = value * 10 + static_cast<std::uint32_t>(text[i] - '0');
      digits = true;
      if (value > kMost) return {};
    } else if (digits && value > 0 && (i == text.size() || text[i] == between)) {
      out.push_back(value);
      value = 0;
      digits = false;
    } else {
      return {};
    }
  }
  return out;
}

std::vector<std::vector<std::uint32_t>> lists(std::string_view text) {
  std::vector<std::vector<std::uint32_t>> out;
  for (;;) {
    const auto end = text.find(';');
    out.push_back(numbers(text.substr(0, end), ','));
    if (out.back().empty()) return {};
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::uint64_t product(const std::vector<std::uint32_t>& factors) {
  std::uint64_t n = 1;
  for (std::uint32_t factor : factors)
    if (n <= kMost) n *= factor;
  return n;
}

}   // namespace

std::string read_shape(std::string_view topology, std::string_view text, Shape& shape) {
  if (topology == "star" || topology == "bus") return text.empty() ? "" : "a star or a bus has no shape (leave \"shape\" out)";
  if (topology == "torus") {
    const auto dimensions = numbers(text, 'x');
    if (dimensions.empty()) return "a torus needs its dimensions (for example \"shape\": \"4x4\")";
    shape = {{dimensions}, product(dimensions)};
    return "";
  }
  const auto parts = lists(text);
  if (topology == "fat_tree") {
    const bool good = parts.size() == 4 && parts[0].size() == 1 && parts[1].size() == parts[0][0] && parts[2].size() == parts[0][0] &&
                      parts[3].size() == parts[0][0];
    if (!good) return "a fat tree needs levels; down links; up links; parallel links per level (for example \"shape\": \"2;4,4;1,2;1,2\")";
    shape = {parts, product(parts[1])};
    return "";
  }
  const bool good = parts.size() == 4 && parts[0].size() == 2 && parts[1].size() == 2 && parts[2].size() == 2 && parts[3].size() == 1;
  if (!good) return "a dragonfly needs groups,blue; chassis,black; routers,green; nodes (for example \"shape\": \"3,4;4,3;5,1;2\")";
  shape = {parts, product({parts[0][0], parts[1][0], parts[2][0], parts[3][0]})};
  return "";
}

}   // namespace ssi::config
