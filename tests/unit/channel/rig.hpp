// A world of `vproc_switch` with cluster-wide channels, whose messages are all delivered after each call.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "models/parts/cluster_channels.hpp"
#include "tests/unit/vproc/rig.hpp"

namespace ssi::test {

inline Bytes text(const std::string& letters) {
  std::vector<std::byte> out;
  for (char c : letters) out.push_back(static_cast<std::byte>(c));
  return native::bytes_from(std::move(out));
}
inline std::string text(const Bytes& bytes) {
  std::string out;
  if (bytes)
    for (std::byte b : *bytes) out.push_back(static_cast<char>(b));
  return out;
}
inline config::Values with_channels(config::Values more = {}) {
  more.emplace_back("cover", std::vector<std::string>{"process", "channel"});
  more.emplace_back("name_server", std::string("fixed"));   // node 0
  return more;
}

class ChannelRig : public Rig {
 public:
  explicit ChannelRig(std::uint32_t nodes, config::Values more = {}) : Rig(nodes, with_channels(std::move(more))) {}

  std::int32_t listen(Pid pid, const std::string& name) { return number(call(pid, Listen{name})); }
  std::int32_t connect(Pid pid, const std::string& name) { return number(call(pid, Connect{name})); }
  std::int32_t accept(Pid pid, std::int32_t listener) { return number(call(pid, Accept{listener})); }
  const CallTrace& send(Pid pid, std::int32_t channel, const std::string& letters) { return call(pid, Send{channel, text(letters)}); }
  const CallTrace& receive(Pid pid, std::int32_t channel, std::uint64_t most = 99) { return call(pid, Receive{channel, most}); }
  // A pipe of `pid`: the reading and the writing descriptor.
  std::pair<std::int32_t, std::int32_t> pipe(Pid pid) {
    const Result result = *call(pid, Pipe{}).result;
    return {static_cast<std::int32_t>(result.value), result.status};
  }
  const parts::ClusterChannels& channels(std::uint32_t id) const {
    return dynamic_cast<const parts::ClusterChannels&>(*node(id).parts().part(CallClass::channel));
  }
  void expect_nothing_left() {
    for (std::uint32_t id = 0; id < world.nodes(); ++id) {
      EXPECT_TRUE(channels(id).ends().empty() && channels(id).streams().empty() && channels(id).distant().empty()) << id;
      EXPECT_TRUE(channels(id).names().all().empty() && channels(id).idle()) << id;
    }
  }

 private:
  static std::int32_t number(const CallTrace& trace) {
    EXPECT_TRUE(trace.result && trace.result->good());
    return trace.result ? static_cast<std::int32_t>(trace.result->value) : -1;
  }
};

}   // namespace ssi::test
