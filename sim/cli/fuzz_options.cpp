#include "sim/cli/fuzz_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <sstream>
#include <thread>

#include "sim/cli/exit_code.hpp"
#include "sim/load/load.hpp"
#include "sim/load/wording.hpp"

namespace ssi::cli {
namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;

constexpr std::uint64_t kMostRuns = 1'000'000'000, kMostJobs = 1024, kMostSeed = (std::uint64_t{1} << 53) - 1;
constexpr std::uint64_t kSmokePlans = 3, kMostFaults = 100;

[[noreturn]] void refuse(const std::string& text) { throw UserError(text + "; see ssisim fuzz --help"); }

po::options_description described() {
  po::options_description all("Options of fuzz", 100, 60);
  const auto text = [] { return po::value<std::string>(); };
  all.add_options()("strategy", po::value<Words>()->composing()->value_name("NAME"), "repeatable; default: every strategy");
  all.add_options()("runs", text()->value_name("N"), "plans for each strategy, from seed on; default 100");
  all.add_options()("seed", text()->value_name("N"), "the first seed; default 1");
  all.add_options()("set", po::value<Words>()->composing()->value_name("params.KEY=VALUE"),
                    "repeatable; a parameter of the strategy that is not drawn");
  all.add_options()("faults", text()->value_name("N"),
                    "up to N faults in each plan, at events drawn uniformly: crashes, restarts, circuits that break; default 0");
  all.add_options()("exhaustive",
                    "small plans, default 3 for each strategy; each is run again for every node and event, that node crashed there");
  all.add_options()("plan", text()->value_name("FILE"), "run this plan instead; - reads standard input");
  all.add_options()("out", text()->value_name("DIR"), "where plans that fail are written, shrunk; default results/fuzz");
  all.add_options()("format", text()->value_name("table|json"), "what standard output gets; default table");
  all.add_options()("jobs", text()->value_name("N"), "processes at once; default all cores");
  all.add_options()("progress", text()->value_name("WHEN"), "on standard error: auto (only on a terminal, the default), always, never");
  all.add_options()("help", "this text");
  return all;
}

Words fuzz_option_names() {
  Words names;
  const po::options_description all = described();
  for (const auto& option : all.options()) names.push_back("--" + option->long_name());
  return names;
}

po::variables_map parsed(const Words& words) {
  po::options_description all;
  all.add(described()).add_options()("stray-word", po::value<Words>());
  po::variables_map given;
  try {
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing & ~po::command_line_style::allow_short;
    po::store(po::command_line_parser(words)
                  .options(all)
                  .positional(po::positional_options_description().add("stray-word", -1))
                  .style(style)
                  .run(),
              given);
  } catch (const po::unknown_option& unknown) {
    std::string name = unknown.get_option_name();
    name = "--" + load::printable(name.substr(std::min(name.find_first_not_of('-'), name.size())));
    refuse("unknown option " + name + load::did_you_mean(name, fuzz_option_names()));
  } catch (const po::error& wrong) { refuse(wrong.what()); }
  if (given.count("stray-word") != 0) {
    const std::string word = load::printable(given["stray-word"].as<Words>()[0]);
    refuse(fmt::format("what to do with \"{}\"? (did you mean --plan {}?)", word, word));
  }
  return given;
}

std::uint64_t whole(const std::string& option, const std::string& text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most)
    refuse(fmt::format("--{}: \"{}\" is not a whole number from {} to {}", option, load::printable(text), least, most));
  return number;
}

std::string chosen(const std::string& option, const std::string& text, const Words& known) {
  if (std::find(known.begin(), known.end(), text) == known.end())
    refuse(fmt::format("--{}: \"{}\" is none of {}{}", option, load::printable(text), fmt::join(known, ", "),
                       load::did_you_mean(text, known)));
  return text;
}

std::vector<const StrategyEntry*> chosen_strategies(const Words& names) {
  std::vector<const StrategyEntry*> out;
  Words known;
  for (const StrategyEntry& entry : strategies()) {
    known.emplace_back(entry.name);
    if (names.empty()) out.push_back(&entry);
  }
  for (const std::string& name : names) out.push_back(find_strategy(chosen("strategy", name, known)));
  return out;
}

}   // namespace

FuzzOptions parse_fuzz_options(const Words& words) {
  const po::variables_map given = parsed(words);
  FuzzOptions out;
  out.help = given.count("help") != 0;
  if (out.help) return out;
  const auto text = [&](const char* name) { return given.count(name) != 0 ? given[name].as<std::string>() : std::string(); };
  out.plan = text("plan");
  if (given.count("plan") != 0)
    for (const char* other : {"strategy", "set", "runs", "seed", "jobs", "faults", "exhaustive"})
      if (given.count(other) != 0) refuse(fmt::format("--{} has no effect with --plan, which says it all", other));
  out.strategies = chosen_strategies(given.count("strategy") != 0 ? given["strategy"].as<Words>() : Words());
  if (given.count("set") != 0) out.sets = given["set"].as<Words>();
  if (given.count("runs") != 0) out.runs = whole("runs", text("runs"), 1, kMostRuns);
  out.exhaustive = given.count("exhaustive") != 0;
  if (out.exhaustive && given.count("faults") != 0) refuse("--faults has no effect with --exhaustive, which has its own");
  if (out.exhaustive && given.count("runs") == 0) out.runs = kSmokePlans;
  if (given.count("faults") != 0) out.faults = static_cast<std::uint32_t>(whole("faults", text("faults"), 0, kMostFaults));
  if (given.count("seed") != 0) out.seed = whole("seed", text("seed"), 0, kMostSeed);
  out.jobs = given.count("jobs") != 0 ? whole("jobs", text("jobs"), 1, kMostJobs) : std::max(1U, std::thread::hardware_concurrency());
  if (given.count("out") != 0) out.out = text("out");
  if (out.out.empty()) refuse("--out: the name of a folder is missing");
  if (given.count("format") != 0) out.format = chosen("format", text("format"), {"table", "json"});
  if (given.count("progress") != 0) out.progress = chosen("progress", text("progress"), {"auto", "always", "never"});
  return out;
}

std::string fuzz_help() {
  std::ostringstream options;
  options << described();
  return "ssisim fuzz [options]: random programs, orders of messages and faults against everything that a design promises.\n\n"
         "Each seed is a plan: machines, settings, calls, order, faults. It runs on the design's own machines without a simulator. A plan "
         "that\n"
         "fails is made as small as it can be while it still fails in the same way, and written as JSON, which can be edited and run "
         "again.\n\n" +
         options.str() +
         "\nExamples:\n"
         "  ssisim fuzz --strategy vproc_switch --runs 1000\n"
         "  ssisim fuzz --strategy isolated --runs 1000 --faults 3\n"
         "  ssisim fuzz --plan results/fuzz/vproc_switch-s17.json\n\n"
         "Exit: 0 nothing found, 1 our bug, 2 your mistake, 3 an invariant broken, 4 no progress, 130/143 interrupted.\n";
}

}   // namespace ssi::cli
