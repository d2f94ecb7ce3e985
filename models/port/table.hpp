// Transition tables: one row per (state, event); that none is missing or double is checked at compile time.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace ssi {

enum class Verdict : std::uint8_t {
  go,       // do the row's acts and go to its next state
  stall,    // the event has to wait until the state has changed
  ignore,   // nothing to do; the row says why
  never,    // cannot be: our bug, or a broken port
};

template <class State, class Event>
struct Row {
  State at;
  Event on;
  Verdict verdict;
  State next;
};

template <class R, std::size_t N>
constexpr bool covers_every_pair(const std::array<R, N>& rows, std::size_t states, std::size_t events) {
  if (N != states * events) return false;
  for (std::size_t s = 0; s < states; ++s)
    for (std::size_t e = 0; e < events; ++e) {
      int hits = 0;
      for (const R& row : rows) hits += static_cast<std::size_t>(row.at) == s && static_cast<std::size_t>(row.on) == e;
      if (hits != 1) return false;
    }
  return true;
}

// Where the row of a pair stands; rows may be written in any order.
template <class R, std::size_t N, class State, class Event>
constexpr std::size_t row_of(const std::array<R, N>& rows, State at, Event on) {
  for (std::size_t i = 0; i < N; ++i)
    if (rows[i].at == at && rows[i].on == on) return i;
  return N;
}

}   // namespace ssi
