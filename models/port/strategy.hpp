// One node's whole policy: a pure machine. One event in, effects out. It never blocks, reads a clock, draws from a
// global generator, logs, or counts; the same object runs in the simulator, in a random world and in an explorer.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/base/hash.hpp"
#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/durable.hpp"
#include "models/port/effects.hpp"
#include "models/port/event.hpp"
#include "models/port/verbs.hpp"

namespace ssi {

// Readable state for failure reports: key and value, in the order of its making.
struct StateDump {
  std::vector<std::pair<std::string, std::string>> entries;
  void add(std::string key, std::string value) { entries.emplace_back(std::move(key), std::move(value)); }
};

class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual void on_event(Instant now, const Event& event, Effects& out) = 0;
  virtual void check_invariants() const = 0;   // what this node can see; SSI_INVARIANT throws
  virtual std::unique_ptr<Strategy> clone() const = 0;
  virtual void hash_into(StateHash& hash) const = 0;
  virtual void describe(StateDump& out) const = 0;
  virtual RegisteredMemory* registered_memory() { return nullptr; }   // that verbs of other nodes reach; nullptr: none
  // What its disk would hold after a crash now: writes whose DiskDone it has had; nullptr: it has none.
  virtual std::shared_ptr<const Durable> durable() const { return nullptr; }
};

}   // namespace ssi
