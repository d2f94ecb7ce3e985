#include "models/strategy/vproc_switch/settings.hpp"

#include <array>

namespace ssi::vproc_switch {
namespace {

using config::Bound;
using config::Kind;
using S = Settings;

constexpr std::array<std::string_view, 2> kPidFrom{"parent", "execution"};
constexpr std::array<std::string_view, 2> kOrigin{"forward", "redirect"};
constexpr std::array<std::string_view, 2> kGossip{"on_demand", "always"};

const std::array kSettings{
    Bound<S>{{.key = "dispatch",
              .kind = Kind::duration,
              .fallback = std::int64_t{50},
              .min = 0,
              .max = 1e9,
              .meaning = "CPU time of one locality test: the look-up of the vproc and the indirect call through its operations",
              .source = "estimate: two or three cache misses, range 20 ns to 200 ns"},
             &S::dispatch},
    Bound<S>{{.key = "pid_from",
              .kind = Kind::choice,
              .fallback = std::string_view{"parent"},
              .choices = kPidFrom,
              .meaning = "who allocates a remote child's pid and so becomes its origin: the parent's node (fork, then rexec) or the "
                         "executing node (rfork)",
              .source = "OpenSSI: the node that allocates; published descriptions differ"},
             &S::pid_from},
    Bound<S>{{.key = "origin",
              .kind = Kind::choice,
              .fallback = std::string_view{"forward"},
              .choices = kOrigin,
              .meaning = "an origin that is asked for a process elsewhere passes the request on, or answers where to ask",
              .source = "choice; 3 or 4 messages on the path of a kill"},
             &S::origin},
    Bound<S>{{.key = "create_bytes",
              .kind = Kind::bytes,
              .fallback = std::int64_t{4096},
              .min = 0,
              .max = 1e9,
              .meaning = "what CREATE carries besides its fields: arguments, environment, credentials, open-file descriptions",
              .source = "estimate: a small environment, range 1 KiB to 32 KiB; the image itself is paged from its file"},
             &S::create_bytes},
    Bound<S>{{.key = "location_cache",
              .kind = Kind::integer,
              .fallback = std::int64_t{1024},
              .min = 0,
              .max = 1e6,
              .meaning = "entries of each node's cache of where remote processes are; 0: every request asks the origin",
              .source = "estimate"},
             &S::location_cache},
    Bound<S>{{.key = "accept_max",
              .kind = Kind::integer,
              .fallback = std::int64_t{4194304},
              .min = 1,
              .max = 4194304,
              .meaning = "a node with that many living processes refuses one from elsewhere (EAGAIN)",
              .source = "PID_MAX_LIMIT of 64-bit Linux"},
             &S::accept_max},
    Bound<S>{{.key = "gossip",
              .kind = Kind::choice,
              .fallback = std::string_view{"on_demand"},
              .choices = kGossip,
              .meaning = "nodes tell their load from the first least_loaded placement on (the news spread the start), or from boot",
              .source = "choice: a run that places otherwise pays nothing"},
             &S::gossip},
    Bound<S>{{.key = "gossip_period",
              .kind = Kind::duration,
              .fallback = std::int64_t{1'000'000'000},
              .min = 1000,
              .max = 3.6e12,
              .meaning = "how often a node tells its load to two random nodes",
              .source = "MOSIX: each second"},
             &S::gossip_period},
    Bound<S>{{.key = "load_max_age",
              .kind = Kind::duration,
              .fallback = std::int64_t{30'000'000'000},
              .min = 1000,
              .max = 3.6e12,
              .meaning = "older news of a node's load are not believed",
              .source = "estimate: with 16 nodes one in 70 is not heard from in 30 periods"},
             &S::load_max_age},
};

}   // namespace

std::span<const config::Bound<Settings>> settings_fields() { return kSettings; }

}   // namespace ssi::vproc_switch
