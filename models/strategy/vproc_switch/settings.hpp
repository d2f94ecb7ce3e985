// The settings of `vproc_switch`: what its published descriptions leave open, and its own costs.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/time.hpp"
#include "models/config/fields.hpp"
#include "models/config/membership.hpp"
#include "models/parts/cluster_channels.hpp"
#include "models/parts/cluster_files.hpp"
#include "models/protocol/membership/membership.hpp"
#include "models/parts/cluster_segments.hpp"

namespace ssi::vproc_switch {

struct Settings {
  Duration dispatch;                // of one locality test
  std::string pid_from;             // "parent" | "execution"
  std::string origin;               // "forward" | "redirect"
  std::string init;                 // "each" | "single"
  std::int64_t create_bytes{};      // of CREATE, besides its fields
  std::int64_t migrate_bytes{};     // of MIGRATE, besides its fields and the dirty pages
  std::uint32_t location_cache{};   // entries
  std::uint32_t accept_max{};       // living processes
  std::string gossip;               // "on_demand" | "always"
  Duration gossip_period, load_max_age;
  std::vector<std::string> cover;   // classes of calls that are the cluster's; the others are each node's own
  std::string file;                 // "cfs" | "nfs"
  std::uint32_t file_server{};      // node
  Duration attribute_timeout;
  bool hard_mount{};
  std::string name_server;   // "hash" | "fixed"
  std::uint32_t name_server_node{};
  std::string stream_buffer;       // "reader" | "writer"
  std::uint64_t stream_window{};   // bytes
  std::uint32_t segment_page{};    // bytes
  Duration segment_instrumentation;
  bool robust_mutexes{};
  protocol::Choice segment_protocol;   // and its options

  bool allocates_at_parent() const { return pid_from == "parent"; }
  bool covers(std::string_view name) const { return std::find(cover.begin(), cover.end(), name) != cover.end(); }
  parts::ChannelChoices channel_choices(std::uint32_t nodes) const {
    return {{nodes, name_server == "hash", NodeId{std::min(name_server_node, nodes - 1)}}, stream_buffer == "reader", stream_window};
  }
  parts::FileChoices file_choices(std::uint32_t nodes, std::uint32_t site) const {
    return {file == "cfs", NodeId{std::min(file_server, nodes - 1)}, attribute_timeout, hard_mount, dispatch, site};
  }
  parts::SegmentChoices segment_choices(std::uint32_t nodes) const {
    return {nodes,          name_server == "hash", NodeId{std::min(name_server_node, nodes - 1)}, segment_page, segment_instrumentation,
            robust_mutexes, segment_protocol};
  }
  bool one_init() const { return init == "single"; }
  bool forwards() const { return origin == "forward"; }
};

std::span<const config::Bound<Settings>> settings_fields();
const std::vector<config::Field>& parameters();   // those, and segment_protocol with its options
Settings settings_from(const config::Values& values);
membership::Settings watching(const config::Membership& block);

}   // namespace ssi::vproc_switch
