#include "models/strategy/dsm_first/thread.hpp"

#include "models/base/check.hpp"

namespace ssi::dsm_first {

void Thread::begin(Code<> code) {
  code_ = std::move(code);
  code_.handle().resume();
}

void Thread::resume(Answer answer) {
  note(answer);
  answer_ = std::move(answer);
  at_.resume();
}

void Thread::note(const Answer& answer) {
  if (answer.bytes) log_bytes_.emplace_back(log_.size(), answer.bytes);
  log_.push_back(answer.value);
}

bool Thread::answered(const Ask& ask) {
  if (replaying_) {
    if (replayed_ == log_.size()) return false;   // here the original waits
    answer_.value = log_[replayed_];
    const bool has_bytes = replayed_bytes_ < log_bytes_.size() && log_bytes_[replayed_bytes_].first == replayed_;
    answer_.bytes = has_bytes ? log_bytes_[replayed_bytes_++].second : Bytes{};
    ++replayed_;
    return true;
  }
  std::optional<Answer> answer = processor_->ask(*this, ask);
  if (!answer) return false;
  note(*answer);
  answer_ = std::move(*answer);
  return true;
}

void Thread::replay(const Thread& original, Code<> code) {
  log_ = original.log_;
  log_bytes_ = original.log_bytes_;
  waits = original.waits;
  where = original.where;
  was = original.was;
  unserved = original.unserved;
  again = original.again;
  replaying_ = true;
  begin(std::move(code));
  SSI_CHECK(replayed_ == log_.size() && !over(), "a cloned thread does not stand where its original stands");
  replaying_ = false;
}

void Thread::hash_into(StateHash& hash) const {
  hash.add(id_);
  hash.add(static_cast<std::uint64_t>(beginning_.kind));
  hash.add(beginning_.cause);
  hash.add(beginning_.caller);
  hash.add(beginning_.call.index());
  hash.add(static_cast<std::uint64_t>(beginning_.status));
  hash.add(static_cast<std::uint64_t>(waits));
  hash.add(std::uint64_t{unserved});
  hash.add(std::uint64_t{again});
  hash.add(log_.size());
  for (const std::uint64_t value : log_) hash.add(value);
  for (const auto& [answer, bytes] : log_bytes_)
    for (const std::byte byte : *bytes) hash.add(std::to_integer<std::uint64_t>(byte));
}

}   // namespace ssi::dsm_first
