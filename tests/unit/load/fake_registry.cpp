// Registries of these tests: they take the place of the real ones at link time, so that the reader is tested against
// tables with every kind of field and a change of a real strategy's params changes nothing here.
#include "models/strategy/registry.hpp"
#include "models/workload/registry.hpp"

namespace ssi {
namespace {

using config::Field;
using config::Kind;

constexpr std::string_view kClasses[] = {"process", "file", "segment"};
constexpr std::string_view kPlacements[] = {"local", "random", "round_robin"};
constexpr std::string_view kPresets[] = {"none", "wide"};
const std::vector<config::Preset> kWide{
    {"wide", "more at once", {{"fan_out", std::int64_t{9}}, {"cover", std::vector<std::string>{"file"}}}}};
const std::vector<config::Refused> kNotHere{{"placement", "remote elsewhere", "would leave the machine"}};

std::vector<Field> every_kind() {
  return {
      {"preset", Kind::choice, std::string_view("none"), 0, 0, kPresets, "defaults"},
      {"cover", Kind::choice_set, std::string_view("process"), 0, 0, kClasses, "classes of calls"},
      {"cache", Kind::boolean, true, 0, 0, {}, "remember locations"},
      {"fan_out", Kind::integer, std::int64_t{3}, 1, 64, {}, "peers asked at once"},
      {"share", Kind::ratio, 0.25, 0, 1, {}, "of what is known"},
      {"note", Kind::text, std::string_view("none"), 0, 0, {}, "free text"},
      {"placement", Kind::choice, std::string_view("local"), 0, 0, kPlacements, "where to"},
      {"period", Kind::duration, std::int64_t{1'500}, 1'000, 1e9, {}, "between rounds"},
      {"page", Kind::bytes, std::int64_t{4096}, 1, 1 << 20, {}, "size of a page"},
      {"rate", Kind::bandwidth, std::int64_t{1'000'000}, 1, 1e12, {}, "of the stream"},
      {"server", Kind::choice, std::string_view("local"), 0, 0, kPlacements, "of the files", {}, {"cover", "file segment"}},
      {"deep", Kind::integer, std::int64_t{1}, 1, 9, {}, "with a server there", {}, {"server", "random"}},
      {"bias", Kind::ratio, std::monostate{}, 0, 1, {}, "towards the near", {}, {"placement", "random"}},
  };
}

}   // namespace

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> kAll{
      {.name = "smp", .help = "one machine", .image = Image::one_machine, .coverage = {.process = "full"}},
      {.name = "switcher",
       .help = "every kind of param",
       .image = Image::per_node,
       .coverage = {.process = "full"},
       .params = every_kind(),
       .presets = kWide,
       .refused = kNotHere},
      {.name = "demanding",
       .help = "a param without default",
       .image = Image::per_node,
       .coverage = {.process = "local"},
       .params = {{"quorum", Kind::integer, std::monostate{}, 1, 9, {}, "votes needed"}}},
  };
  return kAll;
}

const StrategyEntry* find_strategy(std::string_view name) {
  for (const StrategyEntry& entry : strategies())
    if (entry.name == name) return &entry;
  return nullptr;
}

namespace workload {

const std::vector<WorkloadEntry>& workloads() {
  static const std::vector<WorkloadEntry> kAll{
      {"storm",
       "many calls",
       "call",
       {{"count", Kind::integer, std::int64_t{10}, 1, 1'000, {}, "calls"},
        {"compute", Kind::duration, std::int64_t{1'000}, 0, 1e9, {}, "each"}},
       nullptr},
      {"idle", "none", "nothing", {}, nullptr},
  };
  return kAll;
}

const WorkloadEntry* find_workload(std::string_view name) {
  for (const WorkloadEntry& entry : workloads())
    if (entry.name == name) return &entry;
  return nullptr;
}

}   // namespace workload
}   // namespace ssi
