// random_access: threads add to words of a large table, anywhere (the HPC Challenge's GUPS). Unit of work: an update.
#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct RandomAccessSettings : Demand {
  std::int64_t rounds{};
  std::uint32_t threads{}, words{}, locks{};
  Duration compute;
  std::string update;
};

constexpr std::array<std::string_view, 2> kRandomAccessUpdates{"mutex", "atomic"};

const std::array kRandomAccessFields{
    rounds_field<RandomAccessSettings>(100, "updates of each thread"),
    threads_field<RandomAccessSettings>(),
    Bound<RandomAccessSettings>{{"words", Kind::integer, std::int64_t{65536}, 1, 1e8, {}, "of the table"}, &RandomAccessSettings::words},
    Bound<RandomAccessSettings>{{"update", Kind::choice, std::string_view{"mutex"}, 0, 0, kRandomAccessUpdates,
                                 "how a word is changed: under the mutex of its stripe, or by one atomic operation"},
                                &RandomAccessSettings::update},
    Bound<RandomAccessSettings>{
        {"locks", Kind::integer, std::int64_t{64}, 1, 1e6, {}, "mutexes: stripes of the table", {}, {"update", "mutex"}},
        &RandomAccessSettings::locks},
    compute_field<RandomAccessSettings>(1000, "CPU time between two updates"),
};

class RandomAccess final : public Team {
 public:
  RandomAccess(const WorkloadSetup& setup, const RandomAccessSettings& settings) : Team(setup, settings.threads), settings_(settings) {}

 private:
  Program work(std::uint32_t index, Self& self) override {
    const std::uint64_t bytes = std::uint64_t{settings_.words} * 8;
    const Result got = co_await segment(bytes + 8);
    const std::uint64_t at = id(got);
    co_await Attach{at};
    co_await all();
    Stream draws = this->draws(index);
    for (std::int64_t i = 0; i < settings_.rounds; ++i) {
      const Instant began = self.now;
      const std::uint64_t which = draws.below(settings_.words);
      co_await Compute{settings_.compute};
      Result updated;
      if (settings_.update == "atomic") {
        updated = co_await Atomic{at, which * 8, Atomic::Kind::add, 1, 0};
      } else {
        co_await lock(1 + which % settings_.locks);
        const Result before = co_await load(at, which * 8);
        updated = co_await store(at, which * 8, word(before) + 1);
        co_await unlock(1 + which % settings_.locks);
      }
      if (!updated.good()) continue;
      ++updates_;
      self.done(began);
    }
    co_await all();
    if (index != 0) co_return;
    const Result table = co_await load(at, 0, bytes + 8);
    std::uint64_t sum = 0;
    for (std::uint64_t w = 0; w < size_of(table.bytes()) / 8; ++w) sum += word_at(table.bytes(), w);
    if (table.good()) verify(self, sum, updates_, "updates of the whole table");
  }

  RandomAccessSettings settings_;
  std::uint64_t updates_ = 0;
};

std::unique_ptr<Workload> make_random_access(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<RandomAccess>(setup, config::bind<RandomAccessSettings>(kRandomAccessFields, params));
}

}   // namespace

WorkloadEntry random_access_entry() {
  return {"random_access", "threads add to words of a large table, anywhere", "update",
          config::plain<RandomAccessSettings>(kRandomAccessFields), make_random_access};
}

}   // namespace ssi::workload
