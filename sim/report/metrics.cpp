#include "sim/report/metrics.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/record/stats.hpp"

namespace ssi::report {
namespace {

using Q = Quantity;
using B = Better;
constexpr std::array kPlaces{std::string_view("all"), std::string_view("local"), std::string_view("remote")};

constexpr std::array kMetrics{
    MetricInfo{"calls.CALL.PLACE.count", Q::number, B::more, "calls that succeeded"},
    MetricInfo{"calls.CALL.PLACE.errors.ERROR", Q::number, B::less, "calls that failed with this error"},
    MetricInfo{"calls.CALL.PLACE.mean", Q::time, B::less, "latency of calls that succeeded"},
    MetricInfo{"calls.CALL.PLACE.p50", Q::time, B::less, "latency of calls that succeeded"},
    MetricInfo{"calls.CALL.PLACE.p90", Q::time, B::less, "latency of calls that succeeded"},
    MetricInfo{"calls.CALL.PLACE.p99", Q::time, B::less, "latency of calls that succeeded"},
    MetricInfo{"calls.CALL.PLACE.p999", Q::time, B::less, "latency of calls that succeeded"},
    MetricInfo{"calls.CALL.PLACE.max", Q::time, B::less, "latency of calls that succeeded"},
    MetricInfo{"calls.CALL.PLACE.service_p50", Q::time, B::less, "latency without waiting for another process"},
    MetricInfo{"calls.CALL.PLACE.service_p99", Q::time, B::less, "latency without waiting for another process"},
    MetricInfo{"calls.CALL.PLACE.messages_per_call", Q::number, B::less, "messages of a call that succeeded, on average"},
    MetricInfo{"calls.CALL.PLACE.messages.N", Q::number, B::neither, "calls that succeeded with N messages in all"},
    MetricInfo{"calls.CALL.PLACE.critical_path.N", Q::number, B::neither, "calls that succeeded with N messages before their answer"},
    MetricInfo{"calls.CALL.PLACE.messages_of_failed.N", Q::number, B::neither, "calls that failed with N messages in all"},
    MetricInfo{"calls.CALL.PLACE.where.dispatch", Q::time, B::less, "sum over the critical paths"},
    MetricInfo{"calls.CALL.PLACE.where.queue", Q::time, B::less, "sum over the critical paths"},
    MetricInfo{"calls.CALL.PLACE.where.wire", Q::time, B::less, "sum over the critical paths"},
    MetricInfo{"calls.CALL.PLACE.where.cpu", Q::time, B::less, "sum over the critical paths"},
    MetricInfo{"calls.CALL.PLACE.where.lock", Q::time, B::less, "sum over the critical paths"},
    MetricInfo{"calls.CALL.PLACE.where.disk", Q::time, B::less, "sum over the critical paths"},
    MetricInfo{"calls.CALL.PLACE.where.blocked", Q::time, B::less, "sum over the critical paths"},
    MetricInfo{"calls.CALL.all.abandoned", Q::number, B::less, "calls whose caller died while it waited"},
    MetricInfo{"dispatch.sites", Q::number, B::neither, "places where the design asks: is it here?"},
    MetricInfo{"dispatch.checks", Q::number, B::neither, "how often it asked"},
    MetricInfo{"dispatch.shipped", Q::number, B::less, "how often it was not here"},
    MetricInfo{"dispatch.stale", Q::number, B::less, "how often a cached location was wrong"},
    MetricInfo{"messages.count", Q::number, B::less, "messages between nodes"},
    MetricInfo{"messages.bytes", Q::bytes, B::less, "bytes of messages between nodes, headers included"},
    MetricInfo{"messages.dropped", Q::number, B::less, "messages that a full network card dropped, to be sent again"},
    MetricInfo{"messages.per_call", Q::number, B::less, "messages for each call but compute and sleep, failed calls included"},
    MetricInfo{"messages.by_type.TYPE.count", Q::number, B::neither, "messages of one type"},
    MetricInfo{"messages.by_type.TYPE.bytes", Q::bytes, B::neither, "bytes of messages of one type"},
    MetricInfo{"messages.between.NODE.NODE", Q::number, B::neither, "messages from the first node to the second"},
    MetricInfo{"messages.between_bytes.NODE.NODE", Q::bytes, B::neither, "bytes from the first node to the second"},
    MetricInfo{"nodes.NODE.cpu.kernel", Q::number, B::neither, "share of all cores' time spent in the kernel"},
    MetricInfo{"nodes.NODE.cpu.program", Q::number, B::neither, "share of all cores' time spent in programs"},
    MetricInfo{"nodes.NODE.queue_p99", Q::number, B::less, "what waited for service when something more came, 99th percentile"},
    MetricInfo{"nodes.NODE.disk", Q::number, B::neither, "share of the disk's time (queue fidelity)"},
    MetricInfo{"nodes.NODE.egress", Q::number, B::neither, "share of the link's bandwidth"},
    MetricInfo{"nodes.NODE.ingress", Q::number, B::neither, "share of the link's bandwidth"},
    MetricInfo{"nodes.NODE.paging.faults", Q::number, B::less, "touches of a page that had to be brought, where memory has a limit"},
    MetricInfo{"nodes.NODE.paging.waits", Q::number, B::less, "faults that found no free frame"},
    MetricInfo{"paging.faults", Q::number, B::less, "touches of a page that had to be brought, where memory has a limit"},
    MetricInfo{"paging.fresh", Q::number, B::neither, "touches of a page that nobody had touched, and for which there was no room before"},
    MetricInfo{"paging.waits", Q::number, B::less, "faults that found no free frame"},
    MetricInfo{"paging.given_up", Q::number, B::less, "pages that made room"},
    MetricInfo{"paging.in", Q::number, B::less, "pages brought"},
    MetricInfo{"paging.out", Q::number, B::less, "pages written"},
    MetricInfo{"paging.remote", Q::number, B::neither, "pages to and from other nodes, of those"},
    MetricInfo{"coherence.faults", Q::number, B::less, "accesses to shared pages that asked another node"},
    MetricInfo{"coherence.invalidations", Q::number, B::less, "copies of pages that a write elsewhere took away"},
    MetricInfo{"coherence.forwards", Q::number, B::less, "requests for pages sent on to the owner, or towards it"},
    MetricInfo{"coherence.transfers", Q::number, B::less, "whole pages sent to another node"},
    MetricInfo{"coherence.retries", Q::number, B::less, "requests for pages that were refused and sent again"},
    MetricInfo{"coherence.evictions", Q::number, B::neither, "copies of pages given up to make room"},
    MetricInfo{"coherence.prefetches", Q::number, B::neither, "pages asked for before they were used"},
    MetricInfo{"coherence.faults_by_table.TYPE", Q::number, B::less, "faults on pages of one table of the kernel, or of segments"},
    MetricInfo{"coherence.transitions.TYPE", Q::number, B::neither, "how often a page left a state by an event: state+event"},
    MetricInfo{"consistency.checked", Q::number, B::more, "values that programs read and knew"},
    MetricInfo{"consistency.violations", Q::number, B::less, "of those, wrong ones"},
    MetricInfo{"consistency.undecided", Q::number, B::less, "of those, ones of which nobody could tell"},
    MetricInfo{"recovery.N.at", Q::time, B::neither, "when the fault struck, of those that did, counted from 0"},
    MetricInfo{"recovery.N.suspected", Q::time, B::less, "when a node first believed another dead, after it"},
    MetricInfo{"recovery.N.view_agreed", Q::time, B::less, "when the first view after that was installed"},
    MetricInfo{"recovery.N.rebuilt", Q::time, B::less, "when the last survivor had put together again what it had broken"},
    MetricInfo{"recovery.N.first_success", Q::time, B::less, "when the first call after that was served by another node"},
    MetricInfo{"recovery.N.calls_failed", Q::number, B::less, "calls that failed with EHOSTDOWN or EIO, up to the next fault"},
    MetricInfo{"recovery.N.calls_stalled", Q::number, B::less, "calls asked before that view and served after it"},
    MetricInfo{"recovery.N.unavailable", Q::time, B::less, "from the fault to the first success"},
    MetricInfo{"recovery.N.unavailable_after_detection", Q::time, B::less, "from the suspicion to the first success"},
    MetricInfo{"recovery.N.without_work", Q::time, B::less, "longest time from the fault on without a unit of work"},
    MetricInfo{"recovery.N.processes", Q::number, B::neither, "processes that lived when the fault struck, on all nodes"},
    MetricInfo{"recovery.N.survived", Q::number, B::more, "which part of them survived it"},
    MetricInfo{"recovery.N.lost.processes", Q::number, B::less, "processes on the node, or on nodes that stopped because of it"},
    MetricInfo{"recovery.N.lost.conflicts", Q::number, B::less, "files and names that two sides of a cut have changed"},
    MetricInfo{"recovery.N.lost.cpu", Q::time, B::less, "what they had computed"},
    MetricInfo{"recovery.N.lost.image", Q::number, B::less, "1: no process survived, on no node"},
    MetricInfo{"recovery.N.evacuation.ordered", Q::number, B::neither, "processes on a node that was evacuated"},
    MetricInfo{"recovery.N.evacuation.moved", Q::number, B::more, "of those, that went to another node"},
    MetricInfo{"recovery.N.evacuation.refused.TYPE", Q::number, B::less, "of those, that could not, by error"},
    MetricInfo{"recovery.N.evacuation.took", Q::time, B::less, "until the last order was answered and the last process had gone"},
    MetricInfo{"recovery.N.evacuation.left", Q::number, B::less, "processes that ran on the node then"},
    MetricInfo{"recovery.N.evacuation.pause_mean", Q::time, B::less, "how long a process stood still for its move"},
    MetricInfo{"recovery.N.evacuation.pause_max", Q::time, B::less, "the longest of these"},
    MetricInfo{"recovery.N.evacuation.residual.pids", Q::number, B::less, "processes elsewhere whose pid the node has made"},
    MetricInfo{"recovery.N.evacuation.residual.groups", Q::number, B::less, "their groups whose number it has made"},
    MetricInfo{"recovery.N.evacuation.residual.messages", Q::number, B::less, "to the node afterwards, on behalf of calls"},
    MetricInfo{"simulated", Q::time, B::neither, "simulated time of the run"},
    MetricInfo{"work.done", Q::number, B::more, "units of useful work"},
    MetricInfo{"work.per_second", Q::number, B::more, "units of useful work in a simulated second"},
    MetricInfo{"work.makespan", Q::time, B::less, "from the first workload's start to the last unit of work"},
    MetricInfo{"work.by_workload.N.done", Q::number, B::more, "units of one workload, counted from 0"},
    MetricInfo{"work.by_workload.N.makespan", Q::time, B::less, "of one workload, counted from 0"},
    MetricInfo{"work.from_intended_p99", Q::time, B::less, "from when a unit should have begun to its end"},
};

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto dot = path.find('.');
    out.push_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    path.remove_prefix(dot + 1);
  }
}

