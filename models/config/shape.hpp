// The shape of an interconnect other than a star or a bus, as text in a platform file, in the form that SimGrid's own platform
// files use, so that their documentation holds:
//   torus      "4x4x2"             nodes along each dimension
//   fat_tree   "2;4,4;1,2;1,2"     levels; then per level, lowest first: down links, up links, parallel links
//   dragonfly  "3,4;4,3;5,1;2"     groups, blue links; chassis, black links; routers, green links; nodes a router
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ssi::config {

struct Shape {
  std::vector<std::vector<std::uint32_t>> parts;   // numbers between ';', or one part for a torus
  std::uint64_t nodes = 0;                         // that the shape has
};

// Reads `text` for a topology. On failure returns what is wrong and what would be right; "" when `shape` is good.
std::string read_shape(std::string_view topology, std::string_view text, Shape& shape);

}   // namespace ssi::config
