#include "models/config/platform.hpp"

#include <array>

namespace ssi::config {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::array<std::string_view, 5> kTopologies{"star", "bus", "fat_tree", "torus", "dragonfly"};
constexpr std::array<std::string_view, 2> kSwitching{"cut_through", "store_and_forward"};

using P = Platform;
using I = Interconnect;
using C = NodeCosts;

const std::array kPlatform{
    Bound<P>{{"name", Kind::text, std::monostate{}, 0, 0, {}, "name of the platform"}, &P::name},
    Bound<P>{{"description", Kind::text, std::string_view{}, 0, 0, {}, "one sentence: what hardware this stands for"}, &P::description},
    Bound<P>{{"nodes", Kind::integer, std::monostate{}, 1, 4096, {}, "number of nodes"}, &P::nodes},
    Bound<P>{{"sockets", Kind::integer, std::int64_t{1}, 1, 64, {}, "sockets in each node"}, &P::sockets},
    Bound<P>{{"cores", Kind::integer, std::monostate{}, 1, 1024, {}, "cores in each node"}, &P::cores},
};

const std::array kInterconnect{
    Bound<I>{{"topology", Kind::choice, std::string_view{"star"}, 0, 0, kTopologies, "how the nodes are joined"}, &I::topology},
    Bound<I>{{"shape",
              Kind::text,
              std::string_view{},
              0,
              0,
              {},
              "of a fat tree, torus or dragonfly, as SimGrid writes it: 4x4 (torus), 2;4,4;1,2;1,2 (fat_tree), 3,4;4,3;5,1;2 (dragonfly)"},
             &I::shape},
    Bound<I>{{"bandwidth",
              Kind::bandwidth,
              std::monostate{},
              1e3,
              1e13,
              {},
              "of each link, each way; of a bus, shared by all nodes and both ways"},
             &I::bandwidth_bps},
    Bound<I>{{"latency", Kind::duration, std::monostate{}, 0, kSecond, {}, "of one link; a route through a star has two, over a bus one"},
             &I::latency},
    Bound<I>{{"switching", Kind::choice, std::string_view{"cut_through"}, 0, 0, kSwitching, "how switches forward"}, &I::switching},
    Bound<I>{{"min_frame",
              Kind::bytes,
              std::int64_t{64},
              0,
              65536,
              {},
              "a shorter message takes as long as this on the wire",
              "IEEE 802.3: 64 bytes"},
             &I::min_frame},
    Bound<I>{{"chunk",
              Kind::bytes,
              std::int64_t{8192},
              64,
              1 << 20,
              {},
              "what a port sends in one go: a long message holds a short one for no longer",
              "estimate, near a jumbo frame"},
             &I::chunk},
};

constexpr auto cost(std::string_view key, std::int64_t ns, std::string_view meaning, std::string_view source, Duration C::*member) {
  return Bound<C>{{key, Kind::duration, ns, 0, kSecond, {}, meaning, source}, member};
}

// Defaults are for a 2010s x86 server; "estimate" with the range in which published lmbench tables for such machines lie.
const std::array kCosts{
    cost("syscall", 100, "enter and leave the kernel", "estimate, range 50 ns to 300 ns", &C::syscall),
    cost("fork", 60'000, "copy a process", "estimate, range 30 us to 200 us", &C::fork),
    cost("exec", 200'000, "replace its image", "estimate, range 100 us to 500 us", &C::exec),
    cost("exit", 30'000, "tear a process down", "estimate, range 10 us to 100 us", &C::exit),
    cost("wait", 1'000, "reap a child, or find none and block", "estimate, range 0.5 us to 3 us", &C::wait),
    cost("signal", 1'500, "post and deliver a signal to one process", "estimate, range 1 us to 3 us", &C::signal),
    cost("list_per_process", 2'000, "one line of ps", "estimate, range 1 us to 10 us", &C::list_per_process),
    cost("wakeup", 2'000, "make a blocked program runnable", "estimate, range 1 us to 5 us", &C::wakeup),
    cost("ipc_operation", 400, "one operation on a pipe, socket, segment or semaphore, besides copying and wake-up",
         "estimate, range 0.2 us to 2 us", &C::ipc_operation),
    cost("message_send", 3'000, "per message, sender's CPU", "estimate for kernel TCP on 10 GbE, range 1 us to 10 us", &C::message_send),
    cost("message_receive", 5'000, "per message, receiver's CPU, interrupt included",
         "estimate for kernel TCP on 10 GbE, range 2 us to 15 us", &C::message_receive),
    cost("copy_per_kib", 100, "per KiB of a message, on each side", "estimate: one copy at 10 GB/s", &C::copy_per_kib),
    cost("context_switch", 2'000, "to a program that was taken off a core or had to wait for one", "estimate, range 1 us to 5 us",
         &C::context_switch),
    cost("time_slice", 4'000'000, "of a program while others wait", "estimate, range 1 ms to 10 ms", &C::time_slice),
};

using D = Disk;

// Defaults: a 7200 rpm SATA disk of about 2010.
const std::array kDisk{
    Bound<D>{{"read_bandwidth", Kind::bandwidth, std::int64_t{960'000'000}, 1e3, 1e13, {}, "of the medium", "estimate: 120 MB/s"},
             &D::read_bps},
    Bound<D>{{"write_bandwidth", Kind::bandwidth, std::int64_t{960'000'000}, 1e3, 1e13, {}, "of the medium", "estimate: 120 MB/s"},
             &D::write_bps},
    Bound<D>{{"access",
              Kind::duration,
              std::int64_t{8'000'000},
              0,
              kSecond,
              {},
              "seek and rotation before a request that does not follow the one before it",
              "estimate: 4 ms of mean rotational delay at 7200 rpm, a short seek; range 50 us (flash) to 12 ms"},
             &D::access},
    Bound<D>{{"cache",
              Kind::bytes,
              std::int64_t{32 << 20},
              0,
              1e12,
              {},
              "volatile write-back cache; 0: every write goes to the medium at once",
              "estimate: 32 MiB"},
             &D::cache},
    Bound<D>{{"interface_bandwidth",
              Kind::bandwidth,
              std::int64_t{2'400'000'000},
              1e3,
              1e13,
              {},
              "into the cache",
              "SATA 3 Gb/s, 8b/10b: 300 MB/s"},
             &D::interface_bps},
    Bound<D>{
        {"queue_depth", Kind::integer, std::int64_t{1}, 1, 1024, {}, "requests that the medium serves at once (queue fidelity)", "one arm"},
        &D::queue_depth},
};

}   // namespace

std::span<const Bound<Platform>> platform_fields() { return kPlatform; }
std::span<const Bound<Interconnect>> interconnect_fields() { return kInterconnect; }
std::span<const Bound<NodeCosts>> cost_fields() { return kCosts; }
std::span<const Bound<Disk>> disk_fields() { return kDisk; }

}   // namespace ssi::config
