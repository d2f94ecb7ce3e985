// What a run's record says of each fault.
#include <nlohmann/json.hpp>

#include "sim/record/recovery.hpp"
#include "sim/report/figures.hpp"

namespace ssi::report {
namespace {

Json date_or_null(const std::optional<Instant>& at) { return at ? Json(at->ns) : Json(nullptr); }
Json time_between(Instant from, const std::optional<Instant>& to) { return to ? Json((*to - from).ns) : Json(nullptr); }

// Of those that lived when the fault struck.
Json survived(const record::RecoveryStats& one) {
  if (one.processes == 0) return nullptr;
  return static_cast<double>(one.processes - one.of_these_lost) / static_cast<double>(one.processes);
}

Json evacuation_json(const record::RecoveryStats& one) {
  const record::Evacuation& it = *one.evacuation;
  Json refused = Json::object();
  for (const auto& [error, count] : it.refused) refused[std::string(name_of(error))] = count;
  return {{"ordered", it.ordered},
          {"moved", it.moved},
          {"refused", refused},
          {"took_ns", time_between(one.at, it.done)},
          {"left", it.left},
          {"pause_mean_ns", it.pauses == 0 ? Json(nullptr) : Json(it.paused.ns / static_cast<std::int64_t>(it.pauses))},
          {"pause_max_ns", it.pauses == 0 ? Json(nullptr) : Json(it.paused_max.ns)},
          {"residual", {{"pids", it.pids}, {"groups", it.groups}, {"messages", it.messages}}}};
}

}   // namespace

Json recovery_json(const std::vector<record::RecoveryStats>& faults) {
  Json out = Json::array();
  for (const record::RecoveryStats& one : faults) {
    out.push_back({{"fault", one.fault},
                   {"kind", one.kind},
                   {"at_ns", one.at.ns},
                   {"suspected_ns", date_or_null(one.suspected)},
                   {"view_agreed_ns", date_or_null(one.view_agreed)},
                   {"rebuilt_ns", date_or_null(one.rebuilt)},
                   {"first_success_ns", date_or_null(one.first_success)},
                   {"calls_failed", one.calls_failed},
                   {"calls_stalled", one.calls_stalled},
                   {"unavailable_ns", time_between(one.at, one.first_success)},
                   {"unavailable_after_detection_ns", one.suspected ? time_between(*one.suspected, one.first_success) : Json(nullptr)},
                   {"without_work_ns", one.works_again ? Json(one.without_work.ns) : Json(nullptr)},
                   {"processes", one.processes},
                   {"survived", survived(one)},
                   {"lost",
                    {{"processes", one.processes_lost},
                     {"conflicts", one.conflicts},
                     {"cpu_ns", one.cpu_lost.ns},
                     {"image", one.image_lost ? 1 : 0}}}});
    if (one.evacuation) out.back()["evacuation"] = evacuation_json(one);
  }
  return out;
}

}   // namespace ssi::report
