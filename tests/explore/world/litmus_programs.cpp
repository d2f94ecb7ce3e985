// The programs of litmus tests, and what one memory lets them see.
#include "tests/explore/world/litmus.hpp"

namespace ssi::test {

using Kind = LitmusStep::Kind;

namespace {

// One memory, one step at a time.
void interleave(const Litmus& litmus, std::vector<std::size_t>& at, std::vector<std::uint64_t>& memory, std::vector<Outcome>& loaded,
                Outcomes& all) {
  bool over = true;
  for (std::size_t t = 0; t < at.size(); ++t) {
    if (at[t] == litmus.threads[t].size()) continue;
    over = false;
    const LitmusStep& step = litmus.threads[t][at[t]++];
    const std::uint64_t before = memory[step.word];
    if (step.kind == Kind::store) memory[step.word] = step.value;
    if (step.kind == Kind::load) loaded[t].push_back(before);
    interleave(litmus, at, memory, loaded, all);
    if (step.kind == Kind::load) loaded[t].pop_back();
    memory[step.word] = before;
    --at[t];
  }
  if (!over) return;
  Outcome outcome;
  for (const Outcome& one : loaded) outcome.insert(outcome.end(), one.begin(), one.end());
  if (litmus.final_values) outcome.insert(outcome.end(), memory.begin(), memory.end());
  all.insert(outcome);
}

LitmusStep loads(std::uint32_t word) { return {.kind = Kind::load, .word = word}; }
LitmusStep stores(std::uint32_t word, std::uint64_t value) { return {.kind = Kind::store, .word = word, .value = value}; }

}   // namespace

Outcomes sequential_outcomes(const Litmus& litmus) {
  Outcomes all;
  std::vector<std::size_t> at(litmus.threads.size());
  std::vector<std::uint64_t> memory(litmus.words);
  std::vector<Outcome> loaded(litmus.threads.size());
  interleave(litmus, at, memory, loaded, all);
  return all;
}

Litmus with_lock(const Litmus& litmus) {
  Litmus locked = litmus;
  locked.name += " with a lock";
  for (auto& thread : locked.threads) {
    std::vector<LitmusStep> steps;
    for (const LitmusStep& step : thread) {
      const bool accesses = step.kind == Kind::load || step.kind == Kind::store;
      if (accesses) steps.push_back({.kind = Kind::lock});
      steps.push_back(step);
      if (accesses) steps.push_back({.kind = Kind::unlock});
    }
    thread = std::move(steps);
  }
  return locked;
}

Litmus with_barrier(const Litmus& litmus) {
  Litmus ended = litmus;
  ended.final_values = false;
  for (auto& thread : ended.threads) thread.push_back({.kind = Kind::barrier});
  for (std::uint32_t w = 0; w < ended.words; ++w) ended.threads[0].push_back(loads(w));
  return ended;
}

std::string text_of(const Outcomes& outcomes) {
  std::string text;
  for (const Outcome& outcome : outcomes) {
    text += text.empty() ? "(" : " (";
    for (std::size_t i = 0; i < outcome.size(); ++i) text += (i ? "," : "") + std::to_string(outcome[i]);
    text += ")";
  }
  return text;
}

std::vector<Litmus> litmus_tests() {
  return {
      {.name = "SB", .threads = {{stores(0, 1), loads(1)}, {stores(1, 1), loads(0)}}},
      {.name = "MP", .threads = {{stores(0, 1), stores(1, 1)}, {loads(1), loads(0)}}},
      {.name = "LB", .threads = {{loads(0), stores(1, 1)}, {loads(1), stores(0, 1)}}},
      {.name = "IRIW", .threads = {{stores(0, 1)}, {stores(1, 1)}, {loads(0), loads(1)}, {loads(1), loads(0)}}},
      {.name = "CoRR", .threads = {{stores(0, 1)}, {loads(0), loads(0)}}, .words = 1},
      {.name = "2+2W", .threads = {{stores(0, 1), stores(1, 2)}, {stores(1, 1), stores(0, 2)}}, .final_values = true},
  };
}

}   // namespace ssi::test
