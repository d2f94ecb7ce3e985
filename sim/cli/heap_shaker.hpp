// Gives the heap another shape, so that what depends on the order of addresses differs between two otherwise equal processes.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

namespace ssi::cli {

// Blocks of random sizes, about half of them freed again. The rest lives as long as the value.
std::vector<std::unique_ptr<char[]>> shake_heap(std::uint64_t seed);

}   // namespace ssi::cli
