#include "sim/cli/heap_shaker.hpp"

#include <utility>

#include "models/base/random.hpp"

namespace ssi::cli {

std::vector<std::unique_ptr<char[]>> shake_heap(std::uint64_t seed) {
  Stream random = RandomRoot(seed).stream("heap shaker");
  std::vector<std::unique_ptr<char[]>> kept;
  const std::uint64_t blocks = 5'000 + random.below(5'000);
  for (std::uint64_t i = 0; i < blocks; ++i) {
    const std::uint64_t largest = std::uint64_t{16} << random.below(9);
    kept.push_back(std::make_unique<char[]>(1 + random.below(largest)));
  }
  for (std::size_t i = kept.size(); i > 1; --i) std::swap(kept[i - 1], kept[random.below(i)]);
  kept.resize(kept.size() / 2);   // frees blocks all over the heap, in an order that is not theirs
  return kept;
}

}   // namespace ssi::cli
