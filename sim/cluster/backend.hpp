// The port through which the cluster lets time pass: what a fidelity has to provide, and what it calls back.
// Guarantees: callbacks come in non-decreasing time; a token is free again once it was called back or cancelled;
// nothing is called back from inside a call to the backend.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/effects.hpp"
#include "sim/record/stats.hpp"

namespace ssi::sim {

using Token = std::uint32_t;

enum class CpuClass : std::uint8_t { kernel, program };

class BackendClient {
 public:
  virtual ~BackendClient() = default;
  virtual void serve(NodeId node) = 0;   // after schedule(node), at the same date, on the node's own actor
  virtual void work_done(Token token) = 0;
  virtual void transferred(Token token) = 0;   // the last byte has arrived
  virtual void disk_done(Token token) = 0;
  virtual void woke() = 0;   // the date of wake_at has come
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual Instant now() const = 0;
  virtual void schedule(NodeId node) = 0;
  virtual bool serves_in_callbacks() const { return false; }                            // without schedule(), what comes to an idle node
  virtual void start_work(NodeId node, CpuClass cpu, Duration work, Token token) = 0;   // one core's time; work > 0
  virtual Duration cancel_work(Token token) = 0;                                        // what was left of it
  virtual void start_transfer(NodeId from, NodeId to, std::uint64_t bytes, Token token) = 0;
  virtual void start_disk(NodeId node, const DiskRequest& request, Token token) = 0;
  virtual void wake_at(Instant date) = 0;   // replaces the date given before
  // What was used of it so far, where the fidelity knows.
  virtual std::vector<record::CoreUse> cores_used(NodeId) const { return {}; }
  virtual std::optional<double> disk_used(NodeId) const { return std::nullopt; }   // share of its places at the medium
  virtual std::vector<record::LinkUse> links_used() const { return {}; }
  virtual void stop() = 0;   // no callback any more; run() returns
};

}   // namespace ssi::sim
