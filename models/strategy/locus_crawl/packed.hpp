// A process on its way between two sites. Opaque to the protocol (MIGRATE carries it).
#pragma once
#include <optional>

#include "models/native/processes.hpp"
#include "models/port/luggage.hpp"
#include "models/protocol/locus_processes/messages.hpp"

namespace ssi::locus_crawl {

// What goes along with a process besides what the native table has of it.
struct Travels {
  std::uint32_t moves = 0;
  bool led = false;                // it has led a group, so that others may still be in it
  locus_processes::Met met{};      // broadcasts under way that it has got
  locus_processes::Met before{};   // the last of each asker before it entered its group, or who it inherited that from did
};

struct Packed final : Luggage {
  native::Process process;
  Travels travels;
  std::optional<NodeId> ordered{};    // it is to move on
  std::optional<ProgramRef> exec{};   // this program takes its place
  CallId call = kNoCall;              // of its own that ends there

  std::uint64_t bytes() const override {
    const std::uint64_t fixed =
        5 * 8 + 24 + native::kSignals / 4 + 4 + 1 + (process.blocked ? 17 : 0) + (exec ? 24 : 0) + (ordered ? 4 : 0);
    return fixed + 12 * process.children.size() + locus_processes::kMetBytes * (travels.met.size() + travels.before.size());
  }
};

}   // namespace ssi::locus_crawl
