// Transition tables written by groups: a rule is for every pair of a set of states and a set of events, so that a whole
// protocol stands on a page. `complete()` is asserted at compile time: each pair is covered, and by one rule only.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "models/base/check.hpp"
#include "models/port/table.hpp"

namespace ssi {

// A set of values of an enumeration; one value alone is a set too.
template <class E>
struct Of {
  std::uint64_t bits = 0;
  constexpr Of(E one) : bits(std::uint64_t{1} << static_cast<unsigned>(one)) {}
  constexpr Of(std::initializer_list<E> some) {
    for (const E one : some) bits |= std::uint64_t{1} << static_cast<unsigned>(one);
  }
  constexpr bool contains(E one) const { return bits >> static_cast<unsigned>(one) & 1; }
};

// `Act`: small named actions, done in their order; its value 0 is none.
template <class State, class Event, class Act, std::size_t kStates, std::size_t kEvents>
class Rules {
 public:
  using Acts = std::array<Act, 4>;
  using Hits = std::array<std::uint32_t, kStates * kEvents>;   // of one machine: how often each row was met; no part of its state
  struct Cell {
    Verdict verdict = Verdict::never;
    State next{};
    Acts acts{};
    std::uint8_t rules = 0;   // that cover the pair
  };

  constexpr void go(Of<State> at, Of<Event> on, State next, Acts acts = {}) { add(at, on, Verdict::go, acts, &next); }
  constexpr void stay(Of<State> at, Of<Event> on, Acts acts) { add(at, on, Verdict::go, acts, nullptr); }   // go on in that state
  constexpr void stall(Of<State> at, Of<Event> on) { add(at, on, Verdict::stall, {}, nullptr); }
  constexpr void ignore(Of<State> at, Of<Event> on) { add(at, on, Verdict::ignore, {}, nullptr); }
  constexpr void never(Of<State> at, Of<Event> on) { add(at, on, Verdict::never, {}, nullptr); }

  constexpr const Cell& cell(State at, Event on) const { return cells_[index(at, on)]; }
  constexpr Cell& alter(State at, Event on) { return cells_[index(at, on)]; }   // for tests, which plant bugs
  static constexpr std::size_t index(State at, Event on) { return static_cast<std::size_t>(at) * kEvents + static_cast<std::size_t>(on); }
  // One event: counts the row, goes to its state and does its acts, in that order, since acts look at where they lead. `where` is
  // called for what is said when the row is `never`; `act` with each act.
  template <class Where, class Do>
  Verdict step(Hits& hits, State& state, Event on, Where where, Do act) const {
    const State at = state;
    const Cell& cell = this->cell(at, on);
    ++hits[index(at, on)];
    SSI_CHECK(cell.verdict != Verdict::never,
              where() + " " + std::to_string(static_cast<int>(at)) + ", event " + std::to_string(static_cast<int>(on)));
    if (cell.verdict != Verdict::go) return cell.verdict;
    state = cell.next;
    for (const Act todo : cell.acts) act(todo);
    return Verdict::go;
  }
  static constexpr std::size_t size() { return kStates * kEvents; }
  constexpr bool complete() const {
    for (const Cell& cell : cells_)
      if (cell.rules != 1) return false;
    return true;
  }

 private:
  constexpr void add(Of<State> at, Of<Event> on, Verdict verdict, Acts acts, const State* next) {
    for (std::size_t s = 0; s < kStates; ++s)
      for (std::size_t e = 0; e < kEvents; ++e) {
        const State state = static_cast<State>(s);
        if (!at.contains(state) || !on.contains(static_cast<Event>(e))) continue;
        Cell& cell = cells_[s * kEvents + e];
        cell = {verdict, next ? *next : state, acts, static_cast<std::uint8_t>(cell.rules + 1)};
      }
  }
  std::array<Cell, kStates * kEvents> cells_{};
};

}   // namespace ssi
