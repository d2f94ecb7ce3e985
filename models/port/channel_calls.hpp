// Channels: pipes, and stream sockets with names. An end is a descriptor of the caller, shared across fork.
#pragma once
#include <cstdint>
#include <string>

#include "models/port/bytes.hpp"

namespace ssi {

struct Pipe {};   // returns the reading end in Result::value and the writing end in Result::status
struct Listen {
  std::string name;
  std::uint32_t backlog{128};
};   // returns a descriptor; EADDRINUSE while another end listens on that name
struct Connect {
  std::string name;
};   // returns a descriptor; ECONNREFUSED when nobody listens or the backlog is full
struct Accept {
  std::int32_t listener{};
};   // returns a descriptor
struct Send {
  std::int32_t channel{};
  Bytes data;
};   // waits for room; EPIPE (and SIGPIPE) when no reader is left
struct Receive {
  std::int32_t channel{};
  std::uint64_t count{};
};   // waits for at least one byte; none when no writer is left

}   // namespace ssi
