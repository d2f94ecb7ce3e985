#include "models/protocol/vproc/memberships.hpp"

#include <string>

#include "models/base/check.hpp"

namespace ssi::vproc {

const Memberships::Entry* Memberships::find(Pid group) const {
  const auto found = entries_.find(group);
  return found == entries_.end() ? nullptr : &found->second;
}

Memberships::Entry& Memberships::at(Pid group) {
  const auto found = entries_.find(group);
  SSI_CHECK(found != entries_.end(), "no membership of group " + std::to_string(group.value));
  return found->second;
}

MemberState Memberships::state(Pid group) const {
  const Entry* entry = find(group);
  if (entry == nullptr) return MemberState::absent;
  return entry->registrations > 0 ? MemberState::member : MemberState::joining;
}

const member_rows::R& Memberships::row(Pid group, MemberEvent on) {
  const std::size_t index = row_of(member_rows::kTable, state(group), on);
  ++hits_[index];
  const auto& row = member_rows::kTable[index];
  SSI_CHECK(row.verdict != Verdict::never,
            "membership of group " + std::to_string(group.value) + ", event " + std::to_string(static_cast<int>(on)));
  return row;
}

// The state is what the entry holds; the table says what it has to be.
void Memberships::check_is(Pid group, MemberState expected) const {
  SSI_CHECK(state(group) == expected, "membership of group " + std::to_string(group.value) + " went another way than its table");
}

std::uint64_t Memberships::seen(Pid group, Pid pid) const {
  const Entry* entry = find(group);
  SSI_CHECK(entry != nullptr && entry->seen.contains(pid), "not a member: " + std::to_string(pid.value));
  return entry->seen.at(pid);
}

void Memberships::ask(Pid group, TxnId txn) {
  const MemberState next = row(group, MemberEvent::ask).next;
  entries_[group].under_way.insert(txn);
  check_is(group, next);
}

void Memberships::admitted(Pid group, News news) {
  const MemberState next = row(group, MemberEvent::admitted).next;
  Entry& entry = entries_[group];
  ++entry.registrations;
  if (news.number > entry.last.number) entry.last = news;
  check_is(group, next);
}

void Memberships::begin(Pid group, TxnId txn) { at(group).under_way.insert(txn); }

std::vector<Memberships::Owed> Memberships::settle(Pid group, TxnId txn) {
  Entry& entry = at(group);
  entry.under_way.erase(txn);
  std::vector<Owed> due, rest;
  for (Owed& owed : entry.owed) {
    owed.until.erase(txn);
    (owed.until.empty() ? due : rest).push_back(std::move(owed));
  }
  entry.owed = std::move(rest);
  return due;
}

std::optional<Memberships::News> Memberships::enter(Pid group, Pid pid, std::uint64_t seen) {
  Entry& entry = at(group);
  const bool missed = seen < entry.last.number;
  const bool is_new = entry.seen.emplace(pid, missed ? entry.last.number : seen).second;
  if (!missed || !is_new) return std::nullopt;
  for (Owed& owed : entry.owed) owed.reached |= owed.number == entry.last.number;
  return entry.last;
}

void Memberships::leave(Pid group, Pid pid) { at(group).seen.erase(pid); }

std::vector<Pid> Memberships::signal(Pid group, News news) {
  if (row(group, MemberEvent::signal).verdict == Verdict::ignore) return {};
  Entry& entry = at(group);
  if (news.number > entry.last.number) entry.last = news;
  std::vector<Pid> to;
  for (auto& [pid, seen] : entry.seen) {
    if (seen >= news.number) continue;
    seen = news.number;
    to.push_back(pid);
  }
  return to;
}

bool Memberships::acknowledge(Pid group, TxnId txn, CallId cause, std::uint64_t number, bool reached) {
  const auto found = entries_.find(group);
  if (found == entries_.end() || found->second.under_way.empty()) return true;
  found->second.owed.push_back({txn, cause, number, reached, found->second.under_way});
  return false;
}

std::optional<std::uint32_t> Memberships::emptied(Pid group) {
  const Entry* entry = find(group);
  if (entry == nullptr || !entry->seen.empty() || !entry->under_way.empty()) return std::nullopt;
  const MemberState next = row(group, MemberEvent::emptied).next;
  const std::uint32_t registrations = entry->registrations;
  entries_.erase(group);
  check_is(group, next);
  return registrations;
}

void Memberships::hash_into(StateHash& hash) const {
  hash.add(entries_.size());
  for (const auto& [group, entry] : entries_) {
    hash.add(group);
    hash.add(std::uint64_t{entry.registrations});
    hash.add(entry.last.number);
    hash.add(static_cast<std::uint64_t>(entry.last.signal));
    for (const auto& [pid, seen] : entry.seen) {
      hash.add(pid);
      hash.add(seen);
    }
    hash.add(entry.under_way.size());
    for (TxnId txn : entry.under_way) hash.add(txn);
    hash.add(entry.owed.size());
    for (const Owed& owed : entry.owed) {
      hash.add(owed.txn);
      hash.add(owed.number);
      hash.add(std::uint64_t{owed.reached});
      for (TxnId txn : owed.until) hash.add(txn);
    }
  }
}

}   // namespace ssi::vproc
