#include "sim/cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <charconv>
#include <sstream>
#include <thread>

#include "sim/cli/exit_code.hpp"
#include "sim/load/wording.hpp"

namespace ssi::cli {
namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;

const Words kVerbs{"compare", "conformance", "fuzz", "list", "schema"};
const Words kLaterVerbs{"sweep"};
const std::array kFormats{Words{"table", "json"}, Words{"table", "json", "markdown"}};   // of a run, of conformance
const Words kSchemas{"scenario", "platform", "results"};
constexpr std::size_t kMaxJobs = 1024;
constexpr std::size_t kMostShown = 400;        // characters of a word that we quote
constexpr const char* kStray = "stray-word";   // collects words that belong to no option

struct OptionRow {
  const char* name;
  const char* value;   // what follows it in --help; nullptr: nothing does
  bool repeatable;
  const char* meaning;
};
constexpr std::array kOptions{
    OptionRow{"scenario", "FILE", false, "the scenario; - reads standard input"},
    OptionRow{"strategy", "NAME", true, "repeatable; overrides the scenario's list"},
    OptionRow{"platform", "FILE", false, "ours or any SimGrid XML; overrides the scenario's"},
    OptionRow{"set", "PATH=VALUE", true, "repeatable; overrides one value, PATH as in platform.nodes or /platform/nodes"},
    OptionRow{"seed", "N", false, "overrides the scenario's first seed"},
    OptionRow{"replicates", "N", false, "overrides how many seeds each strategy runs with"},
    OptionRow{"fidelity", "LIST", false, "overrides the scenario's list of fidelities, separated by commas"},
    OptionRow{"out", "DIR", false, "where results go; default results/<scenario name>; an earlier result there is replaced"},
    OptionRow{"trace", "LIST", true,
              "traces to write into each run's folder: chrome (trace.json, for ui.perfetto.dev), ops (ops.jsonl, a line per call), paje "
              "(paje.trace of SimGrid, flow only); .gz after a name compresses it"},
    OptionRow{"trace-filter", "LIST", true, "keeps in chrome and ops what begins there: node=0,node=4-7,call=kill,from=1s,to=1500ms"},
    OptionRow{"format", "table|json", false, "what standard output gets; default table; json: the content of results.json"},
    OptionRow{"jobs", "N", false, "runs at once; default all cores"},
    OptionRow{"validate", nullptr, false, "check the scenario and the platform, and stop"},
    OptionRow{"repeat-check", nullptr, false, "run everything twice; differing runs are exit 1 and name the first event that differs"},
    OptionRow{"progress", "WHEN", false, "on standard error: auto (only on a terminal, the default), always, never"},
    OptionRow{"cfg", "KEY:VALUE", true, "repeatable; passed to SimGrid"},
    OptionRow{"log", "SETTING", true, "repeatable; passed to SimGrid"},
    OptionRow{"help-simgrid", nullptr, false, "SimGrid's help on --cfg and --log"},
    OptionRow{"version", nullptr, false, "versions of ssisim and SimGrid"},
    OptionRow{"help", nullptr, false, "this text"},
};

po::options_description described() {
  po::options_description all("Options of a run", 100, 60);
  for (const OptionRow& row : kOptions) {
    if (row.value == nullptr) all.add_options()(row.name, row.meaning);
    else if (row.repeatable) all.add_options()(row.name, po::value<Words>()->composing()->value_name(row.value), row.meaning);
    else all.add_options()(row.name, po::value<std::string>()->value_name(row.value), row.meaning);
  }
  return all;
}

Words option_names() {
  Words names;
  for (const OptionRow& row : kOptions) names.push_back(std::string("--") + row.name);
  return names;
}

std::string joined(const Words& words) { return fmt::format("{}", fmt::join(words, ", ")); }

[[noreturn]] void refuse(const std::string& text) { throw UserError(text + "; see ssisim --help"); }

// `name` as the user gave it: "--sed", "trace-filter", ...
[[noreturn]] void refuse_option(std::string name) {
  name.erase(0, name.find_first_not_of('-'));
  name = "--" + load::printable(name.substr(0, name.find('=')), kMostShown);
  refuse("unknown option " + name + load::did_you_mean(name, option_names()));
}

// A word that belongs to no option.
[[noreturn]] void refuse_word(const std::string& given) {
  const std::string word = load::printable(given, kMostShown);
  if (word.starts_with('-')) refuse("unknown option " + word + load::did_you_mean("-" + word, option_names()));
  const bool file = word.find('/') != std::string::npos || word.find(".json") != std::string::npos;
  if (file) refuse(fmt::format("what to do with \"{}\"? (did you mean --scenario {}?)", word, word));
  refuse(fmt::format("unknown verb \"{}\"{}", word, load::did_you_mean(word, kVerbs)));
}

std::string one_of(const std::string& option, const std::string& given, const Words& known) {
  if (std::find(known.begin(), known.end(), given) == known.end())
    refuse(fmt::format("{}: \"{}\" is none of {}{}", option, given, joined(known), load::did_you_mean(given, known)));
  return given;
}

std::size_t parse_jobs(const std::string& text) {
  std::size_t jobs = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), jobs);
  if (error != std::errc{} || end != text.data() + text.size() || jobs == 0 || jobs > kMaxJobs)
    refuse(fmt::format("--jobs: \"{}\" is not a whole number from 1 to {}", text, kMaxJobs));
  return jobs;
}

