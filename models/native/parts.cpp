#include <algorithm>

#include "models/native/part.hpp"

namespace ssi::native {
namespace {

// The descriptor that a call names, if it is one that a file's and a channel's calls share.
const std::int32_t* shared_descriptor(const Call& call) {
  if (const auto* close = std::get_if<Close>(&call)) return &close->file;
  if (const auto* read = std::get_if<Read>(&call)) return &read->file;
  if (const auto* write = std::get_if<Write>(&call)) return &write->file;
  return nullptr;
}

// All of a process's luggage, by the part that packed it.
struct Trunk final : Luggage {
  std::array<std::shared_ptr<const Luggage>, kCallClasses> of;
  std::uint64_t bytes() const override {
    std::uint64_t all = 0;
    for (const auto& one : of) all += one ? one->bytes() : 0;
    return all;
  }
};

}   // namespace

bool Parts::call(const CallEvent& event, Processes& processes, Instant now, Effects& out) {
  CallClass serves = class_of(*event.call);
  if (const std::int32_t* number = shared_descriptor(*event.call))
    if (const Description* description = descriptors_.find(event.caller, *number)) serves = description->part;
  Part* part = this->part(serves);
  if (part == nullptr) return false;
  PartContext at = context(processes, now, out);
  part->call(event, at);
  return true;
}

void Parts::forked(Pid parent, Pid child, bool exec, Processes& processes, Instant now, Effects& out) {
  descriptors_.copy(parent, child);
  PartContext at = context(processes, now, out);
  each([&](Part& part) { part.forked(parent, child, at); });
  if (exec) executed(child, processes, now, out);
}

void Parts::executed(Pid pid, Processes& processes, Instant now, Effects& out) {
  PartContext at = context(processes, now, out);
  each([&](Part& part) { part.executed(pid, at); });
}

std::shared_ptr<const Luggage> Parts::pack(Pid pid, NodeId to, bool exec, Processes& processes, Instant now, Effects& out) {
  PartContext at = context(processes, now, out);
  auto trunk = std::make_shared<Trunk>();
  bool any = false;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i]) trunk->of[i] = parts_[i]->pack(pid, to, exec, at);
    any |= trunk->of[i] != nullptr;
  }
  if (!any) return nullptr;
  return trunk;
}

void Parts::unpack(Pid pid, const Luggage& luggage, NodeId from, Processes& processes, Instant now, Effects& out) {
  PartContext at = context(processes, now, out);
  const auto& trunk = dynamic_cast<const Trunk&>(luggage);
  for (std::size_t i = 0; i < parts_.size(); ++i)
    if (trunk.of[i]) parts_[i]->unpack(pid, *trunk.of[i], from, at);
}

void Parts::taken_back(const Luggage& luggage, NodeId to, Processes& processes, Instant now, Effects& out) {
  PartContext at = context(processes, now, out);
  const auto& trunk = dynamic_cast<const Trunk&>(luggage);
  for (std::size_t i = 0; i < parts_.size(); ++i)
    if (trunk.of[i]) parts_[i]->taken_back(*trunk.of[i], to, at);
}

void Parts::left(Pid pid, Processes& processes, Instant now, Effects& out) {
  PartContext at = context(processes, now, out);
  each([&](Part& part) { part.left(pid, at); });
  descriptors_.drop(pid);
}

bool Parts::keep(Pid pid) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const auto& part) { return part && part->keeps(pid); });
}

bool Parts::event(const Event& event, Processes& processes, Instant now, Effects& out) {
  PartContext at = context(processes, now, out);
  bool taken = false;
  each([&](Part& part) {
    if (const auto* arrived = std::get_if<MessageEvent>(&event)) taken = taken || part.message(*arrived->message, at);
    else if (const auto* timer = std::get_if<TimerEvent>(&event)) taken = taken || part.timer(*timer, at);
    else if (const auto* done = std::get_if<DiskDone>(&event)) part.disk_done(*done, at);
    else if (const auto* verb = std::get_if<VerbDone>(&event)) part.verb_done(*verb, at);
    else if (const auto* broken = std::get_if<CircuitBroken>(&event)) part.circuit_broken(*broken, at);
    else if (std::holds_alternative<BootEvent>(event)) part.boot(at);
  });
  return taken;
}

// Of the program orders of this event, those from `told` on.
std::size_t Parts::tell_ended(std::size_t told, Processes& processes, Instant now, Effects& out) {
  PartContext at = context(processes, now, out);
  // First what the dead waited for, so that no part answers them.
  for (CallId call : processes.take_broken_off()) each([&](Part& part) { part.broken_off(call, at); });
  for (; told < out.programs.size(); ++told) {
    if (out.programs[told].kind != ProgramOrder::Kind::end) continue;
    const Pid gone = out.programs[told].pid;
    each([&](Part& part) { part.ended(gone, at); });
    descriptors_.drop(gone);
  }
  return told;
}

void Parts::check_invariants() const {
  each([](const Part& part) { part.check_invariants(); });
}

void Parts::hash_into(StateHash& hash) const {
  descriptors_.hash_into(hash);
  each([&](const Part& part) { part.hash_into(hash); });
}

void Parts::describe(StateDump& out) const {
  each([&](const Part& part) { part.describe(out); });
}

}   // namespace ssi::native
