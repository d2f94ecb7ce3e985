#include "tests/explore/world/designs.hpp"

#include "models/base/check.hpp"

namespace ssi::test {

using hlrc::Hlrc;

namespace {

// L7: nobody shares a lock's token.
void check_tokens(const std::vector<const Hlrc*>& nodes) {
  for (std::uint64_t lock = 0; lock < 4; ++lock) {
    std::size_t tokens = 0;
    for (const Hlrc* node : nodes) {
      const auto at = node->locks().state({lock});
      tokens += at == hlrc::LockState::held || at == hlrc::LockState::idle;
    }
    SSI_INVARIANT(tokens <= 1, "L7: " + std::to_string(tokens) + " tokens of lock " + std::to_string(lock));
  }
}

}   // namespace

Design hlrc_design(std::string name, const hlrc::Settings& settings, const hlrc::PageRules& rules) {
  return {.name = std::move(name),
          .make = [settings, &rules](const coherence::Place& place) { return std::make_unique<Hlrc>(place, settings, rules); },
          .check =
              [](std::span<const coherence::Machine* const> all, PageId, const coherence::Homes&) {
                std::vector<const Hlrc*> nodes;
                for (const auto* machine : all) nodes.push_back(&dynamic_cast<const Hlrc&>(*machine));
                check_tokens(nodes);
              },
          .coverage =
              [](const coherence::Machine& machine, std::vector<std::uint64_t>& rows) {
                const auto& node = dynamic_cast<const Hlrc&>(machine);
                const auto& pages = node.pages().hits();
                const auto& locks = node.locks().hits();
                rows.resize(pages.size() + locks.size());
                for (std::size_t i = 0; i < pages.size(); ++i) rows[i] += pages[i];
                for (std::size_t i = 0; i < locks.size(); ++i) rows[pages.size() + i] += locks[i];
              },
          .data_value = false};
}

std::vector<Design> hlrc_designs() { return {hlrc_design("hlrc", {}, hlrc::kPageRules)}; }

}   // namespace ssi::test
