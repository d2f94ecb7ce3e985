#include "sim/record/stats.hpp"

namespace ssi::record {

PathTime& PathTime::operator+=(const PathTime& other) {
  dispatch += other.dispatch;
  queue += other.queue;
  wire += other.wire;
  cpu += other.cpu;
  lock += other.lock;
  disk += other.disk;
  blocked += other.blocked;
  return *this;
}

PagingStats& PagingStats::operator+=(const PagingStats& other) {
  faults += other.faults;
  fresh += other.fresh;
  waits += other.waits;
  given_up += other.given_up;
  out += other.out;
  in += other.in;
  remote += other.remote;
  return *this;
}

void SmallCounts::merge(const SmallCounts& other) {
  for (std::size_t n = 0; n < other.counts_.size(); ++n)
    if (other.counts_[n] != 0) add(static_cast<std::uint32_t>(n), other.counts_[n]);
}

std::uint64_t SmallCounts::total() const {
  std::uint64_t sum = 0;
  for (std::size_t n = 0; n < counts_.size(); ++n) sum += n * counts_[n];
  return sum;
}

std::uint64_t CallStats::failed() const {
  std::uint64_t sum = 0;
  for (std::uint64_t count : errors) sum += count;
  return sum;
}

void CallStats::merge(const CallStats& other) {
  latency.merge(other.latency);
  service.merge(other.service);
  where += other.where;
  critical_path.merge(other.critical_path);
  messages.merge(other.messages);
  messages_of_failed.merge(other.messages_of_failed);
  for (std::size_t i = 0; i < kErrors; ++i) errors[i] += other.errors[i];
}

}   // namespace ssi::record
