#include <algorithm>

#include "sim/fuzz/plan.hpp"

namespace ssi::fuzz {
namespace {

using config::Bound;
using config::Kind;

template <class T, std::size_t N>
constexpr std::array<std::string_view, N> names_of(const std::array<T, N>& table) {
  std::array<std::string_view, N> names{};
  for (std::size_t i = 0; i < N; ++i) names[i] = table[i].name;
  return names;
}
constexpr auto kCalls = names_of(kOpKinds);
constexpr auto kFaults = names_of(kFaultKinds);
constexpr std::array<std::string_view, 7> kSignalNames{"0", "SIGUSR1", "SIGHUP", "SIGINT", "SIGKILL", "SIGSTOP", "SIGCONT"};
constexpr std::array kSignalValues{Signal::none, Signal::usr1, Signal::hup, Signal::interrupt, Signal::kill, Signal::stop, Signal::cont};
constexpr std::array<std::string_view, 5> kOfKill{"0", "SIGUSR1", "SIGKILL", "SIGSTOP", "SIGCONT"};
constexpr std::array<std::string_view, 5> kOfKillpg{"0", "SIGHUP", "SIGINT", "SIGKILL", "SIGCONT"};
constexpr std::array<std::string_view, 3> kOfHandle{"SIGUSR1", "SIGHUP", "SIGINT"};

constexpr config::Field number(std::string_view key, std::int64_t fallback, double min, double max, std::string_view meaning) {
  return {.key = key, .kind = Kind::integer, .fallback = fallback, .min = min, .max = max, .meaning = meaning};
}
constexpr config::Field needed(std::string_view key, double min, double max, std::string_view meaning) {
  return {.key = key, .kind = Kind::integer, .fallback = std::monostate{}, .min = min, .max = max, .meaning = meaning};
}
constexpr config::Field word(std::string_view key, std::span<const std::string_view> choices, std::string_view meaning, bool required) {
  return {.key = key,
          .kind = choices.empty() ? Kind::text : Kind::choice,
          .fallback = required ? config::Default{std::monostate{}} : config::Default{std::string_view{}},
          .choices = choices,
          .meaning = meaning};
}

constexpr double kMaxId = 1e9;
constexpr double kMaxMean = 1e6;

const std::array kOpFields{
    Bound<Op>{needed("id", 1, kMaxId, "names what the op makes"), &Op::id},
    Bound<Op>{number("by", 0, 0, kMaxId, "the op that made the calling process; 0: an init"), &Op::by},
    Bound<Op>{word("call", kCalls, "what is called", true), &Op::call},
    Bound<Op>{number("node", 0, 0, kMaxNodes - 1, "where to"), &Op::node},
    Bound<Op>{number("of", 0, 0, kMaxId, "the op that made what is meant"), &Op::of},
    Bound<Op>{number("to", 0, 0, kMaxId, "the op that made the leader of the group"), &Op::to},
    Bound<Op>{word("signal", kSignalNames, "a signal", false), &Op::signal},
    Bound<Op>{word("name", {}, "of a file or socket", false), &Op::name},
    Bound<Op>{number("value", 0, 0, 1e6, "status, key, records, or a place of 8 bytes"), &Op::value},
};
const std::array kOrderFields{
    Bound<Order>{number("seed", 1, 0, 9007199254740991.0, "of the times that things wait"), &Order::seed},
    Bound<Order>{number("call", 10, 0, kMaxMean, "mean microseconds from an answer to the program's next call"), &Order::call},
    Bound<Order>{number("answer", 10, 0, kMaxMean, "... from an answer of the kernel to the program that goes on"), &Order::answer},
    Bound<Order>{number("message", 100, 0, kMaxMean, "... of a message"), &Order::message},
    Bound<Order>{number("disk", 100, 0, kMaxMean, "... of a disk's request, and until a program stands still that has to move"),
                 &Order::disk},
    Bound<Order>{number("silence", 1000, 0, kMaxMean, "... until a node learns that a circuit of its has broken"), &Order::silence},
    Bound<Order>{number("uneven", 0, 0, 8, "so many of eight pairs of nodes are ten times slower"), &Order::uneven},
};
const std::array kFaultFields{
    Bound<Fault>{needed("at", 0, 1e9, "the number of an event, from 1"), &Fault::at},
    Bound<Fault>{word("kind", kFaults, "what goes wrong", true), &Fault::kind},
    Bound<Fault>{
        {.key = "after", .kind = Kind::boolean, .fallback = false, .meaning = "true: once that event has happened; false: before it does"},
        &Fault::after},
    Bound<Fault>{number("node", 0, 0, kMaxNodes - 1, "where"), &Fault::node},
    Bound<Fault>{number("peer", 0, 0, kMaxNodes - 1, "the other node"), &Fault::peer},
};
const std::array kPlanFields{
    Bound<Plan>{word("description", {}, "what the plan shows", false), &Plan::description},
    Bound<Plan>{needed("nodes", 1, kMaxNodes, "machines"), &Plan::nodes},
    Bound<Plan>{{.key = "membership",
                 .kind = Kind::boolean,
                 .fallback = false,
                 .meaning = "the machines watch each other, and agree by majority on who is up"},
                &Plan::membership},
};

}   // namespace

const OpKind* find_op_kind(std::string_view name) {
  const auto found = std::find_if(kOpKinds.begin(), kOpKinds.end(), [&](const OpKind& kind) { return kind.name == name; });
  return found == kOpKinds.end() ? nullptr : &*found;
}

std::span<const std::string_view> signals_of(std::string_view call) {
  if (call == "kill") return kOfKill;
  if (call == "killpg") return kOfKillpg;
  return kOfHandle;
}

Signal signal_named(std::string_view name) {
  const auto found = std::find(kSignalNames.begin(), kSignalNames.end(), name);
  return found == kSignalNames.end() ? Signal::none : kSignalValues.at(static_cast<std::size_t>(found - kSignalNames.begin()));
}

std::span<const config::Bound<Op>> op_fields() { return kOpFields; }
std::span<const config::Bound<Order>> order_fields() { return kOrderFields; }
std::span<const config::Bound<Fault>> fault_fields() { return kFaultFields; }
std::span<const config::Bound<Plan>> plan_fields() { return kPlanFields; }

}   // namespace ssi::fuzz
