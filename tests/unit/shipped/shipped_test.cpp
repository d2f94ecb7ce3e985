// What we ship is good: every scenario and platform loads with the real registries, and every figure says where it is from.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "sim/load/load.hpp"

namespace ssi::load {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<fs::path> files_in(const std::string& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(fs::path(SSISIM_SOURCE_DIR) / folder))
    if (entry.path().extension() == ".json") out.push_back(entry.path());
  return out;
}

json read(const fs::path& path) {
  std::ifstream file(path);
  return json::parse(file, nullptr, true, true);
}

std::string shown(const Loaded& loaded) {
  std::string out;
  for (const Problem& problem : loaded.problems) out += to_string(problem) + "\n";
  return out;
}

TEST(Shipped, ScenariosLoadAndEchoThemselves) {
  for (const fs::path& path : files_in("scenarios")) {
    Loaded loaded = load_scenario(path.string(), {});
    EXPECT_TRUE(loaded.problems.empty()) << shown(loaded);
    EXPECT_EQ(loaded.scenario.name, path.stem()) << "results go to a folder of the scenario's name";
    EXPECT_FALSE(loaded.scenario.description.empty()) << path;
    EXPECT_FALSE(loaded.scenario.expect.empty()) << path;
  }
  EXPECT_GE(files_in("scenarios").size(), 3U);
}

TEST(Shipped, PlatformsLoad) {
  std::vector<fs::path> scenarios = files_in("scenarios");
  ASSERT_FALSE(scenarios.empty());
  for (const fs::path& path : files_in("platforms")) {
    Loaded loaded =
        load_scenario(scenarios[0].string(), {.platform_file = path.string(), .sets = {"workloads=[{\"name\":\"fork_storm\"}]"}});
    EXPECT_TRUE(loaded.problems.empty()) << shown(loaded);
    EXPECT_EQ(loaded.scenario.platform.name, path.stem());
  }
}

void expect_sources(const json& node, const std::string& at) {
  if (node.is_object() && node.contains("value")) {
    EXPECT_FALSE(node.value("source", "").empty()) << at;
    return;
  }
  for (const auto& [key, value] : node.items()) {
    bool words = key == "name" || key == "description" || key == "shape";
    bool quantity = value.is_string() && !words && std::isdigit(static_cast<unsigned char>(value.get<std::string>()[0])) != 0;
    bool figure = value.is_number() || quantity;
    EXPECT_FALSE(figure) << at << "/" << key << " has no source";
    if (value.is_structured()) expect_sources(value, std::string(at).append("/").append(key));
  }
}

TEST(Shipped, EveryFigureOfAPlatformHasASource) {
  for (const fs::path& path : files_in("platforms")) expect_sources(read(path), path.filename().string() + ": ");
  EXPECT_GE(files_in("platforms").size(), 2U);
}

TEST(Shipped, RacksAreWhatTheirNamesSay) {
  for (auto [name, nodes] : {std::pair("rack4-10gbe", 4), std::pair("rack16-10gbe", 16)}) {
    json platform = read(fs::path(SSISIM_SOURCE_DIR) / "platforms" / (std::string(name) + ".json"));
    EXPECT_EQ(platform["nodes"]["value"], nodes);
    EXPECT_EQ(platform["cores"]["value"], 8);
    EXPECT_EQ(platform["interconnect"]["bandwidth"]["value"], "10Gbps");
  }
}

}   // namespace
}   // namespace ssi::load
