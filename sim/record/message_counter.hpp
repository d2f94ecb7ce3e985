// Counts messages by type and by pair of nodes. Types are found by address in a short list, the last one first.
#pragma once
#include <cstdint>
#include <vector>

#include "models/port/message.hpp"
#include "sim/record/stats.hpp"

namespace ssi::record {

class MessageCounter {
 public:
  explicit MessageCounter(std::uint32_t nodes);
  void add(const Header& header, const MessageType& type);
  MessageStats stats() const;
  std::uint64_t count() const { return count_; }

 private:
  struct Entry {
    const MessageType* type;
    std::uint64_t count, bytes;
  };
  struct Pair {
    std::uint64_t count = 0, bytes = 0;
  };
  Entry& entry(const MessageType& type);

  std::uint32_t nodes_;
  std::uint64_t count_ = 0, bytes_ = 0;
  std::vector<Entry> types_;
  std::size_t last_ = 0;
  std::vector<Pair> between_;
};

}   // namespace ssi::record
