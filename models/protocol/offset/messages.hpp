// What the nodes say of a file offset that they share. Its manager is the node that opened the file, which its name begins with. All of
// these messages are of the raised class, so that of a pair of nodes they arrive in the order in which they were sent.
#pragma once
#include <cstdint>
#include <string_view>
#include <variant>

#include "models/port/message.hpp"

namespace ssi::offset {

// To the manager.
struct Want {
  static constexpr std::string_view kName = "offset.WANT";
  std::uint64_t name{}, known{};   // the offset as the sender last knew it, for a manager that has lost it with a circuit
};
struct Surrender {
  static constexpr std::string_view kName = "offset.SURRENDER";
  std::uint64_t name{}, offset{};
};
struct Hold {   // `node` is about to have it so many times more
  static constexpr std::string_view kName = "offset.HOLD";
  std::uint64_t name{};
  NodeId node;
  std::int32_t by{};
};
struct Release {   // the sender has it no more; `held`: the token was there
  static constexpr std::string_view kName = "offset.RELEASE";
  std::uint64_t name{};
  std::int32_t times{};
  bool held = false;
  std::uint64_t offset{};
};

// From the manager.
struct Recall {
  static constexpr std::string_view kName = "offset.RECALL";
  std::uint64_t name{};
};
struct Grant {
  static constexpr std::string_view kName = "offset.GRANT";
  std::uint64_t name{}, offset{};
};

using Message = std::variant<Want, Surrender, Hold, Release, Recall, Grant>;

inline std::uint64_t bytes_of(const Want&) { return kHeaderBytes + 16; }
inline std::uint64_t bytes_of(const Surrender&) { return kHeaderBytes + 16; }
inline std::uint64_t bytes_of(const Hold&) { return kHeaderBytes + 16; }
inline std::uint64_t bytes_of(const Release&) { return kHeaderBytes + 24; }
inline std::uint64_t bytes_of(const Recall&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Grant&) { return kHeaderBytes + 16; }

}   // namespace ssi::offset
