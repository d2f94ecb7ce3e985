#include "sim/fuzz/draw_ops.hpp"

#include <algorithm>

namespace ssi::fuzz {
namespace {

constexpr std::size_t kCrowd = 14;   // programs that may live at a time

std::string_view level_of(const Coverage& coverage, CallClass serves) {
  switch (serves) {
    case CallClass::file: return coverage.file;
    case CallClass::channel: return coverage.channel;
    case CallClass::segment: return coverage.segment;
    case CallClass::process:
    case CallClass::node_local: break;
  }
  return coverage.process;
}

bool makes_programs(std::string_view call) { return call == "spawn" || call == "fork" || call == "rfork"; }

}   // namespace

// Each class that is served is in the mix or not, processes always; within it each call has a weight of its own, or none.
OpsDraw::OpsDraw(Stream& draws, const Coverage& coverage, std::uint32_t nodes) : draws_(draws), coverage_(coverage), nodes_(nodes) {
  std::map<CallClass, bool> in;
  for (CallClass serves : {CallClass::file, CallClass::channel, CallClass::segment}) {
    const std::uint64_t coin = draws_.below(2);
    in[serves] = level_of(coverage, serves) != "none" && coin == 0;
  }
  for (const OpKind& kind : kOpKinds) {
    const std::uint64_t drawn = draws_.below(4);
    std::uint64_t weight = std::array<std::uint64_t, 4>{0, 1, 3, 9}[drawn];
    if (kind.serves == CallClass::process) {
      if (kind.name == "spawn") weight = weight + 6;
      if (kind.name == "exit" || kind.name == "ignore_children" || kind.name == "pause") weight = weight > 1;
      if (kind.name == "handle") weight = 0;   // at the begin of each program
      if (kind.name == "wait") weight += 1;
    } else {
      weight = in[kind.serves] ? weight + 2 : 0;
    }
    weights_.push_back(weight);
  }
}

std::vector<Op> OpsDraw::draw(std::uint32_t calls) {
  const std::uint64_t coin = draws_.below(2);
  const std::uint32_t roots = coin == 0 ? 1 : nodes_;   // each is a session
  for (std::uint32_t node = 0; node < roots; ++node) {
    Op& op = add(0, "spawn");
    op.node = node;
    begin_program(op.id, node, nullptr);
  }
  while (ops_.size() < calls && !programs_.empty()) draw_one();
  return std::move(ops_);
}

Op& OpsDraw::add(std::uint32_t by, std::string_view call) {
  Op& op = ops_.emplace_back();
  op.id = next_++;
  op.by = by;
  op.call = call;
  return op;
}

// It installs most of its handlers first.
void OpsDraw::begin_program(std::uint32_t name, std::uint32_t node, const Program* parent) {
  Program child{name, node};
  if (parent != nullptr) {
    child.outs = parent->outs;
    child.ins = parent->ins;
  }
  programs_.push_back(std::move(child));
  known_.push_back(name);
  for (std::string_view signal : signals_of("handle")) {
    const std::uint64_t draw = draws_.below(10);
    if (draw > 0) add(name, "handle").signal = signal;
  }
}

bool OpsDraw::fits(std::string_view call, const Program& program) const {
  if (makes_programs(call)) return programs_.size() < kCrowd;
  if (call == "send") return !program.outs.empty();
  if (call == "recv") return !program.ins.empty();
  if (call == "accept") return !program.listeners.empty();
  if (call == "close") return !program.outs.empty() || !program.ins.empty() || !program.listeners.empty();
  if (call == "read" || call == "write" || call == "commit") return !program.files.empty();
  if (call == "load" || call == "store" || call == "add") return !program.segments.empty();
  return true;
}

void OpsDraw::draw_one() {
  const std::size_t at = draws_.below(programs_.size());
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < kOpKinds.size(); ++i) all += fits(kOpKinds[i].name, programs_[at]) ? weights_[i] : 0;
  std::uint64_t draw = draws_.below(all);
  std::size_t kind = 0;
  for (;; ++kind) {
    const std::uint64_t weight = fits(kOpKinds[kind].name, programs_[at]) ? weights_[kind] : 0;
    if (draw < weight) break;
    draw -= weight;
  }
  Op& op = add(programs_[at].name, kOpKinds[kind].name);
  switch (kOpKinds[kind].serves) {
    case CallClass::channel: return fill_channel_op(op, programs_[at]);
    case CallClass::file: return fill_file_op(op, programs_[at]);
    case CallClass::segment: return fill_segment_op(op, programs_[at]);
    case CallClass::process:
    case CallClass::node_local: return fill_process_op(op, at);
  }
}

// Among the newest, mostly.
std::uint32_t OpsDraw::any_program() {
  const std::uint64_t recent = draws_.below(3);
  const std::size_t span = recent > 0 ? std::min<std::size_t>(known_.size(), 8) : known_.size();
  return known_[known_.size() - 1 - draws_.below(span)];
}

