#include "models/native/byte_stream.hpp"

#include <algorithm>

#include "models/base/check.hpp"

namespace ssi::native {

Bytes bytes_from(std::vector<std::byte> bytes) { return std::make_shared<const std::vector<std::byte>>(std::move(bytes)); }

bool ByteStream::fill() {
  Waiter& first = writers_.front();
  const std::uint64_t all = size_of(first.data), room = capacity_ > bytes_.size() ? capacity_ - bytes_.size() : 0;
  const std::uint64_t now = std::min(all - first.done, room);
  if (all <= atomic_ && now < all) return false;
  const auto from = first.data ? first.data->begin() + static_cast<std::ptrdiff_t>(first.done) : std::vector<std::byte>::const_iterator{};
  if (now > 0) bytes_.insert(bytes_.end(), from, from + static_cast<std::ptrdiff_t>(now));
  first.done += now;
  return now > 0 || all == 0;
}

Bytes ByteStream::take(std::uint64_t count) {
  const auto until = bytes_.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(count, bytes_.size()));
  Bytes out = bytes_from({bytes_.begin(), until});
  bytes_.erase(bytes_.begin(), until);
  return out;
}

std::vector<Served> ByteStream::serve() {
  std::vector<Served> out;
  if (read_by_nobody_) {
    bytes_.clear();
    for (Waiter& writer : writers_) out.push_back({std::move(writer), Served::As::broken});
    writers_.clear();
  }
  for (bool moved = true; moved;) {
    moved = false;
    while (!writers_.empty() && fill()) {
      moved = true;
      if (writers_.front().done < size_of(writers_.front().data)) break;   // no room for the rest
      out.push_back({std::move(writers_.front()), Served::As::written});
      writers_.pop_front();
    }
    if (!readers_.empty() && has_something() && !somebody_else_waits()) {
      moved = true;
      Bytes data = take(readers_.front().count);
      if (readers_.front().call == kNoCall) reserved_ = readers_.front().node;
      out.push_back({std::move(readers_.front()), Served::As::read, std::move(data)});
      readers_.pop_front();
    }
  }
  return out;
}

std::optional<Waiter> ByteStream::withdraw(CallId call) {
  for (auto* queue : {&readers_, &writers_})
    for (auto waiter = queue->begin(); waiter != queue->end(); ++waiter)
      if (waiter->call == call) {
        Waiter out = std::move(*waiter);
        queue->erase(waiter);
        return out;
      }
  return std::nullopt;
}

void ByteStream::withdraw_all(NodeId node) {
  for (auto* queue : {&readers_, &writers_}) std::erase_if(*queue, [&](const Waiter& waiter) { return waiter.node == node; });
}

void ByteStream::put_back(const Bytes& data) {
  if (data) bytes_.insert(bytes_.begin(), data->begin(), data->end());
}

void ByteStream::check_invariants() const {
  SSI_INVARIANT(readers_.empty() || somebody_else_waits() || !has_something(), "a reader waits for bytes that are there");
  SSI_INVARIANT(writers_.empty() || !read_by_nobody_, "a writer waits for room that nobody will make");
  for (std::size_t i = 1; i < writers_.size(); ++i) SSI_INVARIANT(writers_[i].done == 0, "a writer overtook another");
}

void ByteStream::hash_into(StateHash& hash) const {
  hash.add(bytes_.size());
  for (std::byte byte : bytes_) hash.add(static_cast<std::uint64_t>(byte));
  for (const auto* queue : {&readers_, &writers_}) {
    hash.add(queue->size());
    for (const Waiter& waiter : *queue) {
      hash.add(waiter.node);
      hash.add(waiter.call);
      hash.add(waiter.done);
    }
  }
  hash.add((read_by_nobody_ ? 2U : 0U) + (written_by_nobody_ ? 1U : 0U));
}

}   // namespace ssi::native
