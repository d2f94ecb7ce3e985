// lock_contention: threads take one of a few mutexes, add to the word beside it, and let go. Unit of work: a critical section.
#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct ContentionSettings : Demand {
  std::int64_t rounds{};
  std::uint32_t threads{}, locks{};
  Duration compute, outside;
};

const std::array kContentionFields{
    rounds_field<ContentionSettings>(100, "critical sections of each thread"),
    threads_field<ContentionSettings>(),
    Bound<ContentionSettings>{{"locks", Kind::integer, std::int64_t{1}, 1, 1e6, {}, "mutexes, each with a word on a page of its own"},
                              &ContentionSettings::locks},
    compute_field<ContentionSettings>(2000, "CPU time in a critical section"),
    Bound<ContentionSettings>{{"outside", Kind::duration, std::int64_t{10'000}, 0, 1e12, {}, "CPU time between two of them"},
                              &ContentionSettings::outside},
};
constexpr std::uint64_t kLockPitch = 4096;

class LockContention final : public Team {
 public:
  LockContention(const WorkloadSetup& setup, const ContentionSettings& settings) : Team(setup, settings.threads), settings_(settings) {}

 private:
  Program work(std::uint32_t index, Self& self) override {
    const Result got = co_await segment(kLockPitch * settings_.locks);
    const std::uint64_t at = id(got);
    co_await Attach{at};
    co_await all();
    Stream draws = this->draws(index);
    for (std::int64_t i = 0; i < settings_.rounds; ++i) {
      const Instant began = self.now;
      const std::uint64_t which = draws.below(settings_.locks);
      co_await lock(1 + which);
      const Result before = co_await load(at, which * kLockPitch);
      co_await Compute{settings_.compute};
      const Result stored = co_await store(at, which * kLockPitch, word(before) + 1);
      co_await unlock(1 + which);
      if (before.good() && stored.good()) {
        ++sections_;
        self.done(began);
      }
      co_await Compute{settings_.outside};
    }
    co_await all();
    std::uint64_t sum = 0;
    for (std::uint32_t which = 0; which < settings_.locks; ++which) {
      const Result last = co_await load(at, which * kLockPitch);
      sum += word(last);
    }
    verify(self, sum, sections_, "critical sections that all have counted");
  }

  ContentionSettings settings_;
  std::uint64_t sections_ = 0;
};

std::unique_ptr<Workload> make_lock_contention(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<LockContention>(setup, config::bind<ContentionSettings>(kContentionFields, params));
}

}   // namespace

WorkloadEntry lock_contention_entry() {
  return {"lock_contention", "threads take a few mutexes in turn", "critical section", config::plain<ContentionSettings>(kContentionFields),
          make_lock_contention};
}

}   // namespace ssi::workload
