// The messages of the membership protocol; README.md gives each a line.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "models/base/ids.hpp"
#include "models/base/time.hpp"
#include "models/port/message.hpp"

namespace ssi::membership {

enum class Stage : std::uint8_t {
  coming_up,   // in the view, and its services are being brought up
  up
};

struct Member {
  NodeId node;
  Incarnation incarnation{1};
  Stage stage = Stage::up;
  friend auto operator<=>(const Member&, const Member&) = default;
};

struct View {
  std::uint64_t number = 0;        // each is one more than the one before
  std::vector<Member> members{};   // by node
  friend bool operator==(const View&, const View&) = default;

  const Member* find(NodeId node) const {
    for (const Member& member : members)
      if (member.node == node) return &member;
    return nullptr;
  }
};

// Who is tried first is the lower one; a later round goes before an earlier
// one.
struct Ballot {
  std::uint32_t round = 0;
  NodeId node{};
  friend auto operator<=>(const Ballot&, const Ballot&) = default;
};

// From a member to the master that it believes in: `echo` binds it to that one
// for a lease. From a master: `echo` and `left` grant a lease.
struct Alive {
  static constexpr std::string_view kName = "ALIVE";
  std::uint64_t view = 0;
  Instant sent{};    // by the sender's clock
  Instant echo{};    // the newest `sent` that the sender has from the receiver; 0:
                     // it is not bound
  Duration left{};   // of the sender's own lease, from when it got that
  bool as_master = false;
  bool ready = false;   // the sender's services are up
};
struct Join {
  static constexpr std::string_view kName = "MEMBER_JOIN";
  Incarnation incarnation;
};
struct Prepare {
  static constexpr std::string_view kName = "VIEW_PREPARE";
  std::uint64_t view = 0;   // that is to be decided
  Ballot ballot;
};
struct Promise {
  static constexpr std::string_view kName = "VIEW_PROMISE";
  std::uint64_t view = 0;
  Ballot ballot;
  Ballot accepted{};                     // round 0: none
  std::shared_ptr<const View> value{};   // of the accepted ballot
};
struct Propose {
  static constexpr std::string_view kName = "VIEW_PROPOSE";
  Ballot ballot;
  std::shared_ptr<const View> value;
};
struct Accepted {
  static constexpr std::string_view kName = "VIEW_ACCEPTED";
  std::uint64_t view = 0;
  Ballot ballot;
};
struct Installed {
  static constexpr std::string_view kName = "VIEW_INSTALLED";
  std::shared_ptr<const View> value;
};

// The circuit between the sender and `peer` has broken, and both still are members.
struct Apart {
  static constexpr std::string_view kName = "MEMBERS_APART";
  std::uint64_t view = 0;
  NodeId peer;
};

inline std::uint64_t bytes_of_view(const View& view) { return 8 + 9 * view.members.size(); }
inline std::uint64_t bytes_of(const Alive&) { return kHeaderBytes + 8 + 8 + 8 + 8 + 1; }
inline std::uint64_t bytes_of(const Join&) { return kHeaderBytes + 4; }
inline std::uint64_t bytes_of(const Prepare&) { return kHeaderBytes + 8 + 8; }
inline std::uint64_t bytes_of(const Promise& m) { return kHeaderBytes + 8 + 8 + 8 + (m.value ? bytes_of_view(*m.value) : 0); }
inline std::uint64_t bytes_of(const Propose& m) { return kHeaderBytes + 8 + bytes_of_view(*m.value); }
inline std::uint64_t bytes_of(const Accepted&) { return kHeaderBytes + 8 + 8; }
inline std::uint64_t bytes_of(const Installed& m) { return kHeaderBytes + bytes_of_view(*m.value); }
inline std::uint64_t bytes_of(const Apart&) { return kHeaderBytes + 8 + 4; }

using Message = std::variant<Alive, Join, Prepare, Promise, Propose, Accepted, Installed, Apart>;

}   // namespace ssi::membership
