#include "models/strategy/dsm_first/settings.hpp"

#include <array>

namespace ssi::dsm_first {
namespace {

using config::Bound;
using config::Kind;
using S = Settings;

constexpr std::array<std::string_view, 3> kPlacements{"packed", "one_per_page", "first_touch"};
constexpr std::array<std::string_view, 3> kOnFault{"page", "thread", "cost"};
constexpr std::array<std::string_view, 3> kLocks{"test_and_set", "ticket", "mcs"};

constexpr std::array<std::string_view, 5> kPresets{"none", "virtual_iron_like", "vsmp_like", "giantvm", "popcorn"};

const std::array kSettings{
    Bound<S>{{.key = config::kPresetKey,
              .kind = Kind::choice,
              .fallback = std::string_view{"none"},
              .choices = kPresets,
              .meaning = "a known system's defaults for what is not given (ssisim list strategies says what each assumes)",
              .source = "choice"},
             &S::preset},
    Bound<S>{{.key = "placement",
              .kind = Kind::choice,
              .fallback = std::string_view{"first_touch"},
              .choices = kPlacements,
              .meaning = "how kernel objects share pages: one after the other, each on a page of its own, or packed on pages of the node "
                         "that allocates them",
              .source = "choice; slab caches of Linux are per node"},
             &S::placement},
    Bound<S>{{.key = "lock",
              .kind = Kind::choice,
              .fallback = std::string_view{"ticket"},
              .choices = kLocks,
              .meaning = "kernel locks: test-and-set whose waiters read, tickets, or queues whose waiters spin on words of their own",
              .source = "Linux: test-and-set to 2.6.24, tickets to 4.1, queues since"},
             &S::lock},
    Bound<S>{{.key = "page_bytes",
              .kind = Kind::bytes,
              .fallback = std::int64_t{4096},
              .min = 1024,
              .max = 2097152,
              .meaning = "what moves between nodes",
              .source = "a page of x86"},
             &S::page_bytes},
    Bound<S>{{.key = "word_access",
              .kind = Kind::duration,
              .fallback = std::int64_t{2},
              .min = 0,
              .max = 1e6,
              .meaning = "CPU time of an access of kernel code to a word of a page that is here",
              .source = "estimate: between a hit in the first-level cache (1 ns) and one in the last (20 ns)"},
             &S::word_access},
    Bound<S>{{.key = "fault",
              .kind = Kind::duration,
              .fallback = std::int64_t{2'000},
              .min = 0,
              .max = 1e9,
              .meaning = "CPU time to leave the guest, find that a page is not here and to go back afterwards",
              .source = "estimate: an exit for a nested page fault takes 1 to 4 us, range 1 us to 10 us"},
             &S::fault},
    Bound<S>{{.key = "lookup",
              .kind = Kind::duration,
              .fallback = std::int64_t{300},
              .min = 0,
              .max = 1e9,
              .meaning = "CPU time of a home, manager or owner to find the entry of a page",
              .source = "estimate: a few cache misses"},
             &S::lookup},
    Bound<S>{{.key = "map",
              .kind = Kind::duration,
              .fallback = std::int64_t{500},
              .min = 0,
              .max = 1e9,
              .meaning = "CPU time to enter a page that has come into the nested page table",
              .source = "estimate, range 200 ns to 2 us"},
             &S::map},
    Bound<S>{{.key = "device_node",
              .kind = Kind::integer,
              .fallback = std::int64_t{0},
              .min = 0,
              .max = 4095,
              .meaning = "the node that has the disk; more than there are: the last one",
              .source = "choice; GiantVM forwards I/O to one node"},
             &S::device_node},
    Bound<S>{
        {.key = "on_fault",
         .kind = Kind::choice,
         .fallback = std::string_view{"page"},
         .choices = kOnFault,
         .meaning = "what moves when a program touches a page of a segment that is not here: the page, the thread to where the page is "
                    "believed to be, or what costs less",
         .source = "TidalScale decides by cost; the others fetch the page"},
        &S::on_fault},
    Bound<S>{{.key = "thread_cost",
              .kind = Kind::integer,
              .fallback = std::int64_t{8},
              .min = 1,
              .max = 1e6,
              .meaning = "a thread moves once it would have fetched that many pages from one node since it came (ski rental)",
              .source = "estimate: pages of the kernel that a move brings along, range 2 to 100; TidalScale's function is unpublished",
              .needs = {"on_fault", "cost"}},
             &S::thread_cost},
    Bound<S>{{.key = "context",
              .kind = Kind::bytes,
              .fallback = std::int64_t{6144},
              .min = 0,
              .max = 1e9,
              .meaning = "of a virtual processor that moves: registers and what is in flight",
              .source = "TidalScale, unsure: about two pages",
              .needs = {"on_fault", "thread cost"}},
             &S::context},
    Bound<S>{{.key = "tick",
              .kind = Kind::duration,
              .fallback = std::int64_t{4'000'000},
              .min = 1'000,
              .max = 1e9,
              .meaning = "between two timer interrupts of a node, which write what the platform's costs.background_writes says",
              .source = "Linux: HZ is 250"},
             &S::tick},
    Bound<S>{{.key = "background_shared",
              .kind = Kind::ratio,
              .fallback = 0.25,
              .min = 0,
              .max = 1,
              .meaning = "of these writes, those to words that all nodes write; the others are to the node's own clock",
              .source = "estimate: of four words of a tick one is a reference count or the time, range 0.02 to 0.5"},
             &S::background_shared},
    Bound<S>{
        {.key = "reboot_after",
         .kind = Kind::duration,
         .fallback = std::int64_t{0},
         .min = 0,
         .max = 3.6e12,
         .meaning = "when a node is lost the image is: so long until its other nodes have booted again, and make a new one if they are "
                    "more than half; 0ns: never",
         .source = "choice; servers take 1 to 10 min, a kernel that is started by kexec some seconds"},
        &S::reboot_after},
    Bound<S>{{.key = "gather",
              .kind = Kind::duration,
              .fallback = std::int64_t{1'000'000'000},
              .min = 1'000'000,
              .max = 3.6e12,
              .meaning = "how long nodes that have booted again wait for others before they make an image",
              .source = "estimate: they have stopped within a circuit's round trip of each other"},
             &S::gather},
};

// Sequentially consistent ones only: an unmodified kernel shows no acquire and release.
const protocol::Parameters& memory_parameters() {
  static const protocol::Parameters kAll("", "directory", true);
  return kAll;
}

}   // namespace

const std::vector<config::Field>& parameters() {
  static const std::vector<config::Field> kAll = [] {
    std::vector<config::Field> all = config::plain<Settings>(kSettings);
    const auto& memory = memory_parameters().fields();
    all.insert(all.end(), memory.begin(), memory.end());
    return all;
  }();
  return kAll;
}

Settings settings_from(const config::Values& given) {
  const config::Values values = config::with_preset(presets(), given);
  Settings settings = config::bind<Settings>(kSettings, values);
  settings.memory = memory_parameters().choose(values);
  return settings;
}

}   // namespace ssi::dsm_first
