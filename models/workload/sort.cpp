// sort: each thread sorts its part of the words, then in each round half of those that are left merge their neighbours' parts into theirs,
// until one has all (sort-merge, as in IVY). Unit of work: a part sorted or merged.
#include <algorithm>

#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct SortSettings : Demand {
  std::uint64_t words{};
  std::uint32_t threads{};
  Duration compute;
};

const std::array kSortFields{
    Bound<SortSettings>{{"words", Kind::integer, std::int64_t{16384}, 1, 1e7, {}, "to sort, of all threads"}, &SortSettings::words},
    threads_field<SortSettings>(),
    compute_field<SortSettings>(20, "CPU time of a comparison"),
};

class Sort final : public Team {
 public:
  Sort(const WorkloadSetup& setup, const SortSettings& settings) : Team(setup, settings.threads), settings_(settings) {}

 private:
  using Words = std::vector<std::uint64_t>;
  Words unsorted(std::uint32_t index) const {
    Stream draws = this->draws(index);
    Words words(first(settings_.words, index + 1) - first(settings_.words, index));
    for (std::uint64_t& word : words) word = draws.next();
    return words;
  }
  Words all_sorted() const {
    Words all;
    for (std::uint32_t index = 0; index < size(); ++index) {
      const Words part = unsorted(index);
      all.insert(all.end(), part.begin(), part.end());
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  static Words words_of(const Result& loaded) {
    Words words(size_of(loaded.bytes()) / 8);
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = word_at(loaded.bytes(), i);
    return words;
  }
  static std::int64_t log_of(std::uint64_t count) {
    std::int64_t log = 1;
    while (std::uint64_t{1} << log < count) ++log;
    return log;
  }

  Program work(std::uint32_t index, Self& self) override {
    const Result got = co_await segment(settings_.words * 8 + 8);
    const std::uint64_t at = id(got), begin = first(settings_.words, index);
    co_await Attach{at};
    Instant began = self.now;
    Words mine = unsorted(index);
    std::sort(mine.begin(), mine.end());
    co_await Compute{settings_.compute * (static_cast<std::int64_t>(mine.size()) * log_of(mine.size()))};
    for (std::uint32_t width = 1; width < 2 * size(); width *= 2) {   // what has been merged: `width` threads' parts
      if (index % width == 0 && !mine.empty()) {
        const Store part = store(at, begin * 8, mine);
        const Result stored = co_await part;
        if (stored.good()) self.done(began);
      }
      co_await all();
      const std::uint32_t other = index + width, after = std::min(index + 2 * width, size());
      if (index % (2 * width) != 0 || other >= size()) continue;
      began = self.now;
      const std::uint64_t from = first(settings_.words, other), to = first(settings_.words, after);
      const Result theirs = co_await load(at, from * 8, (to - from) * 8 + 8);   // a word more: always as bytes
      Words both = words_of(theirs);
      if (!both.empty()) both.pop_back();
      Words merged(mine.size() + both.size());
      std::merge(mine.begin(), mine.end(), both.begin(), both.end(), merged.begin());
      mine.swap(merged);
      co_await Compute{settings_.compute * static_cast<std::int64_t>(mine.size())};
    }
    if (index != 0) co_return;
    const Words right = all_sorted();
    const Result sorted = co_await load(at, 0, settings_.words * 8 + 8);
    for (std::size_t i = 0; sorted.good() && i < right.size(); ++i) verify(self, word_at(sorted.bytes(), i), right[i], "a sorted word");
  }

  SortSettings settings_;
};

std::unique_ptr<Workload> make_sort(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<Sort>(setup, config::bind<SortSettings>(kSortFields, params));
}

}   // namespace

WorkloadEntry sort_entry() {
  return {"sort", "threads sort their parts, then merge them", "part sorted or merged", config::plain<SortSettings>(kSortFields),
          make_sort};
}

}   // namespace ssi::workload
