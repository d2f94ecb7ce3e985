#include "models/workload/team.hpp"

#include <cstddef>
#include <memory>

namespace ssi::workload {

Program Team::make(const ProgramRef& program, Self& self) {
  if (program.program == 1) return work(static_cast<std::uint32_t>(program.arguments[0]), self);
  return first_of(starts_.claim(self.node), self);
}

Program Team::first_of(std::uint32_t start, Self&) {
  std::vector<Pid> threads;
  for (std::uint32_t i = 0; i < threads_; ++i) {
    const Result forked = co_await Fork{{setup_.index, 1, {start * threads_ + i, 0}}};
    if (forked.good()) threads.push_back(forked.pid);
  }
  for (const Pid thread : threads) co_await Wait{thread};
}

Store Team::store(std::uint64_t segment, std::uint64_t offset, const std::vector<std::uint64_t>& values) {
  std::vector<std::byte> bytes(values.size() * 8);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(values[i / 8] >> (i % 8 * 8));
  return {segment, offset, 0, std::make_shared<const std::vector<std::byte>>(std::move(bytes))};
}

std::uint64_t Team::word_at(const Bytes& bytes, std::uint64_t index) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i > 0; --i) value = value << 8 | std::to_integer<std::uint64_t>((*bytes)[index * 8 + i - 1]);
  return value;
}

void Team::verify(const Self& self, std::uint64_t read, std::uint64_t right, const char* what) {
  ++checks_.checked;
  if (read == right) return;
  checks_.wrong.push_back("node " + std::to_string(self.node) + " reads " + std::to_string(read) + ", right is " + std::to_string(right) +
                          ": " + what);
  SSI_INVARIANT(false, "consistency: " + checks_.wrong.back());
}

}   // namespace ssi::workload
