// The parameters of dsm_first.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "models/base/time.hpp"
#include "models/config/fields.hpp"
#include "models/config/platform.hpp"
#include "models/port/coherence.hpp"

namespace ssi::dsm_first {

enum class LockKind : std::uint8_t { test_and_set, ticket, mcs };

struct Settings {
  std::string placement;   // "packed" | "one_per_page" | "first_touch"
  std::string lock;        // "test_and_set" | "ticket" | "mcs"
  std::string protocol;
  std::uint32_t page_bytes{};
  Duration word_access;   // CPU time of an access that finds its page
  Duration fault, lookup, map;
  std::uint32_t device_node{};

  LockKind lock_kind() const { return lock == "ticket" ? LockKind::ticket : lock == "mcs" ? LockKind::mcs : LockKind::test_and_set; }
};

std::span<const config::Bound<Settings>> settings_fields();

}   // namespace ssi::dsm_first