template <class Range>
bool contains(const Range& range, std::string_view word) {
  return std::find(range.begin(), range.end(), word) != range.end();
}

bool is_number(std::string_view word) {
  return !word.empty() && word.size() <= 9 && word.find_first_not_of("0123456789") == std::string_view::npos &&
         (word.size() == 1 || word[0] != '0');
}

bool is_error(std::string_view word) {
  for (std::size_t i = 1; i < record::kErrors; ++i)
    if (word == name_of(static_cast<Errno>(i))) return true;
  return false;
}

bool matches(std::string_view pattern, std::string_view word) {
  if (pattern == "CALL") return contains(kCallNames, word);
  if (pattern == "PLACE") return contains(kPlaces, word);
  if (pattern == "ERROR") return is_error(word);
  if (pattern == "N" || pattern == "NODE") return is_number(word);
  if (pattern == "TYPE") return !word.empty();
  return pattern == word;
}

// The path with its place written out.
std::vector<std::string_view> full_path(std::string_view path) {
  auto segments = split(path);
  if (segments.size() > 2 && segments[0] == "calls" && !contains(kPlaces, segments[2])) segments.insert(segments.begin() + 2, "all");
  return segments;
}

std::vector<std::string> expand(std::string_view pattern, std::string_view placeholder, const std::vector<std::string>& words) {
  const auto at = pattern.find(placeholder);
  if (at == std::string_view::npos) return {std::string(pattern)};
  std::vector<std::string> out;
  for (const std::string& word : words) {
    std::string name(pattern);
    name.replace(at, placeholder.size(), word);
    if (word.empty()) name.erase(at, 1);   // the dot after a place left out
    out.push_back(std::move(name));
  }
  return out;
}

