// PlanRun: what was found.
#include <algorithm>

#include "sim/fuzz/local_histories.hpp"
#include "sim/fuzz/plan_run.hpp"

namespace ssi::fuzz {

std::vector<std::string> PlanRun::unanswered() const {
  std::vector<std::string> out;
  if (now_ >= kMostSteps) out.push_back("no end after " + std::to_string(now_) + " events");
  for (const auto& [id, asked] : asked_) {
    const world::CallRecord& record = history_.calls[asked.record];
    const auto life = history_.lives.find(record.caller);
    const bool dead = (life != history_.lives.end() && life->second.ended) || (asked.by == 0 && is_lost(asked));
    if (!record.answered && !dead)
      out.push_back("the " + std::string(kCallNames[record.call.index()]) + " of " + called(record.caller) +
                    (asked.op ? " (op " + std::to_string(asked.op->id) + ")" : "") + " is never answered");
  }
  for (const auto& [name, actor] : actors_)
    if (actor.calling == kNoCall) out.push_back(called(actor.pid) + " never ends");
  return out;
}

std::vector<std::string> PlanRun::findings() {
  std::vector<std::string> out;
  give_up_those_astray();
  world::learn_birth_groups(history_);
  if (coverage_.process == "full") {
    out = world::check_history(history_);
  } else {
    for (std::uint32_t id = 0; id < world_.nodes(); ++id)
      for (std::string& problem : world::check_history(history_of_node(history_, NodeId{id}))) out.push_back(std::move(problem));
  }
  if (verdict_.crashes > 0) return out;   // what a node had in memory of files and streams may be gone
  out.insert(out.end(), streams_.problems().begin(), streams_.problems().end());
  Registers registers;
  collect_registers(registers);
  for (std::string& problem : registers.problems()) out.push_back(std::move(problem));
  return out;
}

void PlanRun::judge() {
  using Kind = Verdict::Kind;
  verdict_.problems = findings();
  verdict_.kind = verdict_.problems.empty() ? Kind::good : Kind::invariant;
  if (verdict_.problems.empty()) {
    verdict_.problems = unanswered();
    verdict_.kind = verdict_.problems.empty() ? Kind::good : Kind::no_progress;
  }
  verdict_.trace_hash = hash_.value();
}

// Accesses of places, from what the programs called and were told. Where a class is each node's own, so are its places.
void PlanRun::collect_registers(Registers& out) const {
  for (const auto& [id, asked] : asked_) {
    const world::CallRecord& record = history_.calls[asked.record];
    const OpKind* kind = asked.op ? find_op_kind(asked.op->call) : nullptr;
    if (kind == nullptr || (kind->serves != CallClass::file && kind->serves != CallClass::segment)) continue;
    const bool file = kind->serves == CallClass::file;
    if (file && !one_copy_) continue;
    const auto made =
        std::lower_bound(plan_.ops.begin(), plan_.ops.end(), asked.op->of, [](const Op& op, std::uint32_t name) { return op.id < name; });
    if (made == plan_.ops.end() || made->id != asked.op->of) continue;
    const std::string_view level = file ? coverage_.file : coverage_.segment;
    const std::string where = (file ? "file " + made->name : "segment " + std::to_string(made->value)) +
                              (level == "full" ? "" : " of node " + std::to_string(asked.node.value));
    note_access(out, where, asked, record);
  }
}

void PlanRun::note_access(Registers& out, const std::string& where, const Asked& asked, const world::CallRecord& record) const {
  const world::Step to = record.answered.value_or(world::kNever);
  const bool failed = record.answered && !record.result.good();
  const Op& op = *asked.op;
  if (failed && record.result.certainty == Certainty::fail) return;
  const world::Step end = failed ? world::kNever : to;
  if (std::holds_alternative<Write>(record.call)) return out.wrote({where, op.value % kSlots}, op.id, record.invoked, end);
  if (std::holds_alternative<Store>(record.call)) return out.wrote({where, op.value % (kSlots - 1)}, op.id, record.invoked, end);
  if (end == world::kNever) return;
  if (std::holds_alternative<Read>(record.call)) out.read({where, op.value % kSlots}, word_in(record.result.bytes()), record.invoked, end);
  if (std::holds_alternative<Load>(record.call))
    out.read({where, op.value % (kSlots - 1)}, static_cast<std::uint64_t>(record.result.value), record.invoked, end);
  if (std::holds_alternative<Atomic>(record.call))
    out.added({where, kSlots - 1}, static_cast<std::uint64_t>(record.result.value), record.invoked, end);
}

}   // namespace ssi::fuzz
