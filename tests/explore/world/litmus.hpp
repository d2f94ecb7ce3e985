// Litmus tests: small programs of which a memory model says what their loads may return. All orders of steps and messages (and a
// few evictions) are tried; the set of outcomes is compared with that of a model. Thread i runs on node i.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/explore/world/cluster.hpp"

namespace ssi::test {

struct LitmusStep {
  enum class Kind : std::uint8_t { load, store, lock, unlock, barrier } kind;
  std::uint32_t word = 0;      // number; where it lies is the layout's
  std::uint64_t value = 0;     // store
  coherence::LockId lock{0};   // lock, unlock, barrier
};
struct Litmus {
  std::string name;
  std::vector<std::vector<LitmusStep>> threads;
  std::uint32_t words = 2;
  bool final_values = false;   // the outcome ends with the words' values, read by node 0 when all is over
};
// What the loads returned, by thread and in program order.
using Outcome = std::vector<std::uint64_t>;
using Outcomes = std::set<Outcome>;

struct LitmusLayout {
  bool one_page = false;          // words lie on one page; else on a page each
  coherence::Homes homes{};       // home of word w's page
  std::uint32_t more_nodes = 0;   // that run nothing
  bool warm = false;              // every node has read every word before
  std::uint64_t cold = 0;         // ... but not thread t word w, where bit t * words + w is set
  std::uint32_t evictions = 0;
  bool fifo = true;
};
struct LitmusRun {
  Outcomes outcomes;
  std::size_t states = 0;
  std::string wrong;   // empty: nothing
};

LitmusRun run_litmus(const Design& design, const Litmus& litmus, const LitmusLayout& layout, std::size_t most_states = 1'000'000);
Outcomes sequential_outcomes(const Litmus& litmus);   // by trying all interleavings on one memory
Litmus with_lock(const Litmus& litmus);               // every access in a critical section of one lock
Litmus with_barrier(const Litmus& litmus);            // at the end, where release consistency needs one for the final values
std::string text_of(const Outcomes& outcomes);

std::vector<Litmus> litmus_tests();   // SB, MP, LB, IRIW, CoRR, 2+2W

}   // namespace ssi::test
