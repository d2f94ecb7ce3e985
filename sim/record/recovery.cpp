#include "sim/record/recovery.hpp"

namespace ssi::record {

void RecoveryLog::struck(std::uint32_t fault, std::string_view kind, Instant at, std::uint64_t processes_lost) {
  RecoveryStats& stats = all_.emplace_back();
  stats.fault = fault;
  stats.kind = kind;
  stats.at = at;
  stats.processes_lost = processes_lost;
}

void RecoveryLog::noted(Instant at, const Note& note) {
  if (all_.empty()) return;
  RecoveryStats& stats = all_.back();
  if (note.kind == Note::Kind::suspected && !stats.suspected) stats.suspected = at;
  if (note.kind == Note::Kind::view_installed && stats.suspected && !stats.view_agreed) stats.view_agreed = at;
  if (note.kind == Note::Kind::rebuilt) stats.rebuilt = at;
  stats.conflicts += note.kind == Note::Kind::conflict;
}

void RecoveryLog::answered(const FinishedCall& call) {
  if (all_.empty()) return;
  RecoveryStats& stats = all_.back();
  if (call.certainty != Certainty::ok) {
    stats.calls_failed += call.error == Errno::ehostdown || call.error == Errno::eio;
    return;
  }
  const std::int64_t latency_ns = (call.answered - call.issued).ns;
  const bool waited = 2 * call.where.blocked > latency_ns;   // for another process
  if (stats.view_agreed && call.issued < *stats.view_agreed && call.answered >= *stats.view_agreed && !waited) ++stats.calls_stalled;
  if (stats.rebuilt && !stats.first_success && call.served != call.node) stats.first_success = call.answered;
}

}   // namespace ssi::record
