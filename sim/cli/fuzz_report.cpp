#include "sim/cli/fuzz_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/help.hpp"

namespace ssi::cli {
namespace {

using FuzzJson = nlohmann::ordered_json;
using Kind = fuzz::Verdict::Kind;

constexpr std::size_t kMostLines = 60;   // of a trace: its end
constexpr std::size_t kMostProblems = 5;

FuzzJson failure_json(const Failure& failure) {
  return {{"seed", failure.seed},     {"kind", failure.kind},     {"problems", failure.problems}, {"plan", failure.plan},
          {"replay", failure.replay}, {"shrunk", failure.shrunk}, {"trace", failure.trace}};
}

std::string fuzz_json(const std::vector<Fuzzed>& all, bool complete) {
  FuzzJson out{
      {"schema_version", 1}, {"ssisim", {{"version", program_version()}}}, {"complete", complete}, {"strategies", FuzzJson::array()}};
  for (const Fuzzed& one : all) {
    FuzzJson failures = FuzzJson::array();
    for (const Failure& failure : one.failures) failures.push_back(failure_json(failure));
    out["strategies"].push_back({{"strategy", one.strategy},
                                 {"runs", one.runs},
                                 {"events", one.events},
                                 {"calls", one.calls},
                                 {"repeated", one.repeated},
                                 {"crashes", one.crashes},
                                 {"too_long", one.too_long},
                                 {"survives_crashes", find_strategy(one.strategy) && find_strategy(one.strategy)->survives_crashes},
                                 {"beyond_design", {{"failed", one.beyond}, {"example", one.beyond_example}}},
                                 {"failures", failures}});
  }
  return out.dump(1, ' ', false, FuzzJson::error_handler_t::replace) + "\n";
}

std::string failure_text(const std::string& strategy, const Failure& failure) {
  std::string out = fmt::format("\n{}, seed {}: {}\n", strategy, failure.seed, failure.kind);
  for (std::size_t i = 0; i < std::min(failure.problems.size(), kMostProblems); ++i) out += fmt::format("  {}\n", failure.problems[i]);
  if (failure.problems.size() > kMostProblems) out += fmt::format("  and {} more\n", failure.problems.size() - kMostProblems);
  if (!failure.shrunk.empty()) out += fmt::format("  shrunk {}\n", failure.shrunk);
  if (!failure.replay.empty()) out += fmt::format("  again: {}\n", failure.replay);
  if (!failure.trace.empty()) out += "  what happened (event: time: what):\n";
  const std::size_t first = failure.trace.size() > kMostLines ? failure.trace.size() - kMostLines : 0;
  if (first > 0) out += fmt::format("    {} events before\n", first);
  for (std::size_t i = first; i < failure.trace.size(); ++i) out += fmt::format("    {}\n", failure.trace[i]);
  return out;
}

// What happened to those that are not made for crashes.
std::string beyond_text(const Fuzzed& one) {
  const StrategyEntry* entry = find_strategy(one.strategy);
  const std::string left =
      one.too_long == 0 ? "" : fmt::format("{}: {} plans were too long to crash at each event\n", one.strategy, one.too_long);
  if (one.crashes == 0) return left;
  if (entry && entry->survives_crashes) return left + fmt::format("{}: in {} plans a node crashed\n", one.strategy, one.crashes);
  const std::string text =
      left + fmt::format("{}: a node crashed in {} plans; not designed for it: {} ended badly", one.strategy, one.crashes, one.beyond);
  return text + (one.beyond == 0 ? "\n" : fmt::format(", as {}\n", one.beyond_example));
}

std::string fuzz_table(const std::vector<Fuzzed>& all, bool complete) {
  std::string out = fmt::format("{:<16}{:>8}{:>12}{:>10}{:>8}\n", "strategy", "plans", "events", "calls", "failed");
  for (const Fuzzed& one : all)
    out += fmt::format("{:<16}{:>8}{:>12}{:>10}{:>8}\n", one.strategy, one.runs, one.events, one.calls, one.failures.size());
  for (const Fuzzed& one : all) out += beyond_text(one);
  for (const Fuzzed& one : all)
    for (const Failure& failure : one.failures) out += failure_text(one.strategy, failure);
  return complete ? out : out + "\ninterrupted: not all plans were run\n";
}

}   // namespace

bool failed(const fuzz::Verdict& verdict) { return verdict.kind != Kind::good && !verdict.beyond_design; }

std::string line_of(const fuzz::Verdict& verdict, bool repeated) {
  const bool beyond = verdict.kind != Kind::good && verdict.beyond_design;
  return fmt::format("{} {} {} {} {} {}", verdict.events, verdict.calls, repeated ? 1 : 0, verdict.crashes, beyond ? 1 : 0,
                     beyond ? verdict.problems.front() : "");
}

void add_line(Fuzzed& to, const std::string& line) {
  std::istringstream in(line);
  std::uint64_t events = 0, calls = 0, twice = 0, crashes = 0, beyond = 0;
  in >> events >> calls >> twice >> crashes >> beyond;
  ++to.runs;
  to.events += events;
  to.calls += calls;
  to.repeated += twice;
  to.crashes += crashes > 0 ? 1 : 0;
  to.beyond += beyond;
  if (beyond > 0 && to.beyond_example.empty()) std::getline(in >> std::ws, to.beyond_example);
}

std::string name_of(Kind kind) {
  switch (kind) {
    case Kind::good: return "good";
    case Kind::bug: return "bug";
    case Kind::invariant: return "invariant broken";
    case Kind::no_progress: return "no progress";
  }
  return "";
}

int exit_code_of(const std::vector<Fuzzed>& all) {
  const auto any = [&](Kind kind) {
    return std::any_of(all.begin(), all.end(), [&](const Fuzzed& one) {
      return std::any_of(one.failures.begin(), one.failures.end(), [&](const Failure& failure) { return failure.kind == name_of(kind); });
    });
  };
  return any(Kind::bug) ? kBug : any(Kind::invariant) ? kInvariant : any(Kind::no_progress) ? kNoProgress : kDone;
}

std::string fuzz_text(const std::string& format, const std::vector<Fuzzed>& all, bool complete) {
  return format == "json" ? fuzz_json(all, complete) : fuzz_table(all, complete);
}

std::string packed(const Failure& failure) { return failure_json(failure).dump(-1, ' ', false, FuzzJson::error_handler_t::replace); }

Failure unpacked(const std::string& text) {
  const FuzzJson json = FuzzJson::parse(text);
  Failure out;
  json.at("seed").get_to(out.seed);
  json.at("kind").get_to(out.kind);
  json.at("problems").get_to(out.problems);
  json.at("plan").get_to(out.plan);
  json.at("replay").get_to(out.replay);
  json.at("shrunk").get_to(out.shrunk);
  json.at("trace").get_to(out.trace);
  return out;
}

}   // namespace ssi::cli
