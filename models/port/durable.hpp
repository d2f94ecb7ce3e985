// What lies on a node's disk when the node crashes: kept by the host, and handed to the machine of the node's next incarnation. Whoever
// owns the disk derives from it and recognises its own.
#pragma once

namespace ssi {

class Durable {
 public:
  virtual ~Durable() = default;
};

}   // namespace ssi
