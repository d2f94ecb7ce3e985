#include "models/strategy/registry.hpp"

#include "models/strategy/dsm_first/dsm_first.hpp"
#include "models/strategy/dsm_first/settings.hpp"
#include "models/strategy/isolated/isolated.hpp"
#include "models/strategy/locus_crawl/locus_crawl.hpp"
#include "models/strategy/scale_out/scale_out.hpp"
#include "models/strategy/smp/smp.hpp"
#include "models/strategy/vproc_switch/vproc_switch.hpp"

namespace ssi {

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> kAll{
      {"smp",
       "one machine with all the cores: one kernel, no network; what the others are measured against",
       Image::one_machine,
       {.process = "full", .file = "full", .channel = "full", .segment = "full"},
       {},
       0,
       smp::make,
       smp::check_cluster,
       nullptr,
       false,
       {},
       {},
       true},
      {"isolated",
       "no single system image: a kernel on each node that knows of no other; a remote pid does not exist",
       Image::per_node,
       {.process = "local", .file = "local", .channel = "local", .segment = "local"},
       {},
       0,
       isolated::make,
       isolated::check_cluster,
       nullptr,
       false,
       {},
       {},
       true},
      {"scale_out",
       "the same tasks without an image: a remote-execution daemon, files by NFS, sockets of named hosts",
       Image::per_node,
       {.process = "partial", .file = "full", .channel = "partial", .segment = "local"},
       config::plain<scale_out::Settings>(scale_out::settings_fields()),
       0,
       scale_out::make,
       scale_out::check_cluster},
      {"vproc_switch",
       "a switch for process operations (TNC, OpenSSI): here, or shipped to where the process lives; one pid space",
       Image::per_node,
       {.process = "full", .file = "local", .channel = "local", .segment = "local"},
       vproc_switch::parameters(),
       vproc_switch::kSites,
       vproc_switch::make,
       vproc_switch::check_cluster,
       vproc_switch::coverage,
       true},
      {"dsm_first",
       "memory first (Virtual Iron, ScaleMP): the nodes' memories made one by coherence, and one kernel image over it",
       Image::per_node,
       {.process = "full", .file = "full", .channel = "full", .segment = "full"},
       dsm_first::parameters(),
       0,
       dsm_first::make,
       dsm_first::check_cluster,
       nullptr,
       false,
       dsm_first::presets(),
       dsm_first::refused()},
      {"locus_crawl",
       "LOCUS: native code with locality tests wherever it touches a resource; birth sites of processes, replicated files",
       Image::per_node,
       {.process = "full", .file = "full", .channel = "full", .segment = "local"},
       config::plain<locus_crawl::Settings>(locus_crawl::settings_fields()),
       locus_crawl::kSites,
       locus_crawl::make,
       locus_crawl::check_cluster},
  };
  return kAll;
}

const StrategyEntry* find_strategy(std::string_view name) {
  for (const StrategyEntry& entry : strategies())
    if (entry.name == name) return &entry;
  return nullptr;
}

}   // namespace ssi
