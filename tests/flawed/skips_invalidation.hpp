// A coherence machine with a planted bug: a directory that acknowledges one INVALIDATE, the `which`-th that takes a copy from this
// node (from 1; 0: none), and keeps the copy. Otherwise the machine that it has.
#pragma once
#include <memory>
#include <utility>

#include "models/base/cloned.hpp"
#include "models/protocol/directory/messages.hpp"

namespace ssi::flawed {

class SkipsInvalidation final : public coherence::Machine {
 public:
  SkipsInvalidation(std::unique_ptr<coherence::Machine> sound, std::uint32_t which) : sound_(std::move(sound)), which_(which) {}

  std::optional<coherence::Answer> access(coherence::Ticket ticket, const coherence::Access& access, coherence::Out out) override {
    return sound_->access(ticket, access, out);
  }
  void on_message(const Message& message, coherence::Out out) override {
    const auto* order = std::get_if<directory::Invalidate>(&message.body.get<directory::Message>());
    const bool takes = order != nullptr && sound_->right(order->page) == coherence::Right::read;
    if (!takes || ++seen_ != which_) return sound_->on_message(message, out);
    out.effects.send(order->collector, message.header.txn, directory::Message(directory::InvalidateAck{order->page}));
  }
  void on_timer(TimerKey key, std::uint64_t generation, coherence::Out out) override { sound_->on_timer(key, generation, out); }
  bool mine(const Message& message) const override { return sound_->mine(message); }
  bool mine(TimerKey key) const override { return sound_->mine(key); }
  void evict(PageId page, coherence::Out out) override { sound_->evict(page, out); }

  coherence::Right right(PageId page) const override { return sound_->right(page); }
  const PageData* copy(PageId page) const override { return sound_->copy(page); }
  void check_invariants() const override { sound_->check_invariants(); }
  std::unique_ptr<coherence::Machine> clone() const override { return std::make_unique<SkipsInvalidation>(*this); }
  void hash_into(Digest& digest) const override { sound_->hash_into(digest); }
  void hash_message(const Body& body, Digest& digest) const override { sound_->hash_message(body, digest); }
  void describe(StateDump& out) const override { sound_->describe(out); }
  bool skipped() const { return which_ != 0 && seen_ >= which_; }

 private:
  Cloned<coherence::Machine> sound_;
  std::uint32_t which_, seen_ = 0;
};

}   // namespace ssi::flawed
