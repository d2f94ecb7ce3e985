#include "sim/report/run_json.hpp"

#include <fmt/format.h>
#include <numeric>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/report/figures.hpp"
#include "sim/report/json.hpp"

namespace ssi::report {
namespace {

using record::Place;
using record::Recorder;

constexpr double kBusy = 0.95;   // a resource that is in use for this share of the time is what holds the run back

double measured_seconds(const Recorder& recorder) {
  return std::max(static_cast<double>((recorder.end() - recorder.warmup_until()).ns) / 1e9, 0.0);
}

// `makespan_ns`: from the start of the workload to its last unit of work, whether that was done before warm-up ended or not.
Json one_work(const record::WorkStats& stats, Instant start, double seconds) {
  const bool any = stats.last.ns > 0;
  return {{"done", stats.done},
          {"per_second", ratio(static_cast<double>(stats.done), seconds)},
          {"makespan_ns", any ? Json((stats.last - start).ns) : Json(nullptr)},
          {"from_intended_p99_ns", percentile(stats.from_intended, 99)}};
}

Json work_json(const RunFacts& facts, const Recorder& recorder) {
  const double seconds = measured_seconds(recorder);
  record::WorkStats sum;
  Instant first_start{INT64_MAX};
  std::string units;
  Json by_workload = Json::array();
  for (std::size_t i = 0; i < facts.workloads.size(); ++i) {
    const RunFacts::Workload& workload = facts.workloads[i];
    const record::WorkStats stats = i < recorder.work().size() ? recorder.work()[i] : record::WorkStats{};
    sum.done += stats.done;
    sum.last = std::max(sum.last, stats.last);
    sum.from_intended.merge(stats.from_intended);
    first_start = std::min(first_start, Instant{workload.start.ns});
    if (units.find(workload.unit) == std::string::npos) units += (units.empty() ? "" : " + ") + workload.unit;
    by_workload.push_back({{"workload", workload.name}, {"unit", workload.unit}});
    by_workload.back().update(one_work(stats, Instant{workload.start.ns}, seconds));
  }
  Json out = Json::object();
  out["unit"] = units;
  out.update(one_work(sum, first_start, seconds));
  out["cpu_ns_lost"] = recorder.lost().cpu.ns;
  out["by_workload"] = by_workload;
  return out;
}

// Calls that a design serves: `compute` and `sleep` never reach it.
std::uint64_t served_calls(const Recorder& recorder) {
  std::uint64_t sum = 0;
  for (std::size_t kind = 0; kind < record::kCalls; ++kind)
    if (kCallNames[kind] != "compute" && kCallNames[kind] != "sleep")
      for (Place place : {Place::local, Place::remote})
        sum += recorder.calls(kind, place).succeeded() + recorder.calls(kind, place).failed();
  return sum;
}

Json matrix(const std::vector<std::uint64_t>& cells, std::size_t nodes) {
  Json out = Json::array();
  for (std::size_t row = 0; row < cells.size(); row += nodes) {
    Json line = Json::array();
    for (std::size_t i = row; i < row + nodes; ++i) line.push_back(cells[i]);
    out.push_back(std::move(line));
  }
  return out;
}

Json messages_json(const Recorder& recorder) {
  const record::MessageStats stats = recorder.messages();
  const auto calls = static_cast<double>(served_calls(recorder));
  Json out{{"count", stats.count}, {"bytes", stats.bytes}, {"per_call", ratio(static_cast<double>(stats.count), calls)}};
  out["calls_cut_off"] = recorder.unsettled();
  out["dropped"] = stats.dropped;
  out["by_type"] = Json::object();
  for (const record::TypeCount& type : stats.by_type)
    out["by_type"][std::string(type.name)] = {{"count", type.count}, {"bytes", type.bytes}};
  if (stats.between.empty()) return out;
  out["between"] = matrix(stats.between, recorder.cpu().size());
  out["between_bytes"] = matrix(stats.between_bytes, recorder.cpu().size());
  return out;
}

struct Busiest {
  std::string name;
  double share = 0;
  void see(double other, std::size_t node, const char* what) {
    if (other > share) *this = {fmt::format("node {} {}", node, what), other};
  }
};

// Shares of a node's link that its messages took, from the bytes after warm-up.
void add_links(Json& node, std::size_t id, const RunFacts& facts, const Recorder& recorder, const record::MessageStats& messages,
               Busiest& busiest) {
  const std::size_t nodes = recorder.cpu().size();
  if (facts.link_bps == 0 || messages.between_bytes.empty()) return;
  std::uint64_t out = 0;
  std::uint64_t in = 0;
  for (std::size_t other = 0; other < nodes; ++other) {
    out += messages.between_bytes[id * nodes + other];
    in += messages.between_bytes[other * nodes + id];
  }
  const double capacity = static_cast<double>(facts.link_bps) / 8 * measured_seconds(recorder);
  node["egress"] = ratio(static_cast<double>(out), capacity);
  node["ingress"] = ratio(static_cast<double>(in), capacity);
  busiest.see(node["egress"], id, "egress");
  busiest.see(node["ingress"], id, "ingress");
}

// Each core's shares of the whole run's time, unless there are very many.
void add_cores(Json& node, const record::CpuStats& cpu, const Recorder& recorder) {
  constexpr std::size_t kMost = 4096;
  if (cpu.cores.empty() || cpu.cores.size() * recorder.cpu().size() > kMost) return;
  const auto whole = static_cast<double>(recorder.end().ns);
  node["cores"] = Json::array();
  for (const record::CoreUse& core : cpu.cores)
    node["cores"].push_back(
        {{"kernel", ratio(static_cast<double>(core.kernel.ns), whole)}, {"program", ratio(static_cast<double>(core.program.ns), whole)}});
}

// The least number that at least so many per cent of all do not exceed.
std::uint64_t percentile_of(const record::SmallCounts& counts, std::uint64_t percent) {
  const std::uint64_t total = std::accumulate(counts.counts().begin(), counts.counts().end(), std::uint64_t{0});
  std::uint64_t seen = 0;
  for (std::size_t number = 0; number < counts.counts().size(); ++number)
    if ((seen += counts.counts()[number]) * 100 >= total * percent) return number;
  return 0;
}

// The busiest links, where the fidelity knows; a node's own has a name there too.
Json links_json(const Recorder& recorder, Busiest& busiest) {
  constexpr std::size_t kMost = 64;
  Json out = Json::array();
  for (const record::LinkUse& link : recorder.links()) {
    if (out.size() == kMost) break;
    out.push_back({{"name", link.name}, {"share", link.share}});
    if (link.share > busiest.share) busiest = {"link " + link.name, link.share};
  }
  return out;
}

// `cpu`: shares of the whole run's time of all cores of the node together.
Json nodes_json(const RunFacts& facts, const Recorder& recorder, Busiest& busiest) {
  const record::MessageStats messages = recorder.messages();
  const double whole = static_cast<double>(recorder.end().ns) * facts.cores_per_node;
  Json out = Json::array();
  for (std::size_t id = 0; id < recorder.cpu().size(); ++id) {
    const record::CpuStats& cpu = recorder.cpu()[id];
    const double kernel = ratio(static_cast<double>(cpu.kernel.ns), whole);
    const double program = ratio(static_cast<double>(cpu.program.ns), whole);
    Json node{{"id", id}, {"core_count", facts.cores_per_node}, {"cpu", {{"kernel", kernel}, {"program", program}}}};
    busiest.see(kernel + program, id, "cpu");
    add_cores(node, cpu, recorder);
    node["queue_p99"] = percentile_of(cpu.queue, 99);
    if (cpu.disk) node["disk"] = *cpu.disk;
    if (cpu.disk) busiest.see(*cpu.disk, id, "disk");
    add_links(node, id, facts, recorder, messages, busiest);
    out.push_back(std::move(node));
  }
  return out;
}

Json paging_json(const record::PagingStats& pages) {
  return {{"faults", pages.faults}, {"fresh", pages.fresh}, {"waits", pages.waits},  {"given_up", pages.given_up},
          {"in", pages.in},         {"out", pages.out},     {"remote", pages.remote}};
}

// Only where memory has a limit.
void add_paging(Json& run, const Recorder& recorder) {
  record::PagingStats sum;
  for (std::size_t id = 0; id < recorder.paging().size(); ++id) {
    sum += recorder.paging()[id];
    run["nodes"][id]["paging"] = paging_json(recorder.paging()[id]);
  }
  if (!recorder.paging().empty()) run["paging"] = paging_json(sum);
}

Json timeline_json(const record::Timeline& timeline) {
  Json calls = Json::array();
  Json work = Json::array();
  Json p99 = Json::array();
  for (const record::Timeline::Bucket& bucket : timeline.buckets()) {
    calls.push_back(bucket.calls_completed);
    work.push_back(bucket.work_done);
    p99.push_back(percentile(bucket.latency, 99));
  }
  return {{"bucket_ns", timeline.width().ns}, {"calls_completed", calls}, {"work_done", work}, {"p99_ns", p99}};
}

}   // namespace

std::string run_json(const RunFacts& facts, const Recorder& recorder) {
  Json run{
      {"strategy", facts.strategy}, {"label", facts.label}, {"fidelity", facts.fidelity}, {"seed", facts.seed}, {"ending", facts.ending}};
  if (!facts.message.empty()) run["message"] = facts.message;
  run["simulated_ns"] = recorder.end().ns;
  run["fingerprint"] = fmt::format("{:016x}", recorder.fingerprint());
  run["work"] = work_json(facts, recorder);
  run["calls"] = calls_json(recorder);
  const record::DispatchStats& dispatch = recorder.dispatch();
  run["dispatch"] = {
      {"sites", facts.dispatch_sites}, {"checks", dispatch.checks}, {"shipped", dispatch.shipped}, {"stale", dispatch.stale}};
  run["messages"] = messages_json(recorder);
  Busiest busiest;
  run["nodes"] = nodes_json(facts, recorder, busiest);
  add_paging(run, recorder);
  run["links"] = links_json(recorder, busiest);
  run["saturated"] = busiest.share >= kBusy ? Json(busiest.name) : Json(nullptr);
  run["coherence"] = coherence_json(recorder.coherence());
  if (recorder.consistency()) run["consistency"] = consistency_json(*recorder.consistency());
  if (!recorder.recovery().empty()) run["recovery"] = recovery_json(recorder.recovery());
  run["timeline"] = timeline_json(recorder.timeline());
  run["coverage"] = {
      {"process", facts.coverage[0]}, {"file", facts.coverage[1]}, {"channel", facts.coverage[2]}, {"segment", facts.coverage[3]}};
  return run.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}   // namespace ssi::report
