#include "models/strategy/dsm_first/background.hpp"

#include "models/strategy/dsm_first/objects.hpp"
#include "models/strategy/dsm_first/proc.hpp"

namespace ssi::dsm_first {

Background::Background(const NodeSetup& setup, const Settings& settings)
    : self_(setup.self), nodes_(setup.nodes), tick_(settings.tick), shared_(settings.background_shared),
      words_per_second_(setup.costs.background_writes * setup.cores), draws_(setup.random.stream("background", setup.self.value)) {}

Duration Background::until_first() const { return Duration{tick_.ns * (self_.value + 1) / nodes_}; }

std::vector<Word> Background::next(const Layout& layout) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  owed_ += words_per_second_ * static_cast<std::uint64_t>(tick_.ns);
  std::vector<Word> words;
  for (; owed_ >= kSecond; owed_ -= kSecond) {
    const double kind = draws_.unit();
    const Object object = 1 + draws_.below(kShared);
    words.push_back(kind < shared_ ? layout.at(Table::background, object)
                                   : layout.at(Table::run_queue, Layout::of_node(self_), run_queue::clock));
  }
  return words;
}

// Counters, all of them.
Code<> serve_tick(Thread& t) {
  const std::vector<Word>& words = t.beginning().words;
  for (const Word word : words) co_await t.add(word, 1);
}

}   // namespace ssi::dsm_first
