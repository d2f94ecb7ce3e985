#include "models/strategy/dsm_first/image.hpp"

#include "models/base/check.hpp"
#include "models/base/overload.hpp"

namespace ssi::dsm_first {
namespace {

// Above what coherence machines use, and apart from the tick's.
constexpr TimerKey kHalted{(std::uint64_t{1} << 50) + 2}, kGathered{kHalted.value + 1};
// For HALT to leave; Linux's panic waits up to 1 s for the other processors to stop (native_stop_other_cpus).
constexpr Duration kLinger{10'000'000};
// Who is alone does not keep a run alive for ever.
constexpr std::uint64_t kPatience = 30;

}   // namespace

Image::Image(const Place& place) : place_(place), state_(place.again ? State::gathering : State::running) {
  if (place.again) in_.insert(place.self);
  else
    for (std::uint32_t node = 0; node < place.nodes; ++node) in_.insert(NodeId{node});
}

void Image::send(NodeId to, ImageMessage message, Effects& out) const { out.send(to, TxnId{}, std::move(message), {.raised = true}); }

void Image::begin(Effects& out) {
  if (!running()) announce(out);
}

void Image::announce(Effects& out) {
  for (std::uint32_t node = 0; node < place_.nodes; ++node)
    if (!in_.contains(NodeId{node})) send(NodeId{node}, Join{true}, out);
  ++round_;
  out.set_timer(kGathered, round_, place_.gather, !place_.reboots || round_ > kPatience);
}

bool Image::mine(TimerKey key) const { return key == kHalted || key == kGathered; }

bool Image::on_timer(TimerKey key, Effects& out) {
  if (key == kHalted) out.restarts = true;
  else if (state_ != State::running && state_ != State::halting) return gathered(out);
  return false;
}

// Who has not answered in that time is not waited for.
bool Image::gathered(Effects& out) {
  if (state_ == State::proposing) give_up(out);
  announce(out);
  if (state_ != State::gathering || *in_.begin() != place_.self || !is_majority(in_.size())) return false;
  state_ = State::proposing;
  awaited_ = in_;
  awaited_.erase(place_.self);
  for (const NodeId node : awaited_) send(node, Propose{round_}, out);
  return accepted(place_.self, round_, out);
}

bool Image::on(NodeId from, const ImageMessage& message, Effects& out) {
  if (state_ == State::halting) return false;
  return std::visit(Overload{[&](const Halt&) {
                               if (running() && has(from)) halt(from, out);
                               return false;
                             },
                             [&](const Join& m) { return joined(from, m.asks, out); },
                             [&](const Propose& m) {
                               const bool free = state_ == State::gathering || (state_ == State::promised && promised_to_ == from);
                               if (!free) return send(from, Refuse{m.round}, out), false;
                               state_ = State::promised;
                               promised_to_ = from;
                               return send(from, Agree{m.round}, out), false;
                             },
                             [&](const Agree& m) { return accepted(from, m.round, out); },
                             [&](const Refuse& m) {
                               if (state_ != State::proposing || m.round != round_) return false;
                               in_.erase(from);
                               return give_up(out), false;
                             },
                             [&](const Cancel&) {
                               if (state_ == State::promised && promised_to_ == from) state_ = State::gathering;
                               return false;
                             },
                             [&](const Go& m) {
                               if (state_ != State::promised || promised_to_ != from) return false;
                               state_ = State::running;
                               in_ = {m.members->begin(), m.members->end()};
                               return true;
                             }},
                    message);
}

// Who runs does not take anybody in.
bool Image::joined(NodeId from, bool asks, Effects& out) {
  if (running()) return false;
  in_.insert(from);
  if (asks) send(from, Join{false}, out);
  return false;
}

bool Image::accepted(NodeId from, std::uint64_t round, Effects& out) {
  if (state_ != State::proposing || round != round_) return false;
  awaited_.erase(from);
  if (!awaited_.empty()) return false;
  state_ = State::running;
  const auto members = std::make_shared<const Members>(in_.begin(), in_.end());
  for (const NodeId node : in_)
    if (node != place_.self) send(node, Go{members}, out);
  return true;
}

void Image::give_up(Effects& out) {
  state_ = State::gathering;
  awaited_.clear();
  for (const NodeId node : in_)
    if (node != place_.self) send(node, Cancel{}, out);
}

void Image::circuit_broken(NodeId peer, Effects& out) {
  if (running() && has(peer)) return halt(peer, out);
  if (running() || state_ == State::halting) return;
  in_.erase(peer);
  if (state_ == State::promised && promised_to_ == peer) state_ = State::gathering;
  else if (state_ == State::proposing) give_up(out);
}

void Image::halt(NodeId because_of, Effects& out) {
  state_ = State::halting;
  out.note(Note::Kind::suspected, because_of.value);
  for (const NodeId node : in_)
    if (node != place_.self && node != because_of) send(node, Halt{}, out);
  out.set_timer(kHalted, 0, kLinger);
}

void Image::hash_into(StateHash& hash) const {
  hash.add(static_cast<std::uint64_t>(state_));
  hash.add(round_);
  hash.add(promised_to_);
  for (const auto* nodes : {&in_, &awaited_}) {
    hash.add(nodes->size());
    for (const NodeId node : *nodes) hash.add(node);
  }
}

}   // namespace ssi::dsm_first
