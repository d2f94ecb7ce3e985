#include "sim/record/recovery.hpp"

#include <algorithm>

namespace ssi::record {

void RecoveryLog::struck(std::uint32_t fault, std::string_view kind, Instant at, std::uint64_t living) {
  RecoveryStats& stats = all_.emplace_back();
  stats.fault = fault;
  stats.kind = kind;
  stats.at = at;
  stats.processes = living;
  stats.worked = at;
}

void RecoveryLog::lost(const Losses& losses, std::uint64_t still_living) {
  for (const Losses::One& one : losses.all) {
    ++lost_.processes;
    lost_.cpu += one.cpu;
  }
  if (all_.empty()) return;
  RecoveryStats& stats = all_.back();
  for (const Losses::One& one : losses.all) {
    ++stats.processes_lost;
    stats.of_these_lost += one.born <= stats.at;
    stats.cpu_lost += one.cpu;
  }
  if (still_living > 0 || losses.all.empty()) return;
  stats.image_lost = true;
  stats.works_again = false;
}

void RecoveryLog::work_done(Instant at) {
  if (all_.empty()) return;
  RecoveryStats& stats = all_.back();
  stats.without_work = std::max(stats.without_work, at - stats.worked);
  stats.worked = at;
  stats.works_again = true;
}

Evacuation* RecoveryLog::evacuation() { return all_.empty() || !all_.back().evacuation ? nullptr : &*all_.back().evacuation; }

void RecoveryLog::evacuation_begins(std::uint64_t ordered) {
  all_.back().evacuation.emplace();
  all_.back().evacuation->ordered = ordered;
}

void RecoveryLog::evacuation_answered(Instant at, const Result& result) {
  Evacuation* const it = evacuation();
  if (it == nullptr) return;
  it->moved += result.good();
  if (!result.good()) ++it->refused[result.error];
  std::uint64_t answered = it->moved;
  for (const auto& [error, count] : it->refused) answered += count;
  if (answered == it->ordered) it->done = at;
}

void RecoveryLog::evacuation_seen(std::uint64_t left, std::uint64_t pids, std::uint64_t groups) {
  Evacuation* const it = evacuation();
  if (it == nullptr) return;
  it->left = left;
  it->pids = pids;
  it->groups = groups;
}

void RecoveryLog::left_evacuated(Instant at, Duration paused, std::uint64_t left) {
  Evacuation* const it = evacuation();
  if (it == nullptr) return;
  it->paused += paused;
  it->paused_max = std::max(it->paused_max, paused);
  ++it->pauses;
  it->left = left;
  it->messages = 0;
  if (it->done) it->done = at;
}

void RecoveryLog::asked_evacuated() {
  Evacuation* const it = evacuation();
  if (it != nullptr && it->done) ++it->messages;
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
