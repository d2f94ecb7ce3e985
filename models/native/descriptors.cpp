#include "models/native/descriptors.hpp"

#include "models/base/check.hpp"

namespace ssi::native {

std::optional<std::int32_t> Descriptors::install(Pid pid, Description description) {
  auto& own = table_[pid];
  std::int32_t number = 0;
  for (const auto& [taken, other] : own) {
    if (taken != number) break;
    ++number;
  }
  if (number >= kMaxDescriptors) return std::nullopt;
  own.emplace(number, description);
  return number;
}

void Descriptors::install_at(Pid pid, std::int32_t number, Description description) {
  SSI_CHECK(number >= 0 && number < kMaxDescriptors, "a descriptor out of range");
  const bool added = table_[pid].emplace(number, description).second;
  SSI_CHECK(added, "a descriptor is used twice");
}

const Description* Descriptors::find(Pid pid, std::int32_t number) const {
  const auto& own = of(pid);
  const auto found = own.find(number);
  return found == own.end() ? nullptr : &found->second;
}

std::optional<Description> Descriptors::remove(Pid pid, std::int32_t number) {
  const auto own = table_.find(pid);
  if (own == table_.end()) return std::nullopt;
  const auto entry = own->second.extract(number);
  if (own->second.empty()) table_.erase(own);
  if (entry.empty()) return std::nullopt;
  return entry.mapped();
}

const std::map<std::int32_t, Description>& Descriptors::of(Pid pid) const {
  static const std::map<std::int32_t, Description> kNone;
  const auto own = table_.find(pid);
  return own == table_.end() ? kNone : own->second;
}

void Descriptors::copy(Pid from, Pid to) {
  SSI_CHECK(!table_.contains(to), "a new process has descriptors");
  if (const auto own = table_.find(from); own != table_.end()) table_.emplace(to, own->second);
}

void Descriptors::drop(Pid pid) { table_.erase(pid); }

void Descriptors::hash_into(StateHash& hash) const {
  hash.add(table_.size());
  for (const auto& [pid, own] : table_) {
    hash.add(pid);
    hash.add(own.size());
    for (const auto& [number, description] : own) {
      hash.add(static_cast<std::uint64_t>(number));
      hash.add(static_cast<std::uint64_t>(description.part));
      hash.add(description.entry);
    }
  }
}

}   // namespace ssi::native
