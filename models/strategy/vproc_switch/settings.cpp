#include "models/strategy/vproc_switch/settings.hpp"

#include <array>

namespace ssi::vproc_switch {
namespace {

using config::Bound;
using config::Kind;
using S = Settings;

constexpr std::array<std::string_view, 2> kPidFrom{"parent", "execution"};
constexpr std::array<std::string_view, 2> kOrigin{"forward", "redirect"};
constexpr std::array<std::string_view, 2> kInit{"each", "single"};
constexpr std::array<std::string_view, 4> kCover{"process", "file", "channel", "segment"};
constexpr std::array<std::string_view, 2> kFile{"cfs", "nfs"};
constexpr std::array<std::string_view, 2> kNameServer{"hash", "fixed"};
constexpr std::array<std::string_view, 2> kStreamBuffer{"reader", "writer"};
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
    Bound<S>{{.key = "init",
              .kind = Kind::choice,
              .fallback = std::string_view{"each"},
              .choices = kInit,
              .meaning = "who adopts orphans: the init of the node on which each of them runs, or the only init of the image, on node 0",
              .source = "OpenSSI has a single init; TNC leaves it open"},
             &S::init},
    Bound<S>{{.key = "create_bytes",
              .kind = Kind::bytes,
              .fallback = std::int64_t{4096},
              .min = 0,
              .max = 1e9,
              .meaning = "what CREATE carries besides its fields: arguments, environment, credentials, open-file descriptions",
              .source = "estimate: a small environment, range 1 KiB to 32 KiB; the image itself is paged from its file"},
             &S::create_bytes},
    Bound<S>{{.key = "migrate_bytes",
              .kind = Kind::bytes,
              .fallback = std::int64_t{8192},
              .min = 0,
              .max = 1e9,
              .meaning = "what MIGRATE carries besides its fields and the dirty pages: registers, kernel stack, page tables, credentials",
              .source = "estimate: the kernel's part of a small process, range 4 KiB to 64 KiB; clean pages are paged from their files"},
             &S::migrate_bytes},
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
    Bound<S>{{.key = "cover",
              .kind = Kind::choice_set,
              .fallback = std::string_view{"process"},
              .choices = kCover,
              .meaning = "classes of calls that this image serves for the whole cluster (process always); the others are each node's own",
              .source =
                  "the modules beside the switch: the vproc and vnode switches alone give one name space for neither sockets nor segments"},
             &S::cover},
    Bound<S>{{.key = "file",
              .kind = Kind::choice,
              .fallback = std::string_view{"cfs"},
              .choices = kFile,
              .meaning = "the file system below the vnode switch, where `cover` has file: contents under tokens (cfs), or a server without "
                         "state and clients that cache for a time (nfs)",
              .source = "OpenSSI's own; NFS version 2, RFC 1094",
              .needs = {"cover", "file"}},
             &S::file},
    Bound<S>{{.key = "file_server",
              .kind = Kind::integer,
              .fallback = std::int64_t{0},
              .min = 0,
              .max = 4095,
              .meaning = "the node that has the disk of that file system; more than there are: the last one",
              .needs = {"cover", "file"}},
             &S::file_server},
    Bound<S>{{.key = "attribute_timeout",
              .kind = Kind::duration,
              .fallback = std::int64_t{3'000'000'000},
              .min = 0,
              .max = 3.6e12,
              .meaning = "how long a client of nfs believes a file's attributes",
              .source = "acregmin of SunOS and Linux",
              .needs = {"file", "nfs"}},
             &S::attribute_timeout},
    Bound<S>{{.key = "hard_mount",
              .kind = Kind::boolean,
              .fallback = true,
              .meaning = "a client of nfs asks a lost server again for ever, or fails with EIO after three times",
              .source = "mount(8): hard is the default",
              .needs = {"file", "nfs"}},
             &S::hard_mount},
    Bound<S>{{.key = "name_server",
              .kind = Kind::choice,
              .fallback = std::string_view{"hash"},
              .choices = kNameServer,
              .meaning = "who keeps names of sockets, keys of segments, semaphores: all nodes by hash of the name, or one node",
              .source = "choice; published descriptions do not say",
              .needs = {"cover", "channel segment"}},
             &S::name_server},
    Bound<S>{{.key = "name_server_node",
              .kind = Kind::integer,
              .fallback = std::int64_t{0},
              .min = 0,
              .max = 4095,
              .meaning = "the node that keeps the names",
              .needs = {"name_server", "fixed"}},
             &S::name_server_node},
    Bound<S>{
        {.key = "stream_buffer",
         .kind = Kind::choice,
         .fallback = std::string_view{"reader"},
         .choices = kStreamBuffer,
         .meaning = "where a socket's bytes wait: at the reader (a write is one message, a read none) or at the writer (a read is two)",
         .source = "choice; TCP keeps them at the reader",
         .needs = {"cover", "channel"}},
        &S::stream_buffer},
    Bound<S>{{.key = "stream_window",
              .kind = Kind::bytes,
              .fallback = std::int64_t{65536},
              .min = 8192,
              .max = 1e9,
              .meaning = "what a node may send to a stream of another node before it is told that there is room",
              .source = "the window of TCP without scaling",
              .needs = {"cover", "channel"}},
             &S::stream_window},
    Bound<S>{{.key = "segment_page",
              .kind = Kind::bytes,
              .fallback = std::int64_t{4096},
              .min = 64,
              .max = 1 << 21,
              .meaning = "what of a segment moves between nodes at once",
              .source = "the page of x86",
              .needs = {"cover", "segment"}},
             &S::segment_page},
    Bound<S>{{.key = "segment_instrumentation",
              .kind = Kind::duration,
              .fallback = std::int64_t{5},
              .min = 0,
              .max = 1e6,
              .meaning = "CPU time of an access where segment_page is below 4KiB: the hardware's protection cannot tell, inline code does",
              .source = "Shasta (Scales et al. 1996): a few instructions for each shared access, range 1 ns to 20 ns",
              .needs = {"cover", "segment"}},
             &S::segment_instrumentation},
    Bound<S>{{.key = "robust_mutexes",
              .kind = Kind::boolean,
              .fallback = false,
              .meaning = "a dead holder's mutex goes to the next one, who is told; else it stays locked",
              .source = "POSIX.1-2017, pthread_mutexattr_setrobust: stalled by default",
              .needs = {"cover", "segment"}},
             &S::robust_mutexes},
};

}   // namespace

namespace {

const protocol::Parameters& segment_parameters() {
  static const protocol::Parameters kAll("segment_", "directory");
  return kAll;
}

}   // namespace

std::span<const config::Bound<Settings>> settings_fields() { return kSettings; }

const std::vector<config::Field>& parameters() {
  static const std::vector<config::Field> kAll = [] {
    std::vector<config::Field> all = config::plain<Settings>(settings_fields());
    const auto& segment = segment_parameters().fields();
    all.insert(all.end(), segment.begin(), segment.end());
    for (auto field = all.end() - static_cast<std::ptrdiff_t>(segment.size()); field != all.end(); ++field)
      if (field->needs.key.empty()) field->needs = {"cover", "segment"};
    return all;
  }();
  return kAll;
}

membership::Settings watching(const config::Membership& block) {
  membership::Settings out{.heartbeat = block.heartbeat,
                           .suspect_after = block.suspect_after,
                           .lease = block.lease,
                           .adaptive = block.suspicion == "adaptive",
                           .deviations = block.deviations};
  if (block.witness >= 0) out.witness = NodeId{static_cast<std::uint32_t>(block.witness)};
  return out;
}

Settings settings_from(const config::Values& values) {
  Settings settings = config::bind<Settings>(kSettings, values);
  settings.segment_protocol = segment_parameters().choose(values);
  return settings;
}

}   // namespace ssi::vproc_switch
