#include "models/strategy/scale_out/settings.hpp"

#include <array>

namespace ssi::scale_out {
namespace {

using config::Bound;
using config::Kind;
using S = Settings;

// The first three are what rsh passes on.
constexpr std::array kForwarded{Signal::hup, Signal::interrupt, Signal::term, Signal::usr1, Signal::usr2, Signal::cont};
constexpr std::array<std::string_view, 2> kForwards{"terminate", "all"};
constexpr std::array<std::string_view, 2> kHangUp{"hup", "nothing"};
constexpr std::array<std::string_view, 2> kLeastLoaded{"rotate", "here"};

const std::array kSettings{
    Bound<S>{{.key = "login_rounds",
              .kind = Kind::integer,
              .fallback = std::int64_t{3},
              .min = 1,
              .max = 64,
              .meaning = "requests and answers before a program can be started on another host: connection, keys, authentication",
              .source = "estimate: rsh 2 (connection, names); ssh 6 to 8 (RFC 4252, 4253); 1 over a connection that is kept open"},
             &S::login_rounds},
    Bound<S>{{.key = "login_client",
              .kind = Kind::duration,
              .fallback = std::int64_t{500'000},
              .min = 0,
              .max = 1e11,
              .meaning = "CPU time of all rounds at the client",
              .source = "estimate, range 50 us (rsh) to 5 ms (ssh: key exchange and signature)"},
             &S::login_client},
    Bound<S>{{.key = "login_server",
              .kind = Kind::duration,
              .fallback = std::int64_t{2'000'000},
              .min = 0,
              .max = 1e11,
              .meaning = "CPU time of all rounds at the daemon, besides a fork for the connection",
              .source = "estimate, range 200 us (rshd, hosts.equiv) to 50 ms (sshd with PAM and a login session)"},
             &S::login_server},
    Bound<S>{{.key = "command_bytes",
              .kind = Kind::bytes,
              .fallback = std::int64_t{1024},
              .min = 0,
              .max = 1e9,
              .meaning = "what starts a program besides its name: arguments and environment",
              .source = "estimate: a command line; the image is read from a file"},
             &S::command_bytes},
    Bound<S>{{.key = "sessions_max",
              .kind = Kind::integer,
              .fallback = std::int64_t{4194304},
              .min = 1,
              .max = 4194304,
              .meaning = "a daemon with that many connections refuses another one: the client process exits with 255",
              .source = "PID_MAX_LIMIT of 64-bit Linux"},
             &S::sessions_max},
    Bound<S>{{.key = "forwards",
              .kind = Kind::choice,
              .fallback = std::string_view{"terminate"},
              .choices = kForwards,
              .meaning = "signals that the client process catches and passes on: HUP, INT and TERM, or also USR1, USR2 and CONT",
              .source = "rsh(1): interrupt, quit and terminate; srun(1) passes on all"},
             &S::forwards},
    Bound<S>{{.key = "hang_up",
              .kind = Kind::choice,
              .fallback = std::string_view{"hup"},
              .choices = kHangUp,
              .meaning = "what a program gets whose client process has died or whose connection is lost",
              .source = "sshd with a terminal; without one, and rshd, nothing"},
             &S::hang_up},
    Bound<S>{{.key = "least_loaded",
              .kind = Kind::choice,
              .fallback = std::string_view{"rotate"},
              .choices = kLeastLoaded,
              .meaning = "where a program goes that leaves its place to the system: to each host in turn, or it stays, since nobody knows "
                         "the load",
              .source = "a list of hosts, as distcc and pdsh have it"},
             &S::least_loaded},
    Bound<S>{{.key = "retries",
              .kind = Kind::integer,
              .fallback = std::int64_t{0},
              .min = 0,
              .max = 4096,
              .meaning = "a client process whose connection is lost starts its program again on the next host, so many times, before it "
                         "exits with 255; who was only cut off may run twice for a while",
              .source = "ssh: 0; distcc tries other hosts, batch systems requeue what may run twice (srun --requeue)"},
             &S::retries},
    Bound<S>{{.key = "backoff",
              .kind = Kind::duration,
              .fallback = std::int64_t{60'000'000'000},
              .min = 0,
              .max = 3.6e12,
              .meaning = "how long a host whose connections were lost is left out of the list for least_loaded and for retries",
              .source = "distcc: DISTCC_BACKOFF_PERIOD is 60 s"},
             &S::backoff},
    Bound<S>{{.key = "file_server",
              .kind = Kind::integer,
              .fallback = std::int64_t{0},
              .min = 0,
              .max = 4095,
              .meaning = "the node whose disk all mount by NFS; more than there are: the last one"},
             &S::file_server},
    Bound<S>{{.key = "attribute_timeout",
              .kind = Kind::duration,
              .fallback = std::int64_t{3'000'000'000},
              .min = 0,
              .max = 3.6e12,
              .meaning = "how long a client of NFS believes a file's attributes",
              .source = "acregmin of SunOS and Linux"},
             &S::attribute_timeout},
    Bound<S>{{.key = "hard_mount",
              .kind = Kind::boolean,
              .fallback = true,
              .meaning = "a client of NFS asks a lost server again for ever, or fails with EIO after three times",
              .source = "mount(8): hard is the default"},
             &S::hard_mount},
    Bound<S>{{.key = "stream_window",
              .kind = Kind::bytes,
              .fallback = std::int64_t{65536},
              .min = 8192,
              .max = 1e9,
              .meaning = "what may be sent on a connection to another host before it is told that there is room",
              .source = "the window of TCP without scaling"},
             &S::stream_window},
};

}   // namespace

std::span<const Signal> Settings::forwarded() const {
  constexpr std::size_t kTerminate = 3;
  return std::span(kForwarded).first(forwards == "all" ? kForwarded.size() : kTerminate);
}

std::span<const config::Bound<Settings>> settings_fields() { return kSettings; }

}   // namespace ssi::scale_out
