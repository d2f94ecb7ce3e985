#include "models/config/platform.hpp"

#include <array>

namespace ssi::config {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::array<std::string_view, 5> kTopologies{"star", "bus", "fat_tree", "torus", "dragonfly"};
constexpr std::array<std::string_view, 2> kSwitching{"cut_through", "store_and_forward"};

constexpr std::array<std::string_view, 2> kVerbs{"none", "rdma"};

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
    Bound<I>{{"verbs", Kind::choice, std::string_view{"none"}, 0, 0, kVerbs, "one-sided operations on another node's memory"}, &I::verbs},
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
    cost("file_lookup", 300, "of a path's component, or of a file's attributes", "estimate, range 0.1 us to 1 us", &C::file_lookup),
    cost("file_open", 500, "make or end an open-file entry", "estimate, range 0.3 us to 2 us", &C::file_open),
    cost("file_update", 8'000, "a change of the name space", "estimate, range 3 us to 30 us (lmbench lat_fs, 0 KiB)", &C::file_update),
    cost("file_io", 300, "a read or write, besides its pages and copying", "estimate, range 0.2 us to 1 us", &C::file_io),
    cost("file_page", 150, "find, enter or dirty a page of the cache", "estimate, range 50 ns to 500 ns", &C::file_page),
    cost("disk_request", 5'000, "submit a request to the disk and take its end", "estimate, range 2 us to 20 us", &C::disk_request),
    Bound<C>{{"page_cache", Kind::bytes, std::int64_t{256} << 20, 32768, 1e12, {}, "of file contents, in each node", "estimate"},
             &C::page_cache},
    cost("message_send", 3'000, "per message, sender's CPU", "estimate for kernel TCP on 10 GbE, range 1 us to 10 us", &C::message_send),
    cost("message_receive", 5'000, "per message, receiver's CPU, interrupt included",
         "estimate for kernel TCP on 10 GbE, range 2 us to 15 us", &C::message_receive),
    cost("copy_per_kib", 100, "per KiB of a message, on each side", "estimate: one copy at 10 GB/s", &C::copy_per_kib),
    cost("context_switch", 2'000, "to a program that was taken off a core or had to wait for one", "estimate, range 1 us to 5 us",
         &C::context_switch),
    cost("interrupt", 0, "per interrupt of the network card, beside message_receive", "0: it is in message_receive; else 1 us to 5 us",
         &C::interrupt),
    cost("verb", 300, "to post a one-sided operation and see its end, where the interconnect has verbs",
         "estimate for InfiniBand, range 100 ns to 1 us", &C::verb),
    Bound<C>{{"background_writes",
              Kind::integer,
              std::int64_t{1000},
              0,
              1e9,
              {},
              "words of the kernel that a core writes a second",
              "estimate: 250 ticks (Linux's HZ) of about 4 words (time, accounting, run queue, a reference count); range 100 to 100,000"},
             &C::background_writes},
    cost("lock_hold", 200, "of a kernel object by one call; 0: no locks", "estimate, range 50 ns to 1 us", &C::lock_hold),
    cost("near_line", 50, "a cache line from another core of the socket", "estimate, range 20 ns to 80 ns", &C::near_line),
    cost("far_line", 150, "a cache line from another socket", "estimate, range 80 ns to 300 ns", &C::far_line),
    cost("shootdown", 2'000, "of translation buffers, once", "estimate, range 1 us to 5 us", &C::shootdown),
    cost("shootdown_per_core", 200, "... and for each core that may have the mapping", "estimate, range 50 ns to 500 ns",
         &C::shootdown_per_core),
    cost("time_slice", 4'000'000, "of a program while others wait", "estimate, range 1 ms to 10 ms", &C::time_slice),
};

using N = Nic;
constexpr std::array<std::string_view, 2> kNotify{"interrupt", "poll"};
constexpr Needs kInterrupts{"notify", "interrupt"}, kPolls{"notify", "poll"};

// Defaults take nothing: a card and a kernel that keep up with whatever comes.
const std::array kNic{
    Bound<N>{{"message_rate", Kind::integer, std::int64_t{0}, 0, 1e9, {}, "messages a second, each way; 0: no limit", "no limit"},
             &N::message_rate},
    Bound<N>{{"buffer",
              Kind::integer,
              std::int64_t{0},
              0,
              1e6,
              {},
              "messages that wait in the card before one is dropped; 0: no limit",
              "no limit"},
             &N::buffer},
    Bound<N>{{"retransmit",
              Kind::duration,
              std::int64_t{200'000'000},
              1'000,
              60.0 * kSecond,
              {},
              "a dropped message is sent again after this, and after twice as long each further time",
              "RFC 6298 allows 1 s, Linux 200 ms"},
             &N::retransmit},
    Bound<N>{{"circuit_timeout",
              Kind::duration,
              std::int64_t{5'000'000'000},
              1'000'000,
              3600.0 * kSecond,
              {},
              "a circuit breaks when its other end was silent for so long",
              "estimate, range 1 s (cluster interconnects) to 15 min (TCP, RFC 9293: at least 100 s)"},
             &N::circuit_timeout},
    Bound<N>{{"notify", Kind::choice, std::string_view{"interrupt"}, 0, 0, kNotify, "how the kernel learns of messages"}, &N::notify},
    Bound<N>{{"coalesce",
              Kind::integer,
              std::int64_t{1},
              1,
              4096,
              {},
              "interrupt at the latest when so many messages wait",
              "no coalescing",
              kInterrupts},
             &N::coalesce},
    Bound<N>{{"coalesce_delay",
              Kind::duration,
              std::int64_t{10'000},
              0,
              kSecond,
              {},
              "... or the first of them so long",
              "estimate, range 3 us to 100 us",
              kInterrupts},
             &N::coalesce_delay},
    Bound<N>{{"poll_interval",
              Kind::duration,
              std::int64_t{1'000},
              100,
              kSecond,
              {},
              "between two looks",
              "estimate, range 0.1 us to 50 us",
              kPolls},
             &N::poll_interval},
    Bound<N>{{"receive_queues",
              Kind::integer,
              std::int64_t{0},
              0,
              1024,
              {},
              "queues that senders are spread over, each served one message at a time; 0: as many at once as there are cores",
              "no limit"},
             &N::receive_queues},
    Bound<N>{{"server_threads",
              Kind::integer,
              std::int64_t{0},
              0,
              4096,
              {},
              "messages in service at once, not counting those sent while serving; 0: as many as cores",
              "no limit"},
             &N::server_threads},
    Bound<N>{{"raise_nested",
              Kind::boolean,
              true,
              0,
              0,
              {},
              "what is sent while serving goes to threads of its own; false: nested requests wait for a thread as well, and can deadlock",
              "OpenSSI ICS: the priority of a nested request is one more"},
             &N::raise_nested},
    Bound<N>{{"wakeup",
              Kind::duration,
              std::int64_t{0},
              0,
              kSecond,
              {},
              "of a server thread, when the node was serving nothing",
              "0; estimate for a sleeping core, range 1 us to 50 us"},
             &N::wakeup},
};

}   // namespace

std::span<const Bound<Platform>> platform_fields() { return kPlatform; }
std::span<const Bound<Interconnect>> interconnect_fields() { return kInterconnect; }
std::span<const Bound<NodeCosts>> cost_fields() { return kCosts; }
std::span<const Bound<Nic>> nic_fields() { return kNic; }

}   // namespace ssi::config
