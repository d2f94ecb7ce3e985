// Which sites have packs, how often a file is stored, which places test for locality, and what kernel work costs.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "models/base/time.hpp"
#include "models/protocol/locus_files/file.hpp"

namespace ssi::locus {

// The places where a single node's file system touched a resource that may now be elsewhere.
enum class Test : std::uint32_t {
  search,    // is this directory stored here, with no newer version under way to here?
  open,      // is the CSS here?
  storage,   // the CSS: is the SS here?
  page,      // is the SS here? For a page that is read,
  write,     // ... or written,
  commit,    // ... a commit,
  close,     // ... a close,
  token,     // ... a data token
  create,    // may the file be made here?
  lock,      // is the CSS, which keeps locks, here?
};
inline constexpr std::uint32_t kTests = 10;

struct Costs {
  Duration lookup, update, io, page, copy_per_kib, disk_request;   // as those of a local file system
  Duration test;                                                   // one locality test
};

struct Settings {
  std::uint32_t nodes = 1;
  std::uint32_t filegroups = 1;   // a directory made in the root begins the one that its name hashes to, as if it were mounted there
  std::uint32_t packs = 0;        // of each filegroup, from its CSS on; 0: one at each site
  std::uint32_t copies = 2;       // of a file; a directory is at every pack of its parent's
  // When other storage sites of a directory learn of a commit: after it has been answered, as published, so that for as long as the notice
  // travels they are searched as they were; or before, at the price of one more round.
  bool notice_before_answer = false;
  bool read_ahead = true;                       // one page, at the US and the SS, of what is read in sequence
  std::uint64_t cache_pages = 65536;            // at the SS
  std::uint64_t capacity_blocks = 1ULL << 28;   // of each pack's disk
  std::optional<std::uint32_t> first_site{};    // number of the first of the tests among the design's
  Costs costs{};

  std::set<NodeId> members{};   // the partition set that this site is in; empty: nobody keeps one

  bool is_member(NodeId site) const { return members.empty() || members.contains(site); }
  bool is_split() const { return !members.empty() && members.size() < nodes; }
  // The first site with a pack of it that is in the set; without any, the lowest of the set.
  NodeId css_of(std::uint32_t filegroup) const {
    if (!is_split()) return NodeId{filegroup % nodes};
    for (const NodeId site : packs_of(filegroup))
      if (is_member(site)) return site;
    return *members.begin();
  }
  std::vector<NodeId> packs_of(std::uint32_t filegroup) const {
    std::vector<NodeId> out;
    for (std::uint32_t i = 0; i < (packs == 0 ? nodes : std::min(packs, nodes)); ++i) out.push_back(NodeId{(filegroup + i) % nodes});
    return out;
  }
};

}   // namespace ssi::locus
