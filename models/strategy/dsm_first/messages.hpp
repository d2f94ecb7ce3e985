// Messages between processors, besides those of the coherence protocol: interrupts, whose meaning stands in memory, I/O, and processors
// that move.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>

#include "models/port/calls.hpp"
#include "models/port/message.hpp"

namespace ssi::dsm_first {

struct Interrupt {   // look at what you have to do
  static constexpr std::string_view kName = "INTERRUPT";
  std::uint64_t thread = 0;   // of the sender, which waits until it was served; 0: nobody does
};
struct Served {
  static constexpr std::string_view kName = "INTERRUPT_SERVED";
  std::uint64_t thread = 0;   // with `again` in one word
  bool again = false;         // a process was not there: not yet, or not any more
};
struct DeviceRequest {   // to the node of the disk: these pages
  static constexpr std::string_view kName = "DEVICE_REQUEST";
  std::uint64_t thread = 0, data = 0, from = 0, to = 0;
};
struct DeviceInterrupt {   // it is done
  static constexpr std::string_view kName = "DEVICE_INTERRUPT";
  std::uint64_t thread = 0, failed = 0;
};

struct ProcessorMoves {   // the caller's registers, in the middle of an access that begins anew where it arrives
  static constexpr std::string_view kName = "PROCESSOR_MOVES";
  Pid pid;
  CallId call;
  std::shared_ptr<const Call> access{};
  std::uint64_t context{};   // bytes
  std::uint32_t hops{};      // this one included
};

inline std::uint64_t bytes_of(const ProcessorMoves& m) { return kHeaderBytes + 28 + m.context; }
inline std::uint64_t bytes_of(const Interrupt&) { return kHeaderBytes + 8; }
inline std::uint64_t bytes_of(const Served&) { return kHeaderBytes + 8; }

inline std::uint64_t bytes_of(const DeviceRequest&) { return kHeaderBytes + 32; }
inline std::uint64_t bytes_of(const DeviceInterrupt&) { return kHeaderBytes + 9; }

using ProcessorMessage = std::variant<Interrupt, Served, DeviceRequest, DeviceInterrupt, ProcessorMoves>;

}   // namespace ssi::dsm_first
