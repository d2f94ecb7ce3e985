// Systems that put memory first, as sets of parameters. What their sources do not say is assumed, and `help` says what is.
#include "models/strategy/dsm_first/settings.hpp"

namespace ssi::dsm_first {
namespace {

using Text = std::string;
using Count = std::int64_t;

}   // namespace

const std::vector<config::Preset>& presets() {
  static const std::vector<config::Preset> kAll{
      {"virtual_iron_like",
       "Virtual Iron VFe, unpublished: assumed are a home directory (MSI), shadow page tables, test-and-set locks, I/O at one node",
       {{"protocol", Text("directory")},
        {"exclusive", false},
        {"lock", Text("test_and_set")},
        {"fault", Count{4'000}},
        {"device_node", Count{0}}}},
      {"vsmp_like",
       "ScaleMP vSMP, unpublished: assumed are a home directory (MESI), an attraction cache of 1 GiB, prefetch of 8 pages, I/O at one node",
       {{"protocol", Text("directory")},
        {"placement", Text("first_touch")},
        {"cache_pages", Count{262'144}},
        {"prefetch", Count{8}},
        {"device_node", Count{0}}}},
      {"giantvm",
       "GiantVM, from its source: ownership moves on reads, pages are relayed, invalidations are serial, node 0 owns all and does the I/O; "
       "assumed: a writer's current copy is not sent again",
       {{"protocol", Text("ivy_dynamic")},
        {"reads_move", true},
        {"forwarding", Text("relayed")},
        {"invalidations", Text("serial")},
        {"homes", Text("one")},
        {"device_node", Count{0}}}},
      {"popcorn",
       "Popcorn and DeX, from the source, below one kernel: the origin's directory, grants without data, relayed pages, retry when busy; "
       "assumed: how long a retry waits",
       {{"protocol", Text("directory")},
        {"exclusive", false},
        {"busy", Text("nack")},
        {"confirmed", false},
        {"forwarding", Text("relayed")},
        {"grant", true},
        {"homes", Text("one")},
        {"home_node", Count{0}},
        {"device_node", Count{0}}}},
  };
  return kAll;
}

const std::vector<config::Refused>& refused() {
  static const std::vector<config::Refused> kAll{
      {"protocol", "hlrc lrc",
       "is release consistency, and an unmodified kernel shows what is below it no acquire and release; it serves programs' segments "
       "(vproc_switch)"}};
  return kAll;
}

}   // namespace ssi::dsm_first
