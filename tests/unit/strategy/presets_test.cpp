// What every preset of every entry keeps: its settings are settings of the entry's table, whose first choice names it.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/strategy/registry.hpp"

namespace ssi {
namespace {

const config::Field* find_field(const StrategyEntry& entry, std::string_view key) {
  const auto found = std::find_if(entry.params.begin(), entry.params.end(), [&](const auto& field) { return field.key == key; });
  return found == entry.params.end() ? nullptr : &*found;
}

TEST(Presets, AreSettingsOfTheTable) {
  for (const StrategyEntry& entry : strategies())
    for (const config::Preset& preset : entry.presets) {
      EXPECT_FALSE(preset.help.empty() || preset.values.empty()) << preset.name;
      for (const auto& [key, value] : preset.values) {
        const config::Field* field = find_field(entry, key);
        ASSERT_NE(field, nullptr) << preset.name << ": " << key;
        EXPECT_EQ(value.index(), config::default_of(*field).index()) << preset.name << ": " << key;
        const auto* word = std::get_if<std::string>(&value);
        EXPECT_TRUE(word == nullptr || std::find(field->choices.begin(), field->choices.end(), *word) != field->choices.end()) << *word;
      }
    }
}

TEST(Presets, AreWhatTheFirstChoiceNames) {
  for (const StrategyEntry& entry : strategies()) {
    const config::Field* chooser = find_field(entry, config::kPresetKey);
    EXPECT_EQ(chooser == nullptr, entry.presets.empty()) << entry.name;
    if (chooser == nullptr) continue;
    EXPECT_EQ(chooser, &entry.params.front()) << "what it sets is read after it";
    std::vector<std::string_view> names{"none"};
    for (const config::Preset& preset : entry.presets) names.push_back(preset.name);
    EXPECT_TRUE(std::equal(names.begin(), names.end(), chooser->choices.begin(), chooser->choices.end())) << entry.name;
  }
}

TEST(Presets, WhatIsRefusedIsAChoiceOfNobody) {
  for (const StrategyEntry& entry : strategies())
    for (const config::Refused& refused : entry.refused) {
      const config::Field* field = find_field(entry, refused.key);
      ASSERT_NE(field, nullptr) << refused.key;
      for (std::string_view choice : field->choices) EXPECT_EQ(refused.words.find(choice), std::string_view::npos) << choice;
    }
}

}   // namespace
}   // namespace ssi