Options from(const po::variables_map& given, Verb verb) {
  const auto text = [&](const char* name) { return given.count(name) != 0 ? given[name].as<std::string>() : std::string(); };
  const auto list = [&](const char* name) { return given.count(name) != 0 ? given[name].as<Words>() : Words(); };
  const auto maybe = [&](const char* name) { return given.count(name) != 0 ? std::optional(given[name].as<std::string>()) : std::nullopt; };
  Options out{.verb = verb};
  for (const auto& [name, value] : given) out.given.push_back(name);
  out.scenario = text("scenario");
  out.overrides = {"", list("strategy"), maybe("platform"), list("set"), maybe("seed"), maybe("replicates"), maybe("fidelity")};
  out.out = text("out");
  out.trace = parse_trace_choice(list("trace"), list("trace-filter"));
  if (given.count("format") != 0) out.format = one_of("--format", text("format"), kFormats[verb == Verb::conformance]);
  out.validate = given.count("validate") != 0;
  out.repeat_check = given.count("repeat-check") != 0;
  out.jobs = given.count("jobs") != 0 ? parse_jobs(text("jobs")) : std::max(1U, std::thread::hardware_concurrency());
  if (given.count("progress") != 0) {
    const std::string when = one_of("--progress", text("progress"), {"auto", "always", "never"});
    out.progress = when == "auto" ? Options::Progress::automatic : when == "always" ? Options::Progress::always : Options::Progress::never;
  }
  for (const char* name : {"cfg", "log"})
    for (const std::string& value : list(name)) out.simgrid_arguments.push_back(fmt::format("--{}={}", name, value));
  if (given.count("out") != 0 && out.out.empty()) refuse("--out: the name of a folder is missing");
  return out;
}

// No abbreviations: an option that a later version adds must not change what a script means.
Options parse_run(const Words& words, Verb verb) {
  po::variables_map given;
  try {
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing & ~po::command_line_style::allow_short;
    po::options_description all;
    all.add(described()).add_options()(kStray, po::value<Words>());
    po::store(
        po::command_line_parser(words).options(all).positional(po::positional_options_description().add(kStray, -1)).style(style).run(),
        given);
    if (given.count(kStray) != 0) refuse_word(given[kStray].as<Words>()[0]);
  } catch (const po::unknown_option& unknown) { refuse_option(unknown.get_option_name()); } catch (const po::error& wrong) {
    refuse(wrong.what());
  }
  Options options = from(given, verb);
  if (given.count("help") != 0) options.verb = Verb::help;
  else if (given.count("version") != 0) options.verb = Verb::version;
  else if (given.count("help-simgrid") != 0) options.verb = Verb::help_simgrid;
  else if (verb == Verb::run && options.scenario.empty()) refuse("a scenario is needed: ssisim --scenario FILE");
  return options;
}

Options parse_verb(const Words& words) {
  const std::string& verb = words[0];
  if (std::find(kLaterVerbs.begin(), kLaterVerbs.end(), verb) != kLaterVerbs.end()) throw UserError(verb + " is not in this version");
  if (std::find(kVerbs.begin(), kVerbs.end(), verb) == kVerbs.end()) refuse_word(verb);
  if (verb == "compare" || verb == "fuzz") {
    Options options{.verb = verb == "fuzz" ? Verb::fuzz : Verb::compare};
    options.words.assign(words.begin() + 1, words.end());
    return options;
  }
  const Words& topics = verb == "list" ? list_topics() : kSchemas;
  Options options;
  if (words.size() == 2 && words[1] == "--help") return {.verb = Verb::help};
  if (words.size() != 2) refuse(fmt::format("{} takes one of {}", verb, joined(topics)));
  options.verb = verb == "list" ? Verb::list : Verb::schema;
  options.topic = words[1];
  if (verb == "schema" && options.topic == "sweep") throw UserError("schema sweep is not in this version");
  if (verb == "list" && options.topic == "faults")
    throw UserError("list " + options.topic + " is not in this version");
  one_of(verb, options.topic, topics);
  return options;
}

}   // namespace

const std::vector<std::string>& list_topics() {
  static const Words kTopics{"strategies", "workloads", "platforms", "protocols", "metrics"};
  return kTopics;
}

Options parse_options(int argc, const char* const* argv) {
  Words words(argv + std::min(argc, 1), argv + argc);
  std::replace(words.begin(), words.end(), std::string("-h"), std::string("--help"));
  if (words.empty()) refuse("a scenario is needed: ssisim --scenario FILE");
  if (words[0] == "conformance") return parse_run({words.begin() + 1, words.end()}, Verb::conformance);
  return words[0].starts_with('-') ? parse_run(words, Verb::run) : parse_verb(words);
}

std::string options_help() {
  std::ostringstream text;
  text << described();
  return text.str();
}

}   // namespace ssi::cli
