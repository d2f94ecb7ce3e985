// One node's part: a user of shared offsets, and the manager of those of files that were opened here. A token is where it was used last.
//
// Invariants: of a shared offset one node has the token, or the manager has the offset; a manager forgets it when no node has the entry.
#pragma once
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "models/port/loopback.hpp"
#include "models/port/shared_offsets.hpp"
#include "models/protocol/offset/messages.hpp"
#include "models/protocol/offset/table.hpp"

namespace ssi::offset {

inline constexpr unsigned kManagerShift = 40;   // of a name: the node that opened the file is above

class Tokens final : public SharedOffsets {
 public:
  explicit Tokens(NodeId self) : self_(self), loop_(self) {}

  void share(std::uint64_t name, std::uint64_t offset, bool in_use) override;
  void hold(std::uint64_t name, NodeId node, std::int32_t by, Effects& out) override;
  void arrived(std::uint64_t name, std::uint64_t offset) override;
  bool take(std::uint64_t name, CallId cause, Effects& out) override;
  std::uint64_t offset(std::uint64_t name) const override { return tokens_.at(name).offset; }
  void put(std::uint64_t name, std::uint64_t offset, Effects& out) override;
  void left(std::uint64_t name, Effects& out) override;
  bool message(const ssi::Message& message, Effects& out, std::vector<std::uint64_t>& came) override;
  void circuit_broken(NodeId peer, Effects& out, std::vector<std::uint64_t>& came) override;

  struct Token {   // of a node that has the entry
    State state = State::away;
    std::uint64_t offset = 0;   // as it was when the token was here last
    std::int32_t times = 0;     // that it came here
    CallId recalled_for{};
    bool alone = false;   // its manager was lost: the offset is this node's own
  };
  struct Managed {
    std::optional<NodeId> holder;
    std::uint64_t offset = 0;   // when nobody holds it
    bool recalled = false;
    std::map<NodeId, std::int32_t> having{};   // which nodes have the entry, how many times; no zeros
    std::deque<std::pair<NodeId, CallId>> waiting{};
  };
  const std::map<std::uint64_t, Token>& tokens() const { return tokens_; }
  const std::map<std::uint64_t, Managed>& managed() const { return managed_; }
  using Hits = std::array<std::uint64_t, kStates * kEvents>;
  const Hits& hits() const { return hits_; }

  void check_invariants() const override;
  std::unique_ptr<SharedOffsets> clone() const override { return std::make_unique<Tokens>(*this); }
  void hash_into(StateHash& hash) const override;
  void describe(StateDump& out) const override;

 private:
  static NodeId manager_of(std::uint64_t name) { return {static_cast<std::uint32_t>(name >> kManagerShift)}; }
  Verdict step(Token& token, On on);
  void say(NodeId to, Message message, CallId cause, Effects& out);
  void drain(Effects& out, std::vector<std::uint64_t>& came);
  void handle(NodeId from, const Message& message, CallId cause, Effects& out, std::vector<std::uint64_t>& came);

  void on(NodeId from, const Want& want, CallId cause, Effects& out);
  void on(NodeId from, const Surrender& surrender, Effects& out);
  void on(NodeId from, const Release& release, Effects& out);
  void on(const Hold& hold);
  void on(const Recall& recall, CallId cause, Effects& out);
  void on(const Grant& grant, std::vector<std::uint64_t>& came);
  void serve(std::uint64_t name, Managed& managed, Effects& out);
  void forget_if_unused(std::uint64_t name);

  NodeId self_;
  Loopback<Message> loop_;
  std::map<std::uint64_t, Token> tokens_;
  std::map<std::uint64_t, Managed> managed_;
  Hits hits_{};
};

// At most one node has a valid token of each offset; for checks of the whole cluster.
bool one_holder(const std::vector<const Tokens*>& nodes);

}   // namespace ssi::offset
