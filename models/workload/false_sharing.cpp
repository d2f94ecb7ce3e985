// false_sharing: each thread writes a word of its own, which lies `stride` bytes from the next one's: on the same page or not. Nobody reads
// another's word until the end. Unit of work: a write.
#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct FalseSharingSettings : Demand {
  std::int64_t rounds{};
  std::uint32_t threads{};
  std::uint64_t stride{};
  Duration compute;
};

const std::array kFalseSharingFields{
    rounds_field<FalseSharingSettings>(200, "writes of each thread"),
    threads_field<FalseSharingSettings>(),
    Bound<FalseSharingSettings>{{"stride", Kind::bytes, std::int64_t{64}, 8, 1e7, {}, "between two threads' words"},
                                &FalseSharingSettings::stride},
    compute_field<FalseSharingSettings>(5000, "CPU time between two writes"),
};

class FalseSharing final : public Team {
 public:
  FalseSharing(const WorkloadSetup& setup, const FalseSharingSettings& settings) : Team(setup, settings.threads), settings_(settings) {}

 private:
  Program work(std::uint32_t index, Self& self) override {
    const Result got = co_await segment(settings_.stride * size());
    const std::uint64_t at = id(got), mine = settings_.stride * index;
    co_await Attach{at};
    co_await all();
    for (std::int64_t i = 0; i < settings_.rounds; ++i) {
      const Instant began = self.now;
      co_await Compute{settings_.compute};
      const Result before = co_await load(at, mine);
      if (before.good()) verify(self, word(before), static_cast<std::uint64_t>(i), "a thread's own word");
      const Result stored = co_await store(at, mine, word(before) + 1);
      if (stored.good()) self.done(began);
    }
    co_await all();
    for (std::uint32_t other = 0; other < size(); ++other) {
      const Result last = co_await load(at, settings_.stride * other);
      if (last.good()) verify(self, word(last), static_cast<std::uint64_t>(settings_.rounds), "another's word in the end");
    }
  }

  FalseSharingSettings settings_;
};

std::unique_ptr<Workload> make_false_sharing(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<FalseSharing>(setup, config::bind<FalseSharingSettings>(kFalseSharingFields, params));
}

}   // namespace

WorkloadEntry false_sharing_entry() {
  return {"false_sharing", "each thread writes a word of its own beside the others'", "write",
          config::plain<FalseSharingSettings>(kFalseSharingFields), make_false_sharing};
}

}   // namespace ssi::workload
