// What SimGrid's Engine is told, so that its network is the platform's and nothing else.
#include "sim/platform/build.hpp"

namespace ssi::sim {

std::vector<std::string> engine_arguments(const std::vector<std::string>& users) {
  std::vector<std::string> arguments{"ssisim",
                                     "--log=root.thresh:critical",
                                     "--cfg=network/model:CM02",
                                     "--cfg=network/crosstraffic:0",
                                     "--cfg=network/TCP-gamma:0",
                                     "--cfg=network/latency-factor:1",
                                     "--cfg=network/bandwidth-factor:1",
                                     "--cfg=surf/precision:1e-12"};
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  arguments.emplace_back("--cfg=contexts/factory:thread");   // the sanitizers know threads, not SimGrid's own stacks
#endif
  arguments.insert(arguments.end(), users.begin(), users.end());
  return arguments;
}

}   // namespace ssi::sim
