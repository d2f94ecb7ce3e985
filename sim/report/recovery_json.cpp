// What a run's record says of each fault.
#include <nlohmann/json.hpp>

#include "sim/record/recovery.hpp"
#include "sim/report/figures.hpp"

namespace ssi::report {
namespace {

Json date_or_null(const std::optional<Instant>& at) { return at ? Json(at->ns) : Json(nullptr); }
Json time_between(Instant from, const std::optional<Instant>& to) { return to ? Json((*to - from).ns) : Json(nullptr); }

}   // namespace

Json recovery_json(const std::vector<record::RecoveryStats>& faults) {
  Json out = Json::array();
  for (const record::RecoveryStats& one : faults)
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
                   {"lost", {{"processes", one.processes_lost}, {"conflicts", one.conflicts}}}});
  return out;
}

}   // namespace ssi::report
