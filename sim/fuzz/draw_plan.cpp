#include "sim/fuzz/draw_plan.hpp"

#include <algorithm>

#include "models/base/random.hpp"
#include "models/config/needs.hpp"
#include "sim/fuzz/draw_ops.hpp"

namespace ssi::fuzz {
namespace {

using config::Field;
using Choice = config::Value;

// What a setting may be drawn as, the default among it: choices, and the least values, where conflicts are.
std::vector<Choice> choices_of(const Field& field) {
  std::vector<Choice> out{config::default_of(field)};
  const auto least = static_cast<std::int64_t>(field.min);
  switch (field.kind) {
    case config::Kind::boolean: out = {false, true}; break;
    case config::Kind::choice:
      for (std::string_view choice : field.choices) out.emplace_back(std::string(choice));
      break;
    case config::Kind::integer:
      for (std::int64_t more : {0, 1, 5})
        if (static_cast<double>(least + more) <= field.max) out.emplace_back(least + more);
      break;
    case config::Kind::bytes: out.emplace_back(least); break;
    case config::Kind::ratio:
    case config::Kind::text:
    case config::Kind::duration:
    case config::Kind::bandwidth:
    case config::Kind::choice_set: break;
  }
  return out;
}

// The default's words, and each of the others or not.
Choice draw_set(const Field& field, Stream& draws) {
  auto words = std::get<std::vector<std::string>>(config::default_of(field));
  const std::size_t always = words.size();
  for (std::string_view choice : field.choices) {
    const std::uint64_t coin = draws.below(2);
    const auto end = words.begin() + static_cast<std::ptrdiff_t>(always);
    if (coin == 0 && std::find(words.begin(), end, choice) == end) words.emplace_back(choice);
  }
  return words;
}

config::Values draw_params(const StrategyEntry& strategy, const config::Values& given, Stream& draws) {
  config::Values out;
  for (const Field& field : strategy.params) {
    const auto choices = choices_of(field);
    const std::uint64_t usual = draws.below(2);
    const std::uint64_t drawn = draws.below(choices.size());
    Choice value = field.kind == config::Kind::choice_set ? draw_set(field, draws) : choices[usual == 0 ? 0 : drawn];
    for (const auto& [key, wished] : given)
      if (key == field.key) value = wished;
    out.emplace_back(field.key, config::has_effect(field, strategy.params, out) ? value : config::default_of(field));
  }
  return out;
}

Order draw_order(std::uint64_t seed, Stream& draws) {
  Order order{.seed = seed};
  for (std::uint32_t* mean : {&order.call, &order.answer, &order.message, &order.disk}) {
    const std::uint64_t drawn = draws.below(4);
    *mean = std::array<std::uint32_t, 4>{1, 10, 100, 1000}[drawn];
  }
  order.uneven = static_cast<std::uint32_t>(draws.below(4));
  return order;
}

}   // namespace

Plan draw_plan(const StrategyEntry& strategy, std::uint64_t seed, const Wishes& wishes) {
  Stream draws = RandomRoot(seed).stream("plan");
  Plan plan{.strategy = std::string(strategy.name)};
  plan.nodes = static_cast<std::uint32_t>(2 + draws.below(4));
  plan.params = draw_params(strategy, wishes.params, draws);
  plan.order = draw_order(seed, draws);
  const std::uint64_t drawn = draws.below(3);
  const std::uint32_t calls = wishes.calls != 0 ? wishes.calls : std::array<std::uint32_t, 3>{60, 150, 400}[drawn];
  plan.ops = OpsDraw(draws, strategy.coverage_with(plan.params), plan.nodes).draw(calls);
  return plan;
}

}   // namespace ssi::fuzz
