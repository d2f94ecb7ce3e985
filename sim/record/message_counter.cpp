#include "sim/record/message_counter.hpp"

#include <algorithm>

namespace ssi::record {

MessageCounter::MessageCounter(std::uint32_t nodes) : nodes_(nodes <= kMaxMatrixNodes ? nodes : 0) {
  between_.resize(std::size_t{nodes_} * nodes_);
}

void MessageCounter::add(const Header& header, const MessageType& type) {
  ++count_;
  bytes_ += header.bytes;
  Entry& found = entry(type);
  ++found.count;
  found.bytes += header.bytes;
  if (nodes_ == 0) return;
  SSI_CHECK(header.from.value < nodes_ && header.to.value < nodes_, "a message between nodes that do not exist");
  const std::size_t pair = std::size_t{header.from.value} * nodes_ + header.to.value;
  ++between_[pair].count;
  between_[pair].bytes += header.bytes;
}

MessageCounter::Entry& MessageCounter::entry(const MessageType& type) {
  if (last_ < types_.size() && types_[last_].type == &type) return types_[last_];
  for (last_ = 0; last_ < types_.size(); ++last_)
    if (types_[last_].type == &type) return types_[last_];
  return types_.emplace_back(Entry{&type, 0, 0});
}

MessageStats MessageCounter::stats() const {
  MessageStats out{.count = count_, .bytes = bytes_, .by_type = {}, .between = {}, .between_bytes = {}};
  for (const Pair& pair : between_) {
    out.between.push_back(pair.count);
    out.between_bytes.push_back(pair.bytes);
  }
  for (const Entry& found : types_) out.by_type.push_back({found.type->name, found.count, found.bytes});
  std::sort(out.by_type.begin(), out.by_type.end(), [](const TypeCount& a, const TypeCount& b) { return a.name < b.name; });
  return out;
}

}   // namespace ssi::record
