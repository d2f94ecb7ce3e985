// What is under way between machines and what carries it, by token: messages, one-sided operations, disk accesses, news of circuits.
#pragma once
#include <cstdint>

#include "models/port/event.hpp"
#include "models/port/message.hpp"
#include "models/port/verbs.hpp"
#include "sim/cluster/ledger.hpp"
#include "sim/cluster/paging.hpp"

namespace ssi::sim {

inline constexpr std::uint32_t kNoVerb = ~std::uint32_t{0};
struct Packet {
  Message message;
  Trail trail;
  bool background = false;
  bool interrupts = false;   // its service pays for an interrupt
  std::uint32_t drops = 0;
  std::uint32_t losses = 0;       // on a path that was cut or bad
  bool delayed = false;           // a bad path has held it
  Instant lost_since{};           // the first of the losses
  std::uint32_t verb = kNoVerb;   // a one-sided operation, not a message
};
struct OneSided {
  Verb asked;
  VerbDone done;
  bool replied = false;
  std::uint32_t page_io = kNone;   // these are the host's own pages
};
struct DiskAccess {
  NodeId node;
  std::uint64_t token = 0;   // the machine's
  Trail trail;
  bool background = false;
  std::uint32_t life = 0;          // of the node
  std::uint32_t page_io = kNone;   // the host's own
};
struct Broken {
  NodeId peer;
  std::uint32_t epoch = 0;
};

}   // namespace ssi::sim
