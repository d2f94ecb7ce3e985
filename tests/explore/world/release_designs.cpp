#include "models/base/check.hpp"
#include "tests/explore/world/designs.hpp"

namespace ssi::test {

namespace {

using ReleaseNodes = std::span<const coherence::Machine* const>;

// L7: nobody shares a lock's token.
void check_tokens(ReleaseNodes all, PageId, const coherence::Homes&) {
  for (std::uint64_t lock = 0; lock < 4; ++lock) {
    std::size_t tokens = 0;
    for (const auto* machine : all) {
      const auto at = dynamic_cast<const release::Node&>(*machine).locks().state({lock});
      tokens += at == release::LockState::held || at == release::LockState::idle;
    }
    SSI_INVARIANT(tokens <= 1, "L7: " + std::to_string(tokens) + " tokens of lock " + std::to_string(lock));
  }
}

template <class M>
void add_release_rows(const coherence::Machine& machine, std::vector<std::uint64_t>& rows) {
  const auto& node = dynamic_cast<const M&>(machine);
  const auto& pages = node.pages().hits();
  const auto& locks = node.locks().hits();
  rows.resize(pages.size() + locks.size());
  for (std::size_t i = 0; i < pages.size(); ++i) rows[i] += pages[i];
  for (std::size_t i = 0; i < locks.size(); ++i) rows[pages.size() + i] += locks[i];
}

}   // namespace

Design hlrc_design(std::string name, const hlrc::Settings& settings, const hlrc::PageRules& rules, const release::Flaws& flaws) {
  return {.name = std::move(name),
          .make = [settings, &rules,
                   flaws](const coherence::Place& place) { return std::make_unique<hlrc::Hlrc>(place, settings, rules, flaws); },
          .check = check_tokens,
          .coverage = add_release_rows<hlrc::Hlrc>,
          .data_value = false};
}

Design lrc_design(std::string name, const lrc::Settings& settings, const lrc::PageRules& rules, const lrc::Flaws& flaws,
                  const release::Flaws& synchronises) {
  return {.name = std::move(name),
          .make = [settings, &rules, flaws, synchronises](
                      const coherence::Place& place) { return std::make_unique<lrc::Lrc>(place, settings, rules, flaws, synchronises); },
          .check = check_tokens,
          .coverage = add_release_rows<lrc::Lrc>,
          .data_value = false};
}

std::vector<Design> hlrc_designs() { return {hlrc_design("hlrc", {})}; }
std::vector<Design> lrc_designs() { return {lrc_design("lrc", {}), lrc_design("lrc, collects always", {.collect = 1})}; }

}   // namespace ssi::test
