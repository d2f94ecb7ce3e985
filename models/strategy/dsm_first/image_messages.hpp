// Messages about the image itself: that it stops, and which nodes are the next one. All raised, so that those of a pair keep their order.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "models/port/message.hpp"

namespace ssi::dsm_first {

using Members = std::vector<NodeId>;   // ascending

struct Halt {   // this image is over
  static constexpr std::string_view kName = "IMAGE_HALT";
};
struct Join {   // I have booted and am in no image
  static constexpr std::string_view kName = "IMAGE_JOIN";
  bool asks = false;   // who else is there?
};
struct Propose {   // shall we be an image?
  static constexpr std::string_view kName = "IMAGE_PROPOSE";
  std::uint64_t round = 0;   // of the sender
};
struct Agree {   // yes, and with nobody else until I hear from you
  static constexpr std::string_view kName = "IMAGE_AGREE";
  std::uint64_t round = 0;
};
struct Refuse {   // I am in an image, or have accepted another's
  static constexpr std::string_view kName = "IMAGE_REFUSE";
  std::uint64_t round = 0;
};
struct Cancel {   // not this time
  static constexpr std::string_view kName = "IMAGE_CANCEL";
};
struct Go {   // all have accepted
  static constexpr std::string_view kName = "IMAGE_GO";
  std::shared_ptr<const Members> members;
};

inline std::uint64_t bytes_of(const Halt&) { return kHeaderBytes; }
inline std::uint64_t bytes_of(const Join&) { return kHeaderBytes + 1; }
inline std::uint64_t bytes_of(const Propose&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Agree&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Refuse&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Cancel&) { return kHeaderBytes; }
inline std::uint64_t bytes_of(const Go& m) { return kHeaderBytes + 4 * m.members->size(); }

using ImageMessage = std::variant<Halt, Join, Propose, Agree, Refuse, Cancel, Go>;

}   // namespace ssi::dsm_first
