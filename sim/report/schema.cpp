#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string_view>

#include "sim/record/stats.hpp"
#include "sim/report/json.hpp"
#include "sim/report/results.hpp"

namespace ssi::report {
namespace {

Json of_type(const char* type) { return Json::object({{"type", type}}); }
Json integer() { return of_type("integer"); }
Json number() { return of_type("number"); }
Json text() { return of_type("string"); }
Json boolean() { return of_type("boolean"); }
Json list(Json items) { return Json::object({{"type", "array"}, {"items", std::move(items)}}); }
Json map(Json values) { return Json::object({{"type", "object"}, {"additionalProperties", std::move(values)}}); }
Json or_null(const char* type) { return Json::object({{"type", Json::array({type, "null"})}}); }

struct Key {
  std::string_view name;
  Json schema;
  bool required = true;
};

// Later versions add keys, so others are allowed.
Json object(std::initializer_list<Key> keys) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Key& key : keys) {
    properties[std::string(key.name)] = key.schema;
    if (key.required) required.push_back(std::string(key.name));
  }
  return Json::object({{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}});
}

Json place() {
  const Json figure = or_null("integer");
  return object({{"count", integer()},
                 {"errors", map(integer())},
                 {"mean_ns", figure},
                 {"p50_ns", figure},
                 {"p90_ns", figure},
                 {"p99_ns", figure},
                 {"p999_ns", figure},
                 {"max_ns", figure},
                 {"service_p50_ns", figure},
                 {"service_p99_ns", figure},
                 {"messages_per_call", or_null("number")},
                 {"messages", map(integer())},
                 {"critical_path", map(integer())},
                 {"messages_of_failed", map(integer())},
                 {"where_ns", map(integer())},
                 {"histogram", object({{"upper_ns", list(integer())}, {"count", list(integer())}})},
                 {"abandoned", integer(), false}});
}

Json work() {
  Json one = object({{"workload", text()},
                     {"unit", text()},
                     {"done", integer()},
                     {"per_second", number()},
                     {"makespan_ns", or_null("integer")},
                     {"from_intended_p99_ns", or_null("integer")}});
  return object({{"unit", text()},
                 {"done", integer()},
                 {"per_second", number()},
                 {"makespan_ns", or_null("integer")},
                 {"from_intended_p99_ns", or_null("integer")},
                 {"by_workload", list(std::move(one))}});
}

Json messages() {
  return object({{"count", integer()},
                 {"bytes", integer()},
                 {"per_call", number()},
                 {"calls_cut_off", integer()},
                 {"dropped", integer()},
                 {"by_type", map(object({{"count", integer()}, {"bytes", integer()}}))},
                 {"between", list(list(integer())), false},
                 {"between_bytes", list(list(integer())), false}});
}

Json paging() {
  return object({{"faults", integer()},
                 {"fresh", integer()},
                 {"waits", integer()},
                 {"given_up", integer()},
                 {"in", integer()},
                 {"out", integer()},
                 {"remote", integer()}});
}

Json node() {
  return object({{"id", integer()},
                 {"core_count", integer()},
                 {"cpu", object({{"kernel", number()}, {"program", number()}})},
                 {"cores", list(object({{"kernel", number()}, {"program", number()}})), false},
                 {"queue_p99", integer()},
                 {"disk", number(), false},
                 {"paging", paging(), false},
                 {"egress", number(), false},
                 {"ingress", number(), false}});
}

Json coherence() {
  return object(
      {{"faults", integer()},
       {"invalidations", integer()},
       {"forwards", integer()},
       {"transfers", integer()},
       {"retries", integer()},
       {"evictions", integer()},
       {"prefetches", integer()},
       {"faults_by_table", map(integer())},
       {"transitions", map(integer())},
       {"hottest",
        list(object(
            {{"page", integer()}, {"table", text()}, {"faults", integer()}, {"invalidations", integer()}, {"transfers", integer()}}))}});
}