// A count of what never happened is 0, where the table of counts is there.
bool counts_what_happened(std::string_view key) {
  return key == "messages" || key == "critical_path" || key == "messages_of_failed" || key == "errors" || key == "by_type" ||
         key == "faults_by_table" || key == "transitions";
}

const Json* child(const Json& parent, std::string_view key) {
  if (parent.is_array()) {
    const auto index = is_number(key) ? std::stoul(std::string(key)) : parent.size();
    return index < parent.size() ? &parent[index] : nullptr;
  }
  if (!parent.is_object()) return nullptr;
  for (const std::string& name : {std::string(key), std::string(key) + "_ns"})
    if (const auto found = parent.find(name); found != parent.end()) return &*found;
  return nullptr;
}

}   // namespace

std::span<const MetricInfo> metric_table() { return kMetrics; }

const MetricInfo* find_metric(std::string_view path) {
  const auto segments = full_path(path);
  for (const MetricInfo& info : kMetrics) {
    const auto pattern = split(info.pattern);
    if (std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(), matches)) return &info;
  }
  return nullptr;
}

std::vector<std::string> metric_names() {
  const std::vector<std::string> calls(kCallNames.begin(), kCallNames.end());
  std::vector<std::string> out;
  for (const MetricInfo& info : kMetrics)
    for (const std::string& with_call : expand(info.pattern, "CALL", calls))
      for (const std::string& name : expand(with_call, "PLACE", {"", "all", "local", "remote"}))
        if (std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) out.push_back(name);
  return out;
}

Json metric_value(const Json& run, std::string_view path) {
  const Json* at = &run;
  std::string_view parent;
  for (std::string_view key : full_path(path)) {
    at = child(*at, key);
    if (at == nullptr) return counts_what_happened(parent) ? Json(0) : Json(nullptr);
    parent = key;
  }
  return at->is_number() ? *at : Json(nullptr);
}

}   // namespace ssi::report
