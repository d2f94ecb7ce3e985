#include "tests/flawed/flawed.hpp"

#include <array>
#include <cstdlib>
#include <variant>

#include "models/strategy/isolated/isolated.hpp"

namespace ssi::flawed {
namespace {

constexpr std::array<std::string_view, 5> kFaults{"order", "silent", "invariant", "check", "abort"};
constexpr std::size_t kTold = 8;   // nodes that hear of one spawn

struct News {
  static constexpr std::string_view kName = "NEWS";
};
constexpr std::uint64_t bytes_of(const News&) { return 16; }
using Messages = std::variant<News>;

}   // namespace

void Flawed::on_event(Instant now, const Event& event, Effects& out) {
  if (const auto* message = std::get_if<MessageEvent>(&event); message != nullptr && message->message->body.is<Messages>()) return;
  inner_->on_event(now, event, out);
  const auto* call = std::get_if<CallEvent>(&event);
  if (call != nullptr && std::holds_alternative<Spawn>(*call->call) && call->caller.sequence() != kInitSequence) fail(out);
}

void Flawed::fail(Effects& out) {
  SSI_INVARIANT(fault_ != "invariant", "planted");
  SSI_CHECK(fault_ != "check", "planted");
  if (fault_ == "abort") std::abort();
  if (fault_ == "silent") out.completions.clear();
  if (fault_ != "order") return;
  remember_spawn();
  tell(out);
}

void Flawed::remember_spawn() {
  const auto node = static_cast<std::uint32_t>(listeners_.size()) % nodes_;
  listeners_.push_back(std::make_unique<Listener>(Listener{{node}}));
  order_.insert(listeners_.back().get());
}

void Flawed::tell(Effects& out) const {
  std::size_t told = 0;
  for (const Listener* listener : order_) {
    if (told++ == kTold) return;
    if (listener->node != self_) out.send(listener->node, TxnId{}, Messages{News{}});
  }
}

std::unique_ptr<Strategy> Flawed::clone() const {
  auto copy = std::make_unique<Flawed>(NodeSetup{.self = self_, .nodes = nodes_}, fault_, inner_->clone());
  for (std::size_t i = 0; i < listeners_.size(); ++i) copy->remember_spawn();
  return copy;
}

std::vector<config::Field> params() {
  return {{"fault", config::Kind::choice, std::string_view{"order"}, 0, 0, kFaults, "what goes wrong at a spawn"}};
}

std::unique_ptr<Strategy> make(const NodeSetup& setup, const config::Values& params) {
  return std::make_unique<Flawed>(setup, std::get<std::string>(params.at(0).second), isolated::make(setup, {}));
}

void check_cluster(std::span<const Strategy* const>, Report&) {}

}   // namespace ssi::flawed
