// What a process takes along to another node: opaque to all but who packed it there and who unpacks it here.
#pragma once
#include <cstdint>

namespace ssi {

struct Luggage {
  virtual ~Luggage() = default;
  virtual std::uint64_t bytes() const = 0;   // on the wire
};

}   // namespace ssi
