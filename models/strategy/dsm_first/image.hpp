// Which nodes are one image together, and its end. The first image is all nodes, as the operator has configured it. A connection that
// breaks is the end of the whole image, since what was lost with it is anybody's memory (PROTOCOLS 2.17: connection error, fatal): who
// sees it stops, tells the others, and they stop as well. Nodes that have booted again look for each other, and the lowest of them
// makes an image of all that are there, if they are more than half of the nodes; one that comes later waits for the next.
//
// Invariant: a node is in one image at most, and has accepted one proposal at most; two images that run at once have no node in common,
// and since each has more than half of all there is one.
#pragma once
#include <cstdint>
#include <set>

#include "models/base/hash.hpp"
#include "models/base/time.hpp"
#include "models/port/effects.hpp"
#include "models/port/event.hpp"
#include "models/strategy/dsm_first/image_messages.hpp"

namespace ssi::dsm_first {

class Image {
 public:
  enum class State : std::uint8_t {
    running,
    halting,     // HALT was sent; the machine stops for good when it has left
    gathering,   // JOIN was sent; who is there is found out
    proposing,   // PROPOSE was sent; AGREE of all is awaited
    promised     // AGREE was sent; GO or CANCEL is awaited
  };
  struct Place {
    NodeId self;
    std::uint32_t nodes = 1;
    bool again = false;     // an earlier incarnation of this node was in an image
    bool reboots = false;   // images are expected to be booted again
    Duration gather{};
  };

  explicit Image(const Place& place);

  void begin(Effects& out);   // at boot; may be running then
  // True: the image of `members()` begins here with this message.
  bool on(NodeId from, const ImageMessage& message, Effects& out);
  bool mine(TimerKey key) const;
  bool on_timer(TimerKey key, Effects& out);   // likewise
  void circuit_broken(NodeId peer, Effects& out);

  State state() const { return state_; }
  bool running() const { return state_ == State::running; }
  bool has(NodeId node) const { return in_.contains(node); }   // running: is a member
  const std::set<NodeId>& members() const { return in_; }
  void hash_into(StateHash& hash) const;

 private:
  void halt(NodeId because_of, Effects& out);
  void announce(Effects& out);
  bool gathered(Effects& out);
  bool joined(NodeId from, bool asks, Effects& out);
  bool accepted(NodeId from, std::uint64_t round, Effects& out);
  void give_up(Effects& out);
  void send(NodeId to, ImageMessage message, Effects& out) const;
  bool is_majority(std::size_t count) const { return 2 * count > place_.nodes; }

  Place place_;
  State state_;
  std::set<NodeId> in_;        // running: the members; else who is known to be there, this one included
  std::set<NodeId> awaited_;   // proposing: who has not accepted yet
  NodeId promised_to_{};       // promised
  std::uint64_t round_ = 0;    // of proposals, and of times that this node has looked who is there
};

}   // namespace ssi::dsm_first
