// The settings of `locus_crawl`: what the published descriptions leave open, and its own costs.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/base/time.hpp"
#include "models/config/fields.hpp"
#include "models/config/membership.hpp"
#include "models/parts/cluster_channels.hpp"
#include "models/parts/cluster_segments.hpp"
#include "models/protocol/partition_sets/partition_sets.hpp"

namespace ssi::locus_crawl {

struct Settings {
  Duration test;   // one locality test
  std::uint32_t filegroups{};
  std::uint32_t packs{};         // of each; 0: at every node
  std::uint32_t copies{};        // of a file
  bool notice_before_answer{};   // of a changed directory
  bool read_ahead{};
  std::uint64_t stream_window{};   // bytes
  std::string pid_from;            // "execution" | "parent"
  std::int64_t create_bytes{}, migrate_bytes{};
  std::uint32_t location_cache{};   // entries
  std::uint32_t accept_max{};       // living processes
  std::string advice;               // "rotate" | "here"
  std::uint32_t segment_page{};     // bytes
  bool robust_mutexes{};
  protocol::Choice segment_protocol;   // and its options

  bool allocates_at_parent() const { return pid_from == "parent"; }

  parts::ChannelChoices channels(std::uint32_t nodes) const { return {{nodes, true, {}}, true, stream_window}; }
  parts::SegmentChoices segments(std::uint32_t nodes) const {
    parts::SegmentChoices out;
    out.nodes = nodes;
    out.page_bytes = segment_page;
    out.robust_mutexes = robust_mutexes;
    out.protocol = segment_protocol;
    out.library = true;
    return out;
  }
};

const std::vector<config::Field>& parameters();
partition_sets::Settings watching(const config::Membership& block);
Settings settings_from(const config::Values& values);

}   // namespace ssi::locus_crawl
