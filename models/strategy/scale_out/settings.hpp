// The settings of `scale_out`: what it costs to log in on another host, and how its shared files and connections behave.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "models/base/time.hpp"
#include "models/config/fields.hpp"
#include "models/parts/cluster_channels.hpp"
#include "models/parts/cluster_files.hpp"
#include "models/port/calls.hpp"
#include "models/protocol/rexec/client.hpp"

namespace ssi::scale_out {

struct Settings {
  std::uint32_t login_rounds{};
  Duration login_client, login_server;   // CPU time, of all rounds together
  std::int64_t command_bytes{};
  std::uint32_t sessions_max{};
  std::string forwards;       // "terminate" | "all"
  std::string hang_up;        // "hup" | "nothing"
  std::string least_loaded;   // "rotate" | "here"
  std::uint32_t retries{};
  Duration backoff;
  std::uint32_t file_server{};
  Duration attribute_timeout;
  bool hard_mount{};
  std::uint64_t stream_window{};

  rexec::ClientSettings client() const { return {login_rounds, static_cast<std::uint64_t>(command_bytes)}; }
  parts::FileChoices files(std::uint32_t nodes) const {
    return {
        .tokens = false, .server = NodeId{std::min(file_server, nodes - 1)}, .attribute_timeout = attribute_timeout, .hard = hard_mount};
  }
  parts::ChannelChoices channels(NodeId self, std::uint32_t nodes) const { return {{nodes, false, self, true}, true, stream_window}; }
  std::span<const Signal> forwarded() const;
};

std::span<const config::Bound<Settings>> settings_fields();

}   // namespace ssi::scale_out
