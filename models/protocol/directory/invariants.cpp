// What only all nodes together can see (VERIFICATION 2a: D1, D3, D4, D5; D2, the data value, needs to know the writes).
#include <span>
#include <string>

#include "models/base/check.hpp"
#include "models/protocol/directory/directory.hpp"

namespace ssi::directory {

using coherence::Right;

namespace {

void check_single_writer(std::span<const Directory* const> nodes, PageId page) {
  std::size_t writers = 0, readers = 0;
  for (const Directory* node : nodes) {
    writers += node->right(page) == Right::write;
    readers += node->right(page) == Right::read;
  }
  SSI_INVARIANT(
      writers <= 1 && (writers == 0 || readers == 0),
      "D1: " + std::to_string(writers) + " writers and " + std::to_string(readers) + " readers of page " + std::to_string(page.value));
}

bool owns(CacheState at) { return at == CacheState::exclusive || at == CacheState::modified || at == CacheState::yielding; }

// An idle home knows the owner, and at least the readers. A node that evicts or leaves is no longer counted.
void check_directory(std::span<const Directory* const> nodes, PageId page, const Home::Entry& home, const PageData& memory) {
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    const CacheState at = nodes[n]->cache().state(page);
    const bool reads = nodes[n]->right(page) == Right::read;
    if (home.state == HomeState::uncached)
      SSI_INVARIANT(!owns(at) || at == CacheState::yielding, "D3: the home has the page, and so has node " + std::to_string(n));
    if (home.state == HomeState::shared) {
      SSI_INVARIANT(at != CacheState::exclusive && at != CacheState::modified, "D4: shared, with owner " + std::to_string(n));
      SSI_INVARIANT(!reads || home.sharers.contains({n}), "D4: node " + std::to_string(n) + " reads and is not listed");
      if (const PageData* copy = nodes[n]->copy(page)) SSI_INVARIANT(*copy == memory, "D5: memory differs from a shared copy");
    }
  }
}

}   // namespace

void check_cluster(std::span<const Directory* const> nodes, PageId page, const coherence::Homes& homes) {
  check_single_writer(nodes, page);
  const auto& entries = nodes[homes.of(page).value]->home().entries();
  const auto home = entries.find(page);
  if (home != entries.end()) check_directory(nodes, page, home->second, home->second.memory);
}

}   // namespace ssi::directory
