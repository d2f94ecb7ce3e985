#include "sim/cli/compare_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/stdio.hpp"
#include "sim/load/load.hpp"
#include "sim/load/wording.hpp"
#include "sim/report/regression_text.hpp"

namespace ssi::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr double kHostThreshold = 10;   // percent
const Words kFormats{"table", "json", "junit", "markdown", "gbench", "custom-smaller-is-better"};

[[noreturn]] void refuse(const std::string& text) { throw UserError(text + "; see ssisim compare --help"); }

po::options_description described() {
  po::options_description all("Options of compare", 100, 60);
  all.add_options()(
      "tolerance", po::value<Words>()->composing()->value_name("PATTERN=PCT"),
      "repeatable, the last that matches counts: a change of up to PCT percent is none; * in PATTERN stands for anything, e.g. "
      "'calls.*.p99=2'. Default 0: simulated figures are exact");
  all.add_options()("format", po::value<std::string>()->value_name("NAME"),
                    "table (default), json, junit, markdown; gbench and custom-smaller-is-better export RESULT for other tools");
  all.add_options()(
      "host-tolerance", po::value<std::string>()->value_name("PCT"),
      "also fail when speed or memory of the simulator got worse by more than PCT percent beyond noise (perf.json, three seeds at "
      "least; default: they are shown, with 10, and fail nothing)");
  all.add_options()("help", "this text");
  return all;
}

double parse_percent(const std::string& option, std::string text) {
  if (text.ends_with('%')) text.pop_back();
  double percent = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(percent) || percent < 0)
    refuse(fmt::format("{}: \"{}\" is not a number of percent from 0", option, load::printable(text)));
  return percent;
}

report::Tolerance parse_tolerance(const std::string& word) {
  const std::size_t equals = word.rfind('=');
  if (equals == std::string::npos || equals == 0) refuse(fmt::format("--tolerance: \"{}\" is not PATTERN=PCT", load::printable(word)));
  return {word.substr(0, equals), parse_percent("--tolerance", word.substr(equals + 1))};
}

struct Options {
  std::string baseline, result, format = "table";
  std::vector<report::Tolerance> tolerances;
  double host_threshold = kHostThreshold;
  bool host_gates = false, help = false;
};

po::variables_map given_options(const Words& words) {
  po::options_description all;
  all.add(described()).add_options()("file", po::value<Words>());
  po::variables_map given;
  try {
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing & ~po::command_line_style::allow_short;
    po::store(
        po::command_line_parser(words).options(all).positional(po::positional_options_description().add("file", -1)).style(style).run(),
        given);
  } catch (const po::error& wrong) { refuse(wrong.what()); }
  return given;
}

Options parse(const Words& words) {
  const po::variables_map given = given_options(words);
  Options out;
  out.help = given.count("help") != 0;
  if (out.help) return out;
  const Words files = given.count("file") != 0 ? given["file"].as<Words>() : Words();
  if (files.size() != 2) refuse(fmt::format("compare takes two results, a BASELINE and a RESULT, not {}", files.size()));
  out.baseline = files[0];
  out.result = files[1];
  if (given.count("format") != 0) out.format = given["format"].as<std::string>();
  if (std::find(kFormats.begin(), kFormats.end(), out.format) == kFormats.end())
    refuse(fmt::format("--format: \"{}\" is none of {}{}", load::printable(out.format), fmt::join(kFormats, ", "),
                       load::did_you_mean(out.format, kFormats)));
  if (given.count("tolerance") != 0)
    for (const std::string& word : given["tolerance"].as<Words>()) out.tolerances.push_back(parse_tolerance(word));
  out.host_gates = given.count("host-tolerance") != 0;
  if (out.host_gates) out.host_threshold = parse_percent("--host-tolerance", given["host-tolerance"].as<std::string>());
  return out;
}

std::string results_file(const std::string& path) { return fs::is_directory(path) ? path + "/results.json" : path; }
std::string perf_file(const std::string& path) { return fs::path(results_file(path)).parent_path() / "perf.json"; }

std::string read(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || text.str().empty()) throw UserError(fmt::format("{}: {}", path, errno != 0 ? std::strerror(errno) : "is empty"));
  return text.str();
}

std::vector<report::HostFigure> compare_hosts(const Options& options) {
  const std::string before = perf_file(options.baseline);
  const std::string after = perf_file(options.result);
  if (fs::exists(before) && fs::exists(after)) return report::compare_hosts(read(before), read(after), options.host_threshold);
  if (options.host_gates) throw UserError("--host-tolerance: " + (fs::exists(before) ? after : before) + ": there is no perf.json");
  return {};
}

// A pattern that matches nothing is a slip that would let everything pass, or nothing.
void check_tolerances(const Options& options, const report::Regression& regression) {
  for (const report::Tolerance& tolerance : options.tolerances) {
    const bool used = std::any_of(regression.runs.begin(), regression.runs.end(), [&](const report::RunRegression& run) {
      return std::any_of(run.figures.begin(), run.figures.end(),
                         [&](const report::Figure& figure) { return report::matches_pattern(tolerance.pattern, figure.metric); });
    });
    if (!used) refuse(fmt::format("--tolerance: no figure of these results is named {}", load::printable(tolerance.pattern)));
  }
}

std::string formatted(const report::Compared& compared, const std::string& format) {
  if (format == "json") return report::regression_json(compared);
  if (format == "junit") return report::regression_junit(compared);
  if (format == "markdown") return report::regression_markdown(compared);
  if (format == "gbench") return report::google_benchmark(compared.simulated);
  if (format == "custom-smaller-is-better") return report::custom_smaller_is_better(compared.simulated);
  return report::regression_table(compared);
}

}   // namespace

int compare_command(const Words& words) {
  const Options options = parse(words);
  if (options.help) {
    write_output(compare_help());
    return kDone;
  }
  try {
    const report::Compared compared{
        report::compare_results(read(results_file(options.baseline)), read(results_file(options.result)), options.tolerances),
        compare_hosts(options), options.host_gates};
    check_tolerances(options, compared.simulated);
    write_output(formatted(compared, options.format));
    return compared.ok() ? kDone : kMissed;
  } catch (const report::NoResult& problem) {
    throw UserError(fmt::format("compare {} {}: {}", options.baseline, options.result, problem.what()));
  }
}

std::string compare_help() {
  std::ostringstream options;
  options << described();
  return "ssisim compare BASELINE RESULT [options]: is RESULT worse than BASELINE? Each is a folder that --out made, or a results.json.\n\n"
         "Runs are paired by label, fidelity and seed. Every figure that differs is shown: better, worse, missing (only the baseline has\n"
         "it), new (only the result has it), changed (neither direction is better). Worse and missing fail.\n\n" +
         options.str() +
         "\nExamples:\n"
         "  ssisim compare scenarios/baselines/quickstart.json results/quickstart\n"
         "  ssisim compare before after --tolerance '*=0.5' --tolerance 'calls.kill.*=2' --format markdown >> $GITHUB_STEP_SUMMARY\n\n"
         "Exit: 0 not worse, 5 worse, 2 a file that is no complete result.\n";
}

}   // namespace ssi::cli
