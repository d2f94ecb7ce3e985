// The options of all protocols in one struct and one field table, so that what several have is called the same everywhere.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "models/base/time.hpp"
#include "models/config/fields.hpp"

namespace ssi::protocol {

struct Options {
  bool exclusive{}, confirmed{}, grant{}, tell_shared{}, reads_move{};
  std::string busy;            // "queue" | "nack"
  std::string forwarding;      // "cut_through" | "relayed"
  std::string invalidations;   // "parallel" | "serial"
  Duration retry, hold;
  std::uint32_t prefetch{}, cache_pages{};
  std::uint32_t manager{};   // node
  std::string homes;         // "interleaved" | "one"
  std::uint32_t home_node{};
  Duration twin, make_diff, apply_diff;
  std::uint64_t collect{};   // bytes

  bool relayed() const { return forwarding == "relayed"; }
  bool serial() const { return invalidations == "serial"; }
};

std::span<const config::Bound<Options>> bound_options();   // needs of protocols have the key "protocol"

}   // namespace ssi::protocol
