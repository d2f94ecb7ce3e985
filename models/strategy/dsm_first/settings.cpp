#include "models/strategy/dsm_first/settings.hpp"

#include <array>

namespace ssi::dsm_first {
namespace {

using config::Bound;
using config::Kind;
using S = Settings;

constexpr std::array<std::string_view, 3> kPlacements{"packed", "one_per_page", "first_touch"};
constexpr std::array<std::string_view, 3> kLocks{"test_and_set", "ticket", "mcs"};
constexpr std::array<std::string_view, 3> kProtocols{"directory", "ivy", "ivy_central"};

const std::array kSettings{
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
    Bound<S>{{.key = "protocol",
              .kind = Kind::choice,
              .fallback = std::string_view{"directory"},
              .choices = kProtocols,
              .meaning = "the coherence protocol below the kernel: sequentially consistent ones only, since an unmodified kernel shows no "
                         "acquire and release",
              .source = "choice"},
             &S::protocol},
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
};

}   // namespace

std::span<const config::Bound<Settings>> settings_fields() { return kSettings; }

}   // namespace ssi::dsm_first
