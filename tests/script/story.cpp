#include "tests/script/story.hpp"

#include <exception>
#include <sstream>
#include <stdexcept>

namespace ssi::test {
namespace {

constexpr std::array kSignalsByName{Signal::none, Signal::hup,  Signal::interrupt, Signal::kill, Signal::usr1,
                                    Signal::usr2, Signal::term, Signal::cont,      Signal::stop};

Pid pid_of(const std::string& word) {
  const auto colon = word.find(':');
  if (colon == std::string::npos) throw std::invalid_argument("not a pid: " + word);
  return Pid::make(NodeId{static_cast<std::uint32_t>(std::stoul(word))}, Incarnation{1},
                   static_cast<std::uint32_t>(std::stoul(word.substr(colon + 1))));
}

Signal signal_of(const std::string& word) {
  for (Signal signal : kSignalsByName)
    if (name_of(signal) == word) return signal;
  throw std::invalid_argument("not a signal: " + word);
}

// "node=2" -> {"node", "2"}; "no_hang" -> {"no_hang", ""}.
std::pair<std::string, std::string> option(const std::string& word) {
  const auto equals = word.find('=');
  return {word.substr(0, equals), equals == std::string::npos ? "" : word.substr(equals + 1)};
}

std::string next(std::istream& words) {
  std::string word;
  words >> word;
  return word;
}

}   // namespace

std::string Story::replay(const std::string& file) {
  std::istringstream lines(file);
  std::string fresh, line;
  bool in_transcript = false;
  while (std::getline(lines, line)) {
    if (in_transcript) {
      in_transcript = !line.empty();
      continue;
    }
    if (line == "----") {
      in_transcript = true;
      continue;
    }
    if (line.empty()) continue;
    fresh += line + "\n";
    if (line[0] == '#') continue;
    fresh += "----\n" + perform(line) + "\n";
  }
  return fresh;
}

std::string Story::perform(const std::string& line) {
  out_.clear();
  std::istringstream words(line);
  const std::string command = next(words);
  try {
    if (command == "world") make_world(words);
    else if (command == "start") start(words);
    else if (command == "call") call(words);
    else if (command == "deliver") deliver(words);
    else if (command == "run") world_->deliver_all();
    else if (command == "freeze") world_->freeze(0);
    else if (command == "break") {
      const auto a = static_cast<std::uint32_t>(std::stoul(next(words))), b = static_cast<std::uint32_t>(std::stoul(next(words)));
      world_->break_circuit(NodeId{a}, NodeId{b});
    } else if (command == "state") state(words);
    else out_ += "unknown command " + command + "\n";
  } catch (const std::exception& error) { out_ += std::string("error: ") + error.what() + "\n"; }
  return out_;
}

void Story::make_world(std::istream& words) {
  World::Options options;
  for (std::string word; words >> word;) {
    const auto [key, value] = option(word);
    if (key == "nodes") {
      options.nodes = static_cast<std::uint32_t>(std::stoul(value));
      continue;
    }
    for (const config::Field& field : find_strategy("vproc_switch")->params) {
      if (field.key != key) continue;
      const bool is_text = field.kind == config::Kind::choice;
      options.params.emplace_back(field.key, is_text ? config::Value(value) : config::Value(std::int64_t{std::stoll(value)}));
    }
  }
  world_ = std::make_unique<World>("vproc_switch", options);
  world_->watch(this);
  where_.clear();
}

void Story::start(std::istream& words) {
  const auto node = static_cast<std::uint32_t>(std::stoul(next(words)));
  world_->call(NodeId{node}, world_->init(node), Spawn{{}, {}});
}

NodeId Story::node_of(Pid pid) const {
  if (pid.sequence() == kInitSequence) return pid.origin();
  const auto found = where_.find(pid);
  if (found == where_.end()) throw std::invalid_argument("no such process: " + text(pid));
  return found->second;
}

void Story::call(std::istream& words) {
  const Pid caller = pid_of(next(words));
  const std::string name = next(words);
  world_->call(node_of(caller), caller, parse_call(name, words, caller));
}

Call Story::parse_call(const std::string& name, std::istream& words, Pid caller) const {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> options;
  for (std::string word; words >> word;) {
    arguments.push_back(word);
    options.insert(option(word));
  }
  if (name == "spawn") {
    if (!options.contains("node")) return Spawn{{}, {Placement::Kind::here, {}}};
    return Spawn{{}, {Placement::Kind::node, NodeId{static_cast<std::uint32_t>(std::stoul(options["node"]))}}};
  }
  if (name == "fork") return Fork{};
  const auto node_named = [](const std::string& word) { return NodeId{static_cast<std::uint32_t>(std::stoul(word))}; };
  if (name == "rfork") {
    Rfork fork;
    for (const std::string& word : arguments) fork.nodes.push_back(node_named(word));
    return fork;
  }
  if (name == "exec") {
    if (!options.contains("node")) return Exec{};
    return Exec{{}, {Placement::Kind::node, node_named(options["node"])}};
  }
  if (name == "migrate") {
    const Pid pid = options.contains("pid") ? pid_of(options["pid"]) : kNoPid;
    return Migrate{pid, node_named(options.at("node"))};
  }
  if (name == "exit") return Exit{options.contains("status") ? std::stoi(options["status"]) : 0};
  if (name == "wait") return Wait{options.contains("child") ? pid_of(options["child"]) : kNoPid, options.contains("no_hang")};
  if (name == "kill") return Kill{pid_of(arguments.at(0)), signal_of(arguments.at(1))};
  if (name == "killpg") return KillGroup{pid_of(arguments.at(0)), signal_of(arguments.at(1))};
  if (name == "setpgid")
    return SetGroup{arguments.empty() ? caller : pid_of(arguments.at(0)), arguments.size() < 2 ? kNoPid : pid_of(arguments.at(1))};
  if (name == "setsid") return SetSession{};
  if (name == "handle") return SetAction{signal_of(arguments.at(0)), Disposition::handler};
  if (name == "list") return List{};
  if (name == "pause") return Pause{};
  throw std::invalid_argument("unknown call " + name);
}

void Story::deliver(std::istream& words) {
  const std::string route = next(words), wanted = next(words);
  const NodeId from{static_cast<std::uint32_t>(std::stoul(route))},
      to{static_cast<std::uint32_t>(std::stoul(route.substr(route.find('>') + 1)))};
  for (Priority priority : {Priority::raised, Priority::normal}) {
    const auto queue = world_->channels().find({from, to, priority});
    if (queue == world_->channels().end() || queue->second.empty() || (wanted == "normal" && priority == Priority::raised)) continue;
    out_ += "delivered " + text(queue->second.front().message) + "\n";
    return world_->deliver({from, to, priority});
  }
  out_ += "nothing under way\n";
}

void Story::state(std::istream& words) {
  StateDump dump;
  world_->machine(NodeId{static_cast<std::uint32_t>(std::stoul(next(words)))}).describe(dump);
  for (const auto& [key, value] : dump.entries) out_ += key + (value.find('\n') == std::string::npos ? ": " + value + "\n" : ":\n" + value);
}

void Story::sent(const Message& message) { out_ += "  " + text(message) + "\n"; }

void Story::completed(CallId id, const Result& result) {
  const CallTrace& trace = world_->trace(id);
  out_ += "  " + text(trace.caller) + " " + std::string(kCallNames[trace.call.index()]) + ": ";
  if (result.certainty == Certainty::ok) out_ += "ok";
  else out_ += std::string(result.certainty == Certainty::info ? "info " : "fail ") + std::string(name_of(result.error));
  if (result.pid != kNoPid)
    out_ += " " + text(result.pid) + (std::holds_alternative<Wait>(trace.call) ? " status " + std::to_string(result.status) : "");
  if (result.processes())
    for (const ProcessInfo& info : *result.processes())
      out_ += " " + text(info.pid) + "@" + std::to_string(info.node.value) + (info.zombie ? "(zombie)" : "");
  out_ += ", served by " + std::to_string(trace.served.value) + ", messages " + std::to_string(trace.path) + " of " +
          std::to_string(trace.total) + "\n";
}

void Story::ordered(NodeId at, const ProgramOrder& order) {
  constexpr std::array kOrders{"starts", "ends", "stops", "resumes", "handles", "executes", "departs", "arrives"};
  const bool is_there = order.kind == ProgramOrder::Kind::start || order.kind == ProgramOrder::Kind::arrive;
  if (is_there) where_[order.pid] = at;
  out_ += "  " + text(order.pid) + " " + kOrders[static_cast<std::size_t>(order.kind)];
  if (is_there) out_ += " on " + std::to_string(at.value);
  if (order.kind == ProgramOrder::Kind::interrupt) out_ += " " + std::string(name_of(order.signal));
  out_ += "\n";
}

}   // namespace ssi::test
