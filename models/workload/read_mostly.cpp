// read_mostly: in each phase all threads read words of a table that one of them, in turn, has changed a little before. What a word has to
// be follows from the draws, which every thread repeats. Unit of work: a read.
#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct ReadMostlySettings : Demand {
  std::int64_t rounds{};
  std::uint32_t threads{}, words{}, reads{}, writes{};
  Duration compute;
};

const std::array kReadMostlyFields{
    rounds_field<ReadMostlySettings>(20, "phases"),
    threads_field<ReadMostlySettings>(),
    Bound<ReadMostlySettings>{{"words", Kind::integer, std::int64_t{8192}, 1, 1e7, {}, "of the table"}, &ReadMostlySettings::words},
    Bound<ReadMostlySettings>{{"reads", Kind::integer, std::int64_t{50}, 1, 1e6, {}, "of each thread in a phase"},
                              &ReadMostlySettings::reads},
    Bound<ReadMostlySettings>{{"writes", Kind::integer, std::int64_t{4}, 0, 1e6, {}, "between two phases, of one thread"},
                              &ReadMostlySettings::writes},
    compute_field<ReadMostlySettings>(2000, "CPU time between two reads"),
};

class ReadMostly final : public Team {
 public:
  ReadMostly(const WorkloadSetup& setup, const ReadMostlySettings& settings) : Team(setup, settings.threads), settings_(settings) {}

 private:
  Program work(std::uint32_t index, Self& self) override {
    const Result got = co_await segment(std::uint64_t{settings_.words} * 8);
    const std::uint64_t at = id(got);
    co_await Attach{at};
    std::vector<std::uint64_t> right(settings_.words);
    Stream reads = draws(index), writes = draws(size());
    for (std::int64_t phase = 1; phase <= settings_.rounds; ++phase) {
      for (std::uint32_t i = 0; i < settings_.writes; ++i) {
        const std::uint64_t which = writes.below(settings_.words);
        right[which] = static_cast<std::uint64_t>(phase);
        if (static_cast<std::uint64_t>(phase) % size() == index) co_await store(at, which * 8, right[which]);
      }
      co_await all();
      for (std::uint32_t i = 0; i < settings_.reads; ++i) {
        const Instant began = self.now;
        co_await Compute{settings_.compute};
        const std::uint64_t which = reads.below(settings_.words);
        const Result read = co_await load(at, which * 8);
        if (!read.good()) continue;
        verify(self, word(read), right[which], "a word of the table");
        self.done(began);
      }
      co_await all();
    }
  }

  ReadMostlySettings settings_;
};

std::unique_ptr<Workload> make_read_mostly(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<ReadMostly>(setup, config::bind<ReadMostlySettings>(kReadMostlyFields, params));
}

}   // namespace

WorkloadEntry read_mostly_entry() {
  return {"read_mostly", "threads read a table that is changed a little now and then", "read",
          config::plain<ReadMostlySettings>(kReadMostlyFields), make_read_mostly};
}

}   // namespace ssi::workload
