#include <array>

#include "models/config/platform.hpp"

namespace ssi::config {
namespace {

using MemoryField = Bound<NodeMemory>;

constexpr std::array<std::string_view, 2> kPaging{"disk", "remote"};
constexpr std::array<std::string_view, 2> kReclaim{"lru", "random"};
constexpr double kMostTime = 1e9;   // ns

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
              kMostTime,
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

// Ample by default: a run pays for paging only where the platform says how much memory there is.
const std::array kMemory{
    MemoryField{{"capacity",
                 Kind::bytes,
                 std::int64_t{0},
                 0,
                 1e15,
                 {},
                 "of each node, for programs, file contents and other nodes' pages; 0B: no limit",
                 "no limit"},
                &NodeMemory::capacity},
    MemoryField{{"page", Kind::bytes, std::int64_t{4096}, 512, 1 << 30, {}, "what is moved in one go", "x86, ARM: 4 KiB"},
                &NodeMemory::page},
    MemoryField{{"paging", Kind::choice, std::string_view{"disk"}, 0, 0, kPaging, "where pages go that do not fit"}, &NodeMemory::paging},
    MemoryField{{"reclaim", Kind::choice, std::string_view{"lru"}, 0, 0, kReclaim, "whose pages make room: the least recently used, or any",
                 "Linux, mm/vmscan.c: an approximation of lru"},
                &NodeMemory::reclaim},
    MemoryField{{"batch",
                 Kind::integer,
                 std::int64_t{32},
                 1,
                 65536,
                 {},
                 "pages that are given up, and written out, at once",
                 "Linux, include/linux/swap.h: SWAP_CLUSTER_MAX"},
                &NodeMemory::batch},
    MemoryField{{"slab",
                 Kind::bytes,
                 std::int64_t{1} << 30,
                 4096,
                 1e13,
                 {},
                 "that is asked of another node at once, when pages go there",
                 "Infiniswap (Gu et al., NSDI 2017, section 4): 1 GB"},
                &NodeMemory::slab},
    MemoryField{{"fault",
                 Kind::duration,
                 std::int64_t{1'500},
                 0,
                 kMostTime,
                 {},
                 "of a page that is not there, besides the request that brings it",
                 "estimate: trap, page tables, a frame; range 0.5 us to 5 us"},
                &NodeMemory::fault},
    MemoryField{{"give_up",
                 Kind::duration,
                 std::int64_t{500},
                 0,
                 kMostTime,
                 {},
                 "of each page that makes room",
                 "estimate: find it, unmap it everywhere; range 0.1 us to 2 us"},
                &NodeMemory::give_up},
};

}   // namespace

std::span<const Bound<Disk>> disk_fields() { return kDisk; }
std::span<const Bound<NodeMemory>> memory_fields() { return kMemory; }

}   // namespace ssi::config
