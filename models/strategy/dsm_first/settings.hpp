// The parameters of dsm_first.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/base/time.hpp"
#include "models/config/fields.hpp"
#include "models/config/platform.hpp"
#include "models/config/presets.hpp"
#include "models/protocol/registry.hpp"

namespace ssi::dsm_first {

enum class LockKind : std::uint8_t { test_and_set, ticket, mcs };

struct Settings {
  std::string preset;      // of what all this is the default
  std::string placement;   // "packed" | "one_per_page" | "first_touch"
  std::string lock;        // "test_and_set" | "ticket" | "mcs"
  std::uint32_t page_bytes{};
  Duration word_access;   // CPU time of an access that finds its page
  Duration fault, lookup, map;
  std::uint32_t device_node{};
  std::string on_fault;   // "page" | "thread" | "cost"
  std::uint32_t thread_cost{};
  std::uint64_t context{};   // bytes
  Duration tick;
  double background_shared{};
  Duration reboot_after;   // 0: an image that is lost stays so
  Duration gather;
  protocol::Choice memory;   // the coherence protocol below the kernel, and its options

  LockKind lock_kind() const { return lock == "ticket" ? LockKind::ticket : lock == "mcs" ? LockKind::mcs : LockKind::test_and_set; }
};

const std::vector<config::Field>& parameters();
const std::vector<config::Preset>& presets();
const std::vector<config::Refused>& refused();
Settings settings_from(const config::Values& values);

}   // namespace ssi::dsm_first
