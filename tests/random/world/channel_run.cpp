#include "tests/random/world/channel_run.hpp"

#include "models/strategy/vproc_switch/vproc_switch.hpp"
#include "sim/world/words.hpp"

namespace ssi::test {
namespace {

using parts::ClusterChannels;
using vproc_switch::VprocSwitch;

World::Options options_of(std::uint64_t seed) {
  config::Values params{{"cover", std::vector<std::string>{"process", "channel"}}, {"stream_window", std::int64_t{8192}}};
  if (seed % 2 == 0) params.emplace_back("name_server", std::string("fixed"));
  if (seed % 3 == 0) params.emplace_back("stream_buffer", std::string("writer"));
  return {.nodes = 2 + static_cast<std::uint32_t>(seed % 3), .params = std::move(params), .seed = seed};
}

const ClusterChannels& channels_of(const World& world, std::uint32_t id) {
  return dynamic_cast<const ClusterChannels&>(*world.as<VprocSwitch>(NodeId{id}).parts().part(CallClass::channel));
}

}   // namespace

ChannelRun::ChannelRun(std::uint64_t seed, std::uint32_t calls) : draws_(seed), world_("vproc_switch", options_of(seed)), calls_(calls) {
  world_.watch(this);
}

std::vector<std::string> ChannelRun::run() {
  try {
    for (std::uint32_t i = 0; i < 5; ++i) issue(NodeId{i % world_.nodes()}, world_.init(i % world_.nodes()), Spawn{}, {});
    for (int steps = 0; steps < 60'000 && problems_.empty() && !(closing_ && stuck()); ++steps) step();
    leftovers();
  } catch (const std::exception& error) { wrong(error.what()); }
  return problems_;
}

void ChannelRun::step() {
  std::vector<Process*> ready;
  for (auto& [pid, process] : processes_)
    if (process.started && process.calling == kNoCall) ready.push_back(&process);
  closing_ |= asked_.size() >= calls_ || (ready.empty() && world_.quiet());
  const bool deliver = !world_.quiet() && (ready.empty() || draws_.below(3) > 0);
  if (deliver) {
    const auto channels = world_.deliverable();
    world_.deliver(channels[draws_.below(channels.size())]);
  } else if (!ready.empty()) {
    let_call(*ready[draws_.below(ready.size())]);
  }
}

void ChannelRun::let_call(Process& process) {
  Asked asked{};
  Call call = closing_ ? choose_closing(process, asked) : choose(process, asked);
  issue(process.node, process.pid, std::move(call), asked);
}

std::optional<std::int32_t> ChannelRun::pick(const Process& process, bool (*fit)(const End&)) {
  std::vector<std::int32_t> numbers;
  for (const auto& [number, end] : process.ends)
    if (fit(end)) numbers.push_back(number);
  if (numbers.empty()) return std::nullopt;
  return numbers[draws_.below(numbers.size())];
}

Call ChannelRun::choose(Process& process, Asked& asked) {
  const std::uint64_t kind = draws_.below(100);
  const std::string name(1, static_cast<char>('a' + draws_.below(3)));
  if (kind < 8) return Pipe{};
  if (kind < 12) return Listen{name, 2};
  if (kind < 22) return Connect{name};
  if (kind < 28)
    if (const auto at = pick(process, [](const End& end) { return end.listener; })) return Accept{*at};
  if (kind < 55)
    if (const auto at = pick(process, [](const End& end) { return end.out.has_value(); })) return write_to(process, *at, asked);
  if (kind < 80)
    if (const auto at = pick(process, [](const End& end) { return end.in != 0; })) return read_from(process, *at, asked);
  if (kind < 86)
    if (const auto at = pick(process, [](const End&) { return true; })) return Close{*at};
  if (kind < 94 && processes_.size() < 9)
    return Spawn{{}, {Placement::Kind::node, NodeId{static_cast<std::uint32_t>(draws_.below(world_.nodes()))}}};
  if (kind < 95) return Exit{0};
  if (kind < 97) {
    auto victim = processes_.begin();
    std::advance(victim, static_cast<std::ptrdiff_t>(draws_.below(processes_.size())));
    return Kill{victim->first, draws_.below(4) == 0 ? Signal::kill : Signal::usr1};
  }
  return SetAction{Signal::usr1, Disposition::handler};
}

Call ChannelRun::write_to(Process& process, std::int32_t number, Asked& asked) {
  const std::size_t group = *process.ends.at(number).out;
  const std::uint64_t long_one = draws_.below(4), size = 8 * (1 + draws_.below(long_one == 0 ? 4000 : 40));
  asked.write = static_cast<std::uint32_t>(writes_.size());
  writes_.push_back({group, process.pid, size, 0, 0, false, process.wrote[group]});
  groups_[group].push_back(asked.write);
  std::vector<std::byte> bytes;
  for (std::uint32_t at = 0; at < size; at += 8) {
    append_word(bytes, asked.write);
    append_word(bytes, at);
  }
  return Send{number, std::make_shared<const std::vector<std::byte>>(std::move(bytes))};
}

// One read at a time of each stream, so that what is read has an order that everybody knows.
Call ChannelRun::read_from(Process& process, std::int32_t number, Asked& asked) {
  const std::size_t in = process.ends.at(number).in;
  if (!reading_.insert(in).second) return Wait{kNoPid, true};
  asked.incoming = in;
  return Receive{number, 8 * (1 + draws_.below(2000))};
}

// Lets go of what it can write to, reads its pipes to the end, exits.
Call ChannelRun::choose_closing(Process& process, Asked& asked) {
  for (const auto& [number, end] : process.ends)
    if (end.out || end.listener) return Close{number};
  for (const auto& [number, end] : process.ends) {
    if (reading_.contains(end.in)) return Close{number};
    return read_from(process, number, asked);
  }
  return Exit{0};
}

void ChannelRun::issue(NodeId node, Pid by, Call call, Asked asked) {
  asked.by = by;
  asked.call = call;
  const CallId id = world_.next_call();
  asked_[id] = asked;
  if (const auto found = processes_.find(by); found != processes_.end()) found->second.calling = id;
  world_.call(id, node, by, std::move(call));
}

void ChannelRun::completed(CallId id, const Result& result) {
  const Asked asked = asked_.at(id);
  if (asked.incoming != 0) reading_.erase(asked.incoming);
  results[std::string(kCallNames[asked.call.index()]) + " " + (result.good() ? "ok" : std::string(name_of(result.error)))]++;
  const auto found = processes_.find(asked.by);
  if (found == processes_.end()) return;
  found->second.calling = kNoCall;
  finished(found->second, asked, result);
}

void ChannelRun::finished(Process& process, const Asked& asked, const Result& result) {
  const auto number = static_cast<std::int32_t>(result.value);
  if (asked.write != 0) {
    Write& write = writes_[asked.write];
    write.over = true;
    write.written = result.good() ? static_cast<std::uint64_t>(result.value) : 0;
    process.wrote[write.group].push_back(asked.write);
    if (result.error == Errno::epipe && write.read > 0 && write.read == write.size) wrong("EPIPE for a write that was read");
    if (result.error == Errno::epipe) write.written = write.read;
  }
  if (!result.good()) return;
  if (std::holds_alternative<Pipe>(asked.call)) {
    incoming_.push_back(++next_group_);
    process.ends[number] = {.in = incoming_.size() - 1};
    process.ends[result.status] = {.out = next_group_};
  } else if (std::holds_alternative<Connect>(asked.call) || std::holds_alternative<Accept>(asked.call)) {
    incoming_.push_back(0);
    process.ends[number] = {.out = ++next_group_, .in = incoming_.size() - 1};
  } else if (std::holds_alternative<Listen>(asked.call)) {
    process.ends[number] = {.listener = true};
  } else if (const auto* close = std::get_if<Close>(&asked.call)) {
    process.ends.erase(close->file);
  } else if (asked.incoming != 0) {
    size_of(result.bytes()) == 0 ? end_of_stream(asked) : take(asked, result.bytes());
    if (closing_ && size_of(result.bytes()) == 0) process.ends.erase(std::get<Receive>(asked.call).channel);
  }
}

// Every record in its place, once, after what had to come before.
void ChannelRun::take(const Asked& asked, const Bytes& bytes) {
  if (bytes->size() % 8 != 0) return wrong("a record is cut");
  for (std::size_t at = 0; at < bytes->size(); at += 8) {
    const std::uint32_t number = word_at(*bytes, at), place = word_at(*bytes, at + 4);
    if (number == 0 || number >= writes_.size()) return wrong("bytes that nobody wrote");
    Write& write = writes_[number];
    std::size_t& carries = incoming_[asked.incoming];
    if (carries == 0) carries = write.group;
    const std::string who = "write " + std::to_string(number) + " at " + std::to_string(place);
    if (carries != write.group) return wrong(who + " is read from another stream");
    if (ended_.contains(write.group)) return wrong(who + " comes after the end");
    if (place != write.read) return wrong(who + " instead of " + std::to_string(write.read));
    for (std::uint32_t before : write.after)
      if (writes_[before].read < writes_[before].written) return wrong(who + " overtakes write " + std::to_string(before));
    write.read += 8;
    ++records;
  }
}

void ChannelRun::end_of_stream(const Asked& asked) {
  const std::size_t group = incoming_[asked.incoming];
  if (group == 0) return;
  ended_.insert(group);
  if (held(group)) wrong("the end of a stream that somebody can still write to");
  for (std::uint32_t number : groups_[group])
    if (writes_[number].read < writes_[number].written) wrong("write " + std::to_string(number) + " is lost");
}

bool ChannelRun::held(std::size_t group) const {
  for (const auto& [pid, process] : processes_)
    for (const auto& [number, end] : process.ends)
      if (end.out == group) {
        const auto calling = asked_.find(process.calling);   // unless it is closing it
        if (calling == asked_.end() || !std::holds_alternative<Close>(calling->second.call)) return true;
      }
  return false;
}

void ChannelRun::ordered(NodeId at, const ProgramOrder& order) {
  if (order.kind == ProgramOrder::Kind::end) {
    if (const auto gone = processes_.find(order.pid); gone != processes_.end() && gone->second.calling != kNoCall)
      reading_.erase(asked_.at(gone->second.calling).incoming);
    processes_.erase(order.pid);
  }
  if (order.kind != ProgramOrder::Kind::start) return;
  const Asked& by = asked_.at(world_.last_effects().cause);
  Process child{order.pid, at, kNoCall, true};
  // What its parent has, unless it is dead and nobody remembers.
  if (const auto parent = processes_.find(by.by); parent != processes_.end()) {
    child.wrote = parent->second.wrote;
    child.ends = parent->second.ends;
  }
  processes_[order.pid] = std::move(child);
}

// Nothing is possible any more: whoever still waits is killed, one after the other.
bool ChannelRun::stuck() {
  if (!world_.quiet()) return false;
  for (const auto& [pid, process] : processes_)
    if (process.calling == kNoCall) return false;
  if (processes_.empty()) return true;
  const Pid victim = processes_.begin()->first;
  issue(NodeId{0}, world_.init(0), Kill{victim, Signal::kill}, {});
  return false;
}

void ChannelRun::leftovers() {
  if (!problems_.empty()) return;
  if (!processes_.empty()) wrong(std::to_string(processes_.size()) + " processes never end");
  for (std::uint32_t id = 0; id < world_.nodes(); ++id) {
    const ClusterChannels& channels = channels_of(world_, id);
    const std::string where = " left on node " + std::to_string(id);
    if (!channels.ends().empty()) wrong("ends" + where);
    if (!channels.streams().empty()) wrong("streams" + where);
    if (!channels.distant().empty()) wrong("parts of streams elsewhere" + where);
    if (!channels.names().all().empty()) wrong("names" + where);
    if (!channels.idle()) wrong("operations" + where);
  }
}

}   // namespace ssi::test
