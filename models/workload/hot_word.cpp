// hot_word: all threads add to one word, the universal worst case (NMS, Mirage). Unit of work: an addition.
#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct HotWordSettings : Demand {
  std::int64_t rounds{};
  std::uint32_t threads{};
  Duration compute;
  std::string update;
};

constexpr std::array<std::string_view, 2> kHotWordUpdates{"mutex", "atomic"};

const std::array kHotWordFields{
    rounds_field<HotWordSettings>(100, "additions of each thread"),
    threads_field<HotWordSettings>(),
    compute_field<HotWordSettings>(1000, "CPU time between two additions"),
    Bound<HotWordSettings>{{"update", Kind::choice, std::string_view{"mutex"}, 0, 0, kHotWordUpdates,
                            "how a thread adds: a load and a store under a mutex, or one atomic operation (sequential consistency only)"},
                           &HotWordSettings::update},
};

class HotWord final : public Team {
 public:
  HotWord(const WorkloadSetup& setup, const HotWordSettings& settings) : Team(setup, settings.threads), settings_(settings) {}

 private:
  Program work(std::uint32_t, Self& self) override {
    const Result got = co_await segment(8);
    const std::uint64_t at = id(got);
    co_await Attach{at};
    co_await all();
    for (std::int64_t i = 0; i < settings_.rounds; ++i) {
      const Instant began = self.now;
      if (settings_.compute > Duration{}) co_await Compute{settings_.compute};
      Result added;
      if (settings_.update == "atomic") {
        added = co_await Atomic{at, 0, Atomic::Kind::add, 1, 0};
      } else {
        co_await lock(0);
        const Result before = co_await load(at, 0);
        added = co_await store(at, 0, word(before) + 1);
        co_await unlock(0);
      }
      if (!added.good()) continue;
      ++added_;
      self.done(began);
    }
    co_await all();
    const Result last = co_await load(at, 0);
    if (last.good()) verify(self, word(last), added_, "the word that all have added to");
  }

  HotWordSettings settings_;
  std::uint64_t added_ = 0;
};

std::unique_ptr<Workload> make_hot_word(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<HotWord>(setup, config::bind<HotWordSettings>(kHotWordFields, params));
}

}   // namespace

WorkloadEntry hot_word_entry() {
  return {"hot_word", "all threads add to one word", "addition", config::plain<HotWordSettings>(kHotWordFields), make_hot_word};
}

}   // namespace ssi::workload
