// One node of the home directory: the cache of its own accesses, and the home of its pages. Messages between the two roles
// of one node are handled at once. tables: for tests, which alter them.
#pragma once
#include "models/port/coherence.hpp"
#include "models/port/loopback.hpp"
#include "models/protocol/directory/cache.hpp"
#include "models/protocol/directory/home.hpp"

namespace ssi::directory {

struct Tables {
  const CacheRules* cache;
  const HomeRules* home;
};
Tables tables_for(const Settings& settings);

class Directory final : public coherence::Machine {
 public:
  Directory(const coherence::Place& place, const Settings& settings);
  Directory(const coherence::Place& place, const Settings& settings, Tables tables);

  std::optional<coherence::Answer> access(coherence::Ticket ticket, const coherence::Access& access, coherence::Out out) override;
  void on_message(const ssi::Message& message, coherence::Out out) override;
  void on_timer(TimerKey key, std::uint64_t generation, coherence::Out out) override;
  bool mine(const ssi::Message& message) const override { return message.body.is<Message>(); }
  bool mine(TimerKey key) const override { return key.value >= place_.timers && key.value - place_.timers < std::uint64_t{1} << 48; }
  void evict(PageId page, coherence::Out out) override;

  coherence::Right right(PageId page) const override;
  const PageData* copy(PageId page) const override { return cache_.copy(page); }
  bool keeps(PageId page) const override { return home_.entries().contains(page); }
  std::optional<NodeId> believed_at(PageId page) const override;
  void check_invariants() const override;
  std::unique_ptr<coherence::Machine> clone() const override { return std::make_unique<Directory>(*this); }
  void hash_into(Digest& digest) const override;
  void hash_message(const Body& body, Digest& digest) const override;
  void describe(StateDump& out) const override;

  const Cache& cache() const { return cache_; }
  const Home& home() const { return home_; }

 private:
  void handle(NodeId from, TxnId txn, CallId cause, const Message& message, coherence::Out out);
  void drain(coherence::Out out);

  coherence::Place place_;
  Cache cache_;
  Home home_;
  Loopback<Message> loop_;
};

// What only all nodes together can see: D1 to D5 of a page. Call it for every page that the nodes have used.
void check_cluster(std::span<const Directory* const> nodes, PageId page, const coherence::Homes& homes);

}   // namespace ssi::directory