std::uint32_t OpsDraw::any_node(const Program& program) {
  const std::uint64_t elsewhere = draws_.below(10);
  const auto node = static_cast<std::uint32_t>(draws_.below(nodes_));
  return coverage_.process == "full" || elsewhere == 0 ? node : program.node;
}

std::uint32_t OpsDraw::any_of(const std::vector<std::uint32_t>& names) { return names[draws_.below(names.size())]; }

std::string_view OpsDraw::any_signal(std::string_view call) {
  const auto choices = signals_of(call);   // none first, the one with a handler next
  const std::uint64_t usual = draws_.below(2);
  const std::uint64_t drawn = draws_.below(choices.size());
  return usual == 0 ? choices[1] : choices[drawn];
}

// May move `op`: programs that begin add ops of their own.
void OpsDraw::fill_process_op(Op& op, std::size_t program) {
  const Program parent = programs_[program];
  const std::string call = op.call;
  const std::uint32_t name = op.id;
  const std::uint64_t coin = draws_.below(2);
  const std::uint64_t die = draws_.below(8);
  if (call == "spawn" || call == "fork") {
    const std::uint32_t node = call == "fork" ? parent.node : any_node(parent);
    if (call == "spawn") op.node = node;
    if (coverage_.process == "full" || node == parent.node) begin_program(name, node, &parent);
  } else if (call == "rfork") {
    op.node = any_node(parent);
    op.value = coverage_.process == "full" ? static_cast<std::uint32_t>(1 + coin) % (nodes_ + 1) : 1;
    const std::uint32_t first = op.node, count = op.value;
    next_ += count - 1;
    for (std::uint32_t i = 0; i < count; ++i)
      if (coverage_.process == "full" || first == parent.node) begin_program(name + i, (first + i) % nodes_, &parent);
  } else if (call == "exit") {
    op.value = static_cast<std::uint32_t>(die);
    programs_.erase(programs_.begin() + static_cast<std::ptrdiff_t>(program));
  } else if (call == "wait") {
    op.of = die < 3 ? any_program() : 0;
    op.value = static_cast<std::uint32_t>(coin);
  } else if (call == "kill" || call == "killpg") {
    op.of = any_program();
    op.signal = any_signal(call);
  } else if (call == "setpgid") {
    op.of = die < 3 ? any_program() : 0;
    op.to = coin == 0 ? any_program() : 0;
  } else if (call == "migrate") {
    op.of = die < 3 ? any_program() : 0;
    op.node = any_node(parent);
  } else if (call == "exec") {   // handlers are gone
    for (std::string_view signal : signals_of("handle")) add(parent.name, "handle").signal = signal;
  }
}

void OpsDraw::fill_channel_op(Op& op, Program& program) {
  const std::uint64_t letter = draws_.below(3);
  const std::uint64_t many = draws_.below(4);
  const std::uint64_t count = draws_.below(many == 0 ? 2000 : 40);
  if (op.call == "listen" || op.call == "connect") op.name = std::string(1, static_cast<char>('a' + letter));
  if (op.call == "listen") program.listeners.push_back(op.id);
  if (op.call == "accept") op.of = any_of(program.listeners);
  if (op.call == "connect" || op.call == "accept") {
    program.ins.push_back(op.id);
    program.outs.push_back(op.id);
  }
  if (op.call == "pipe") {
    program.ins.push_back(op.id);
    program.outs.push_back(op.id + 1);
    ++next_;
  }
  if (op.call == "send" || op.call == "recv") {
    op.of = any_of(op.call == "send" ? program.outs : program.ins);
    op.value = static_cast<std::uint32_t>(count + 1);
  }
  if (op.call != "close") return;
  std::vector<std::uint32_t> all = program.outs;
  all.insert(all.end(), program.ins.begin(), program.ins.end());
  all.insert(all.end(), program.listeners.begin(), program.listeners.end());
  op.of = any_of(all);
  for (auto* list : {&program.outs, &program.ins, &program.listeners}) std::erase(*list, op.of);
}

void OpsDraw::fill_file_op(Op& op, Program& program) {
  const std::uint64_t letter = draws_.below(3);
  const std::uint64_t slot = draws_.below(kSlots);
  const std::string_view uses = find_op_kind(op.call)->uses;
  if (uses == "name") op.name = std::string(1, static_cast<char>('a' + letter));
  if (op.call == "open") program.files.push_back(op.id);
  if (uses.starts_with("of")) op.of = any_of(program.files);
  if (uses == "of value") op.value = static_cast<std::uint32_t>(slot);
}

void OpsDraw::fill_segment_op(Op& op, Program& program) {
  const std::uint64_t slot = draws_.below(kSlots);
  op.value = op.call == "attach" ? static_cast<std::uint32_t>(1 + slot % 2) : static_cast<std::uint32_t>(slot);
  if (op.call == "attach") program.segments.push_back(op.id);
  else op.of = any_of(program.segments);
}

}   // namespace ssi::fuzz
