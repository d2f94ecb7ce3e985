// Figures of a record as JSON values, shared by the parts of a run.
#pragma once
#include "sim/record/recorder.hpp"
#include "sim/report/json.hpp"

namespace ssi::report {

Json percentile(const Histogram& histogram, double percent);   // ns; null, not 0, when nothing was counted
double ratio(double part, double whole);                       // 0 where there is no whole
Json calls_json(const record::Recorder& recorder);             // "calls" of a run
Json coherence_json(const record::CoherenceStats& pages);
Json recovery_json(const std::vector<record::RecoveryStats>& faults);
Json consistency_json(const record::ConsistencyStats& values);

}   // namespace ssi::report
