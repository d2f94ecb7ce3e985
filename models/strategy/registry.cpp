#include "models/strategy/registry.hpp"

#include "models/strategy/dsm_first/dsm_first.hpp"
#include "models/strategy/dsm_first/settings.hpp"
#include "models/strategy/isolated/isolated.hpp"
#include "models/strategy/locus_crawl/locus_crawl.hpp"
#include "models/strategy/scale_out/scale_out.hpp"
#include "models/strategy/smp/smp.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi {
namespace {

constexpr Coverage kEverything{.process = "full", .file = "full", .channel = "full", .segment = "full"};

}   // namespace

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> kAll{
      {.name = "smp",
       .help = "one machine with all the cores: one kernel, no network; what the others are measured against",
       .image = Image::one_machine,
       .coverage = kEverything,
       .make = smp::make,
       .check_cluster = smp::check_cluster,
       .survives_crashes = true},
      {.name = "isolated",
       .help = "no single system image: a kernel on each node that knows of no other; a remote pid does not exist",
       .image = Image::per_node,
       .coverage = {.process = "local", .file = "local", .channel = "local", .segment = "local"},
       .make = isolated::make,
       .check_cluster = isolated::check_cluster,
       .survives_crashes = true},
      {.name = "scale_out",
       .help = "the same tasks without an image: a remote-execution daemon, files by NFS, sockets of named hosts",
       .image = Image::per_node,
       .coverage = {.process = "partial", .file = "full", .channel = "partial", .segment = "local"},
       .params = config::plain<scale_out::Settings>(scale_out::settings_fields()),
       .make = scale_out::make,
       .check_cluster = scale_out::check_cluster},
      {.name = "vproc_switch",
       .help = "a switch for process operations (TNC, OpenSSI): here, or shipped to where the process is; one pid space",
       .image = Image::per_node,
       .coverage = {.process = "full", .file = "local", .channel = "local", .segment = "local"},
       .params = vproc_switch::parameters(),
       .dispatch_sites = vproc_switch::kSites,
       .make = vproc_switch::make,
       .check_cluster = vproc_switch::check_cluster,
       .covers = vproc_switch::coverage,
       .watches = true},
      {.name = "dsm_first",
       .help = "memory first (Virtual Iron, ScaleMP): the nodes' memories made one by coherence, one kernel image over it",
       .image = Image::per_node,
       .coverage = kEverything,
       .params = dsm_first::parameters(),
       .make = dsm_first::make,
       .check_cluster = dsm_first::check_cluster,
       .presets = dsm_first::presets(),
       .refused = dsm_first::refused(),
       .group_kills_end_exactly = false,
       .forks_begin_anew = true},
      {.name = "locus_crawl",
       .help = "LOCUS: native code with a locality test at each touch of a resource; birth sites, replicated files",
       .image = Image::per_node,
       .coverage = kEverything,
       .params = locus_crawl::parameters(),
       .dispatch_sites = locus_crawl::kSites,
       .make = locus_crawl::make,
       .check_cluster = locus_crawl::check_cluster,
       .group_kills_end_exactly = false,
       .has_sets = true},
  };
  return kAll;
}

const StrategyEntry* find_strategy(std::string_view name) {
  for (const StrategyEntry& entry : strategies())
    if (entry.name == name) return &entry;
  return nullptr;
}

}   // namespace ssi
