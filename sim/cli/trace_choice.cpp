#include "sim/cli/trace_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "models/config/scenario.hpp"
#include "sim/cli/exit_code.hpp"
#include "sim/load/load.hpp"
#include "sim/load/units.hpp"
#include "sim/load/wording.hpp"

namespace ssi::cli {
namespace {

using Words = std::vector<std::string>;
using Range = std::pair<std::uint32_t, std::uint32_t>;

constexpr std::size_t kMostShown = 400;   // characters of a word that we quote

[[noreturn]] void refuse(const std::string& text) { throw UserError(text + "; see ssisim --help"); }

std::string shown(const std::string& word) { return load::printable(word, kMostShown); }

Words items_of(const Words& lists) {
  Words out;
  for (const std::string& list : lists) {
    std::istringstream items(list + ",");   // so that an empty list is one empty item
    for (std::string item; std::getline(items, item, ',');) out.push_back(item);
  }
  return out;
}

void choose(TraceChoice& choice, const std::string& item) {
  const bool compressed = item.ends_with(".gz");
  const std::string name = compressed ? item.substr(0, item.size() - 3) : item;
  TraceChoice::File* file = name == "chrome" ? &choice.chrome : name == "ops" ? &choice.ops : name == "paje" ? &choice.paje : nullptr;
  if (file == nullptr)
    refuse(fmt::format("--trace: \"{}\" is none of chrome, ops, paje, or one of these with .gz{}", shown(item),
                       load::did_you_mean(name, {"chrome", "ops", "paje"})));
  if (file->wanted && file->compressed != compressed) refuse(fmt::format("--trace: {} both with and without .gz", name));
  *file = {.wanted = true, .compressed = compressed};
}

bool parse_number(std::string_view text, std::uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

Range parse_nodes(const std::string& value) {
  const std::size_t dash = value.find('-');
  Range range{};
  const bool good = parse_number(std::string_view(value).substr(0, dash), range.first) &&
                    parse_number(std::string_view(value).substr(dash == std::string::npos ? 0 : dash + 1), range.second);
  if (!good || range.first > range.second)
    refuse(fmt::format("--trace-filter node={}: not a node (\"3\") or a range (\"0-3\")", shown(value)));
  return range;
}

std::size_t parse_call(const std::string& value) {
  const auto found = std::find(kCallNames.begin(), kCallNames.end(), value);
  if (found == kCallNames.end())
    refuse(fmt::format("--trace-filter call={}: no such call{}", shown(value),
                       load::did_you_mean(value, Words(kCallNames.begin(), kCallNames.end()))));
  return static_cast<std::size_t>(found - kCallNames.begin());
}

Instant parse_instant(const std::string& key, const std::string& value) {
  const load::Quantity time = load::parse_quantity(config::Kind::duration, value);
  if (!time.trouble.empty()) refuse(fmt::format("--trace-filter {}={}: {}", key, shown(value), time.trouble));
  return {time.value};
}

void add(record::TraceFilter& filter, const std::string& item) {
  const std::size_t equals = item.find('=');
  const std::string key = item.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : item.substr(equals + 1);
  if (key == "node") filter.nodes.push_back(parse_nodes(value));
  else if (key == "call") filter.calls.set(parse_call(value));
  else if (key == "from") filter.from = parse_instant(key, value);
  else if (key == "to") filter.to = parse_instant(key, value);
  else
    refuse(fmt::format("--trace-filter: \"{}\" is none of node=, call=, from=, to={}", shown(item),
                       load::did_you_mean(key, {"node", "call", "from", "to"})));
}

}   // namespace

TraceChoice parse_trace_choice(const Words& traces, const Words& filters) {
  TraceChoice choice;
  for (const std::string& item : items_of(traces)) choose(choice, item);
  for (const std::string& item : items_of(filters)) add(choice.filter, item);
  if (choice.filter.from >= choice.filter.to) refuse("--trace-filter: nothing begins from `from` on and before `to`");
  if (!filters.empty() && !choice.chrome.wanted && !choice.ops.wanted)
    refuse("--trace-filter without --trace chrome or ops, the traces that it filters");
  return choice;
}

void check_trace_choice(const TraceChoice& choice, const config::Scenario& scenario) {
  for (const auto& [first, last] : choice.filter.nodes)
    if (last >= scenario.platform.nodes)
      throw UserError(fmt::format("--trace-filter: node {}, but the platform's nodes are 0 to {}", last, scenario.platform.nodes - 1));
  const auto& fidelities = scenario.fidelities;
  if (choice.paje.wanted && std::find(fidelities.begin(), fidelities.end(), "queue") != fidelities.end())
    throw UserError("--trace paje: SimGrid does not see the messages of the fidelity queue (add --fidelity flow)");
}

}   // namespace ssi::cli
