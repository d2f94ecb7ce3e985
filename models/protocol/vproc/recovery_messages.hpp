// The messages after the end of a node. README.md gives each a paragraph.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string_view>

#include "models/base/ids.hpp"
#include "models/port/message.hpp"
#include "models/protocol/vproc/duties.hpp"
#include "models/protocol/vproc/place.hpp"

namespace ssi::vproc {

// What a survivor knows that the dead node knew, or that somebody has to know now.
struct Registrations {
  struct Group {
    Pid session;
    std::uint32_t registrations{};
    std::uint64_t last{};   // the newest broadcast that it was told of
  };
  std::map<Pid, std::uint32_t> processes{};   // here, or on their way from here: of the dead node's origin, or moved; how often
  std::map<Pid, Group> groups{};              // that the dead node led, with members here
  std::set<Pid> missed{};                     // believed to be on the dead node

  std::uint64_t bytes() const { return 12 + 12 * processes.size() + 28 * groups.size() + 8 * missed.size(); }
};
struct Verdicts {
  std::map<Pid, Place> living{};
  std::set<Pid> dead{};
  std::uint64_t bytes() const { return 8 + 16 * living.size() + 8 * dead.size(); }
};

struct Reregister {
  static constexpr std::string_view kName = "REREGISTER";
  NodeId dead;
  std::uint64_t view{};   // of the sender
  std::shared_ptr<const Registrations> what;
};
struct Reregistered {
  static constexpr std::string_view kName = "REREGISTERED";
  static constexpr auto kRole = MessageType::Role::answer;
  NodeId dead;
  std::shared_ptr<const Verdicts> verdicts;
};
struct Lost {
  static constexpr std::string_view kName = "LOST";
  static constexpr auto kRole = MessageType::Role::answer;
  NodeId dead;   // to which the sender had passed on this request of the receiver's
};
struct Hello {
  static constexpr std::string_view kName = "HELLO";
  std::uint64_t view{};   // in which the sender is coming up
};
struct Welcome {
  static constexpr std::string_view kName = "WELCOME";
  std::uint64_t view{};
  std::shared_ptr<const std::map<NodeId, Duty>> duties;   // empty: the sender is coming up too
};

inline std::uint64_t bytes_of(const Reregister& m) { return kHeaderBytes + 4 + 8 + m.what->bytes(); }
inline std::uint64_t bytes_of(const Reregistered& m) { return kHeaderBytes + 4 + m.verdicts->bytes(); }
inline std::uint64_t bytes_of(const Lost&) { return kHeaderBytes + 4; }
inline std::uint64_t bytes_of(const Hello&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Welcome& m) { return kHeaderBytes + 8 + (m.duties ? 12 * m.duties->size() : 0); }

}   // namespace ssi::vproc
