// The messages of migration and of exec on another node. README.md gives each a paragraph.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "models/base/ids.hpp"
#include "models/port/calls.hpp"
#include "models/port/luggage.hpp"
#include "models/port/message.hpp"
#include "models/protocol/vproc/place.hpp"

namespace ssi::vproc {

struct Move {
  static constexpr std::string_view kName = "MOVE";
  Pid pid;
  NodeId to;
  NodeId asker;
  Route route{};
};
struct MoveTaken {
  static constexpr std::string_view kName = "MOVE_TAKEN";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid pid;
  std::uint32_t moves{};
  Errno error = Errno::none;
};

struct Migrate {
  static constexpr std::string_view kName = "MIGRATE";
  static constexpr auto kRole = MessageType::Role::waits;   // while the group is joined
  Pid pid, group, session;
  std::shared_ptr<const Luggage> process{};   // its kernel state and who its relatives are
  std::shared_ptr<const Luggage> luggage{};   // what it has of channels, segments and files
  std::uint64_t seen{};                       // the last broadcast to `group` that it has got
  std::uint64_t image_bytes{};                // its dirty pages, or what exec carries
  TxnId settled_below{};                      // every earlier move from the sender to the receiver is settled
  std::uint32_t moves{};                      // this one included
  bool registered = false;                    // as in CREATE
  bool under_way = false;
  Signal news = Signal::none;
};
struct Migrated {
  static constexpr std::string_view kName = "MIGRATED";
  static constexpr auto kRole = MessageType::Role::answer;
  Pid pid;
  Errno error = Errno::none;
};
struct MigrateStatus {
  static constexpr std::string_view kName = "MIGRATE_STATUS";
  Pid pid;
};
struct Location {
  static constexpr std::string_view kName = "LOCATION";
  Pid pid;
  Place place;
  NodeId stub;   // the node that it came from
};
struct Located {
  static constexpr std::string_view kName = "LOCATED";
  Pid pid;
  std::uint32_t moves{};
};

inline std::uint64_t bytes_of(const Move& m) { return kHeaderBytes + 8 + 4 + 4 + bytes_of(m.route); }
inline std::uint64_t bytes_of(const MoveTaken& m) { return kHeaderBytes + 8 + 1 + bytes_of_moves(m.moves); }
inline std::uint64_t bytes_of(const Migrate& m) {
  const auto packed = [](const std::shared_ptr<const Luggage>& one) { return one ? one->bytes() : 0; };
  return kHeaderBytes + 3 * 8 + 3 * 8 + 4 + 3 + m.image_bytes + packed(m.process) + packed(m.luggage);
}
inline std::uint64_t bytes_of(const Migrated&) { return kHeaderBytes + 8 + 1; }
inline std::uint64_t bytes_of(const MigrateStatus&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Location&) { return kHeaderBytes + 8 + 4 + 4 + 4; }
inline std::uint64_t bytes_of(const Located&) { return kHeaderBytes + 8 + 4; }

}   // namespace ssi::vproc
