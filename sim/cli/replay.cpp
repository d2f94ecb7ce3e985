#include "sim/cli/replay.hpp"

#include <string_view>

namespace ssi::cli {
namespace {

// As a POSIX shell reads it back.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string out = "'";
  for (char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}   // namespace

std::string replay_command(const Options& options, const RunSpec& run) {
  std::string command = "ssisim";
  const auto add = [&command](const std::string& option, const std::string& value) { command += " --" + option + " " + quoted(value); };
  add("scenario", options.scenario);
  if (options.overrides.platform_file) add("platform", *options.overrides.platform_file);
  for (const std::string& set : options.overrides.sets) add("set", set);
  add("strategy", run.strategy->label);
  add("seed", std::to_string(run.seed));
  add("replicates", "1");
  add("fidelity", run.fidelity);
  for (const std::string& argument : options.simgrid_arguments) command += " " + quoted(argument);
  if (options.repeat_check) command += " --repeat-check";
  return command;
}

}   // namespace ssi::cli
