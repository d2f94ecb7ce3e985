// The settings of `vproc_switch`: what its published descriptions leave open, and its own costs.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "models/base/time.hpp"
#include "models/config/fields.hpp"

namespace ssi::vproc_switch {

struct Settings {
  Duration dispatch;                // of one locality test
  std::string pid_from;             // "parent" | "execution"
  std::string origin;               // "forward" | "redirect"
  std::int64_t create_bytes{};      // of CREATE, besides its fields
  std::uint32_t location_cache{};   // entries
  std::uint32_t accept_max{};       // living processes
  std::string gossip;               // "on_demand" | "always"
  Duration gossip_period, load_max_age;

  bool allocates_at_parent() const { return pid_from == "parent"; }
  bool forwards() const { return origin == "forward"; }
};

std::span<const config::Bound<Settings>> settings_fields();

}   // namespace ssi::vproc_switch
