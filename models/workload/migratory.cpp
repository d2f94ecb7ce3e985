// migratory: records that threads change one after the other, each under its mutex: read, change, write (Water's molecules). All words of a
// record are equal whenever nobody holds it. Unit of work: a record changed.
#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct MigratorySettings : Demand {
  std::int64_t rounds{};
  std::uint32_t threads{}, records{};
  std::uint64_t bytes{};
  Duration compute;
};

const std::array kMigratoryFields{
    rounds_field<MigratorySettings>(100, "records that each thread changes"),
    threads_field<MigratorySettings>(),
    Bound<MigratorySettings>{{"records", Kind::integer, std::int64_t{16}, 1, 1e6, {}, "each on pages of its own"},
                             &MigratorySettings::records},
    Bound<MigratorySettings>{{"bytes", Kind::bytes, std::int64_t{512}, 16, 4096, {}, "of a record; whole words"},
                             &MigratorySettings::bytes},
    compute_field<MigratorySettings>(10'000, "CPU time on a record, and as much before the next"),
};
constexpr std::uint64_t kRecordPitch = 4096;

class Migratory final : public Team {
 public:
  Migratory(const WorkloadSetup& setup, const MigratorySettings& settings)
      : Team(setup, settings.threads), settings_(settings), words_(settings.bytes / 8) {}

 private:
  Program work(std::uint32_t index, Self& self) override {
    const Result got = co_await segment(kRecordPitch * settings_.records);
    const std::uint64_t at = id(got);
    co_await Attach{at};
    co_await all();
    Stream draws = this->draws(index);
    for (std::int64_t i = 0; i < settings_.rounds; ++i) {
      const Instant began = self.now;
      const std::uint64_t record = draws.below(settings_.records);
      co_await lock(1 + record);
      const Result read = co_await load(at, record * kRecordPitch, words_ * 8);
      const std::uint64_t before = read.good() ? word_at(read.bytes(), 0) : 0;
      for (std::uint64_t w = 1; read.good() && w < words_; ++w) verify(self, word_at(read.bytes(), w), before, "a record under its mutex");
      co_await Compute{settings_.compute};
      const Store changed = store(at, record * kRecordPitch, std::vector<std::uint64_t>(words_, before + 1));
      const Result stored = co_await changed;
      co_await unlock(1 + record);
      if (read.good() && stored.good()) {
        ++changes_;
        self.done(began);
      }
      co_await Compute{settings_.compute};
    }
    co_await all();
    std::uint64_t sum = 0;
    for (std::uint32_t record = 0; index == 0 && record < settings_.records; ++record) {
      const Result last = co_await load(at, record * kRecordPitch);
      sum += word(last);
    }
    if (index == 0) verify(self, sum, changes_, "changes of all records");
  }

  MigratorySettings settings_;
  std::uint64_t words_, changes_ = 0;
};

std::unique_ptr<Workload> make_migratory(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<Migratory>(setup, config::bind<MigratorySettings>(kMigratoryFields, params));
}

}   // namespace

WorkloadEntry migratory_entry() {
  return {"migratory", "records that threads change one after the other, under mutexes", "record changed",
          config::plain<MigratorySettings>(kMigratoryFields), make_migratory};
}

}   // namespace ssi::workload
