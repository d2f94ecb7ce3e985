// One node of homeless lazy release consistency, as TreadMarks: it synchronises as models/protocol/release says, and its pages' changes
// stay with their writers. What a thread has written is seen by who synchronises with it afterwards, and need not be by anybody else.
#pragma once
#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/protocol/lrc/pages.hpp"
#include "models/protocol/release/node.hpp"

namespace ssi::lrc {

class Lrc final : public release::Node {
 public:
  Lrc(const coherence::Place& place, const Settings& settings, const PageRules& rules = kPageRules, const Flaws& flaws = {},
      const release::Flaws& synchronises = {});   // rules, flaws: of tests

  std::optional<coherence::Answer> access(coherence::Ticket ticket, const coherence::Access& access, coherence::Out out) override;
  using Node::mine;
  bool mine(const ssi::Message& message) const override { return Node::mine(message) || message.body.is<Message>(); }
  void evict(PageId, coherence::Out) override {}   // copies are kept until a collection, and diffs with them

  coherence::Right right(PageId page) const override;
  const PageData* copy(PageId page) const override { return pages_.copy(page); }
  void check_invariants() const override { pages_.check_invariants(); }
  std::unique_ptr<coherence::Machine> clone() const override { return std::make_unique<Lrc>(*this); }
  void hash_into(Digest& digest) const override;
  void hash_message(const Body& body, Digest& digest) const override;
  void describe(StateDump& out) const override { pages_.describe(out); }

  const Pages& pages() const { return pages_; }

 private:
  std::vector<PageId> dirty() const override { return pages_.dirty(); }
  void ended(const release::Record& own, coherence::Out out) override { pages_.end_interval(own, out, loop_); }
  void noticed(const release::Record& other, coherence::Out out) override { pages_.notice(other, out, loop_); }
  void on_page_message(const ssi::Message& message, coherence::Out out) override;
  bool drain_pages(coherence::Out out) override;
  bool keeps_too_much() const override { return pages_.keeps_too_much(); }
  void validate(const Clock& floor, coherence::Out out) override { pages_.validate(floor, out, loop_); }
  bool validated(const Clock& floor) const override { return pages_.validated(floor); }
  void drop(const Clock& floor, coherence::Out out) override { pages_.drop(floor, out, loop_); }
  void handle(NodeId from, TxnId txn, CallId cause, const Message& message, coherence::Out out);

  Pages pages_;
  Loopback<Message> loop_;
};

}   // namespace ssi::lrc
