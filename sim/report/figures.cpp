#include "sim/report/figures.hpp"

#include <nlohmann/json.hpp>

namespace ssi::report {
namespace {

using record::CallStats;
using record::Place;

Json small_counts(const record::SmallCounts& counts) {
  Json out = Json::object();
  for (std::size_t n = 0; n < counts.counts().size(); ++n)
    if (counts.counts()[n] != 0) out[std::to_string(n)] = counts.counts()[n];
  return out;
}

Json errors_json(const CallStats& stats) {
  Json out = Json::object();
  for (std::size_t i = 0; i < record::kErrors; ++i)
    if (stats.errors[i] != 0) out[std::string(name_of(static_cast<Errno>(i)))] = stats.errors[i];
  return out;
}

Json histogram_json(const Histogram& histogram) {
  Json upper = Json::array();
  Json count = Json::array();
  for (const Histogram::Bucket& bucket : histogram.buckets()) {
    upper.push_back(bucket.upper_ns);
    count.push_back(bucket.count);
  }
  return {{"upper_ns", upper}, {"count", count}};
}

Json place_json(const CallStats& stats) {
  const auto calls = static_cast<double>(stats.succeeded());
  const record::PathTime& where = stats.where;
  const bool any = stats.succeeded() > 0;
  return {{"count", stats.succeeded()},
          {"errors", errors_json(stats)},
          {"mean_ns", any ? Json(stats.latency.mean_ns()) : Json(nullptr)},
          {"p50_ns", percentile(stats.latency, 50)},
          {"p90_ns", percentile(stats.latency, 90)},
          {"p99_ns", percentile(stats.latency, 99)},
          {"p999_ns", percentile(stats.latency, 99.9)},
          {"max_ns", any ? Json(stats.latency.max_ns()) : Json(nullptr)},
          {"service_p50_ns", percentile(stats.service, 50)},
          {"service_p99_ns", percentile(stats.service, 99)},
          {"messages_per_call", any ? Json(ratio(static_cast<double>(stats.messages.total()), calls)) : Json(nullptr)},
          {"messages", small_counts(stats.messages)},
          {"critical_path", small_counts(stats.critical_path)},
          {"messages_of_failed", small_counts(stats.messages_of_failed)},
          {"where_ns",
           {{"dispatch", where.dispatch},
            {"queue", where.queue},
            {"wire", where.wire},
            {"cpu", where.cpu},
            {"lock", where.lock},
            {"disk", where.disk},
            {"blocked", where.blocked}}},
          {"histogram", histogram_json(stats.latency)}};
}

}   // namespace

Json percentile(const Histogram& histogram, double percent) {
  return histogram.count() == 0 ? Json(nullptr) : Json(histogram.percentile_ns(percent));
}

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0.0; }

Json calls_json(const record::Recorder& recorder) {
  Json out = Json::object();
  for (std::size_t kind = 0; kind < record::kCalls; ++kind) {
    const CallStats& local = recorder.calls(kind, Place::local);
    const CallStats& remote = recorder.calls(kind, Place::remote);
    CallStats all = local;
    all.merge(remote);
    if (all.succeeded() + all.failed() + recorder.abandoned(kind) == 0) continue;
    Json& call = out[std::string(kCallNames[kind])];
    call["all"] = place_json(all);
    call["all"]["abandoned"] = recorder.abandoned(kind);
    call["local"] = place_json(local);
    call["remote"] = place_json(remote);
  }
  return out;
}

}   // namespace ssi::report