Json consistency() {
  return object({{"checked", integer()}, {"violations", integer()}, {"undecided", integer()}, {"details", list(text())}});
}

Json expect() {
  return object({{"metric", text()}, {"value", or_null("number")}, {"bound", text()}, {"limit", number()}, {"ok", boolean()}});
}

Json evacuation() {
  return object({{"ordered", integer()},
                 {"moved", integer()},
                 {"refused", map(integer())},
                 {"took_ns", or_null("integer")},
                 {"left", integer()},
                 {"pause_mean_ns", or_null("integer")},
                 {"pause_max_ns", or_null("integer")},
                 {"residual", object({{"pids", integer()}, {"groups", integer()}, {"messages", integer()}})}});
}

Json recovery() {
  return object({{"fault", integer()},
                 {"kind", text()},
                 {"at_ns", integer()},
                 {"suspected_ns", or_null("integer")},
                 {"view_agreed_ns", or_null("integer")},
                 {"rebuilt_ns", or_null("integer")},
                 {"first_success_ns", or_null("integer")},
                 {"calls_failed", integer()},
                 {"calls_stalled", integer()},
                 {"unavailable_ns", or_null("integer")},
                 {"unavailable_after_detection_ns", or_null("integer")},
                 {"without_work_ns", or_null("integer")},
                 {"processes", integer()},
                 {"survived", or_null("number")},
                 {"evacuation", evacuation(), false},
                 {"lost", object({{"processes", integer()}, {"conflicts", integer()}, {"cpu_ns", integer()}, {"image", integer()}})}});
}

Json run() {
  Json calls = Json::object({{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}});
  for (std::string_view name : kCallNames)
    calls["properties"][std::string(name)] = object({{"all", place()}, {"local", place()}, {"remote", place()}});
  const Json endings = Json::array({"finished", "interrupted", "no_progress", "invariant_broken", "bug"});
  return object({{"strategy", text()},
                 {"label", text()},
                 {"fidelity", text()},
                 {"seed", integer()},
                 {"ending", Json::object({{"enum", endings}})},
                 {"message", text(), false},
                 {"simulated_ns", integer()},
                 {"fingerprint", Json::object({{"type", "string"}, {"pattern", "^[0-9a-f]{16}$"}})},
                 {"work", work()},
                 {"calls", std::move(calls)},
                 {"dispatch", object({{"sites", integer()}, {"checks", integer()}, {"shipped", integer()}, {"stale", integer()}})},
                 {"messages", messages()},
                 {"nodes", list(node())},
                 {"paging", paging(), false},
                 {"links", list(object({{"name", text()}, {"share", number()}}))},
                 {"saturated", or_null("string")},
                 {"coherence", coherence()},
                 {"consistency", consistency(), false},
                 {"recovery", list(recovery()), false},
                 {"timeline", object({{"bucket_ns", integer()},
                                      {"calls_completed", list(integer())},
                                      {"work_done", list(integer())},
                                      {"p99_ns", list(or_null("integer"))}})},
                 {"coverage", map(text())},
                 {"expect", list(expect())}});
}

Json comparison() {
  return object({{"metric", text()},
                 {"strategy", text()},
                 {"against", text()},
                 {"fidelity", text()},
                 {"ratio", number()},
                 {"low", number()},
                 {"high", number()},
                 {"pairs", integer()},
                 {"confidence", or_null("number")}});
}

}   // namespace

std::string results_schema() {
  Json schema = object({{"schema_version", Json::object({{"const", 1}})},
                        {"ssisim", object({{"version", text()}, {"simgrid", text()}, {"simgrid_cfg", list(text())}})},
                        {"scenario", of_type("object")},
                        {"complete", boolean()},
                        {"runs", list(run())},
                        {"comparison", list(comparison())}});
  Json document = Json::object({{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "results.json of ssisim"}});
  document.update(schema);
  return document.dump(2) + "\n";
}

}   // namespace ssi::report
