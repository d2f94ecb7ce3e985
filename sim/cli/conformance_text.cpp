#include "sim/cli/conformance_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "models/conformance/stage.hpp"
#include "sim/cli/help.hpp"

namespace ssi::cli {
namespace {

using conformance::behaviours;
using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

constexpr std::size_t kNameWidth = 22;

std::string holds_of(const Design& design) {
  const auto holds = [](const Finding& one) { return one.outcome == "holds"; };
  return fmt::format("{} of {}", std::count_if(design.found.begin(), design.found.end(), holds), design.found.size());
}

// Why a design does not hold what it does not hold: each reason with the behaviours, in the order of the behaviours.
std::vector<std::pair<std::string, Words>> reasons_of(const Design& design) {
  std::vector<std::pair<std::string, Words>> reasons;
  for (std::size_t b = 0; b < behaviours().size(); ++b) {
    if (design.found[b].outcome == "holds") continue;
    const std::string reason = fmt::format("{}, {}", design.found[b].outcome, design.found[b].why);
    auto entry = std::find_if(reasons.begin(), reasons.end(), [&](const auto& one) { return one.first == reason; });
    if (entry == reasons.end()) entry = reasons.insert(reasons.end(), {reason, {}});
    entry->second.emplace_back(behaviours()[b].name);
  }
  return reasons;
}

// Of each design, under `head`, a `line` for each reason.
std::string reasons_text(const std::vector<Design>& designs, const char* head, const char* line) {
  std::string out;
  for (const Design& design : designs) {
    const auto reasons = reasons_of(design);
    if (!reasons.empty()) out += fmt::format(fmt::runtime(head), design.label);
    for (const auto& [reason, where] : reasons) out += fmt::format(fmt::runtime(line), reason, fmt::join(where, ", "));
  }
  return out;
}

// The label in two lines: the strategy's name and the rest.
std::pair<std::string, std::string> split(const std::string& label) {
  const auto blank = label.find(' ');
  return blank == std::string::npos ? std::pair{label, std::string()} : std::pair{label.substr(0, blank), label.substr(blank + 1)};
}

std::string table_line(const std::string& first, const std::vector<std::size_t>& widths, const Words& cells) {
  std::string line = fmt::format("{:<{}}", first, kNameWidth);
  for (std::size_t i = 0; i < cells.size(); ++i) line += fmt::format("{:<{}}", cells[i], widths[i]);
  line.erase(line.find_last_not_of(' ') + 1);
  return line.empty() ? "" : line + "\n";
}

std::string table_of(const std::vector<Design>& designs) {
  std::vector<std::size_t> widths;
  Words names, rests, sums;
  for (const Design& design : designs) {
    const auto [name, rest] = split(design.label);
    widths.push_back(std::max({name.size(), rest.size(), std::size_t{8}}) + 2);
    names.push_back(name);
    rests.push_back(rest);
    sums.push_back(holds_of(design));
  }
  std::string out = table_line("behaviour", widths, names) + table_line("", widths, rests);
  for (std::size_t b = 0; b < behaviours().size(); ++b) {
    Words outcomes;
    for (const Design& design : designs) outcomes.push_back(design.found[b].outcome);
    out += table_line(std::string(behaviours()[b].name), widths, outcomes);
  }
  out += table_line("holds", widths, sums);
  return out + reasons_text(designs, "\n{}\n", "  {}: {}\n");
}

std::string markdown_of(const std::vector<Design>& designs) {
  std::string head = "| behaviour |", rule = "| --- |", sums = "**holds**:";
  for (const Design& design : designs) {
    head += fmt::format(" {} |", design.label);
    rule += " --- |";
    sums += fmt::format(" {} {};", design.label, holds_of(design));
  }
  sums.back() = '.';
  std::string out = fmt::format("{} what one machine does |\n{} --- |\n", head, rule);
  for (std::size_t b = 0; b < behaviours().size(); ++b) {
    out += fmt::format("| {} |", behaviours()[b].name);
    for (const Design& design : designs) out += fmt::format(" {} |", design.found[b].outcome);
    out += fmt::format(" {} |\n", behaviours()[b].meaning);
  }
  return out + "\n" + sums + "\n" + reasons_text(designs, "\n## Why not on {}\n\n", "* {}: {}\n");
}

std::string json_of(const std::vector<Design>& designs) {
  Json out{{"schema_version", 1}, {"ssisim", {{"version", program_version()}}}, {"designs", Json::array()}};
  for (const Design& design : designs) {
    Json outcomes = Json::array();
    for (std::size_t b = 0; b < behaviours().size(); ++b)
      outcomes.push_back({{"behaviour", behaviours()[b].name},
                          {"class", behaviours()[b].serves},
                          {"meaning", behaviours()[b].meaning},
                          {"outcome", design.found[b].outcome},
                          {"why", design.found[b].why}});
    out["designs"].push_back({{"strategy", design.strategy}, {"label", design.label}, {"behaviours", outcomes}});
  }
  return out.dump(1) + "\n";
}

}   // namespace

std::string conformance_text(const std::string& format, const std::vector<Design>& designs) {
  if (format == "json") return json_of(designs);
  return format == "markdown" ? markdown_of(designs) : table_of(designs);
}

}   // namespace ssi::cli
