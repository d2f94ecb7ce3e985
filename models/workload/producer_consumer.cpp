// producer_consumer: one thread writes an item, the others read it, round by round. Unit of work: an item read.
#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct ProducerSettings : Demand {
  std::int64_t rounds{};
  std::uint32_t threads{};
  std::uint64_t bytes{};
  Duration compute;
};

const std::array kProducerFields{
    rounds_field<ProducerSettings>(50, "items"),
    threads_field<ProducerSettings>(),
    Bound<ProducerSettings>{{"bytes", Kind::bytes, std::int64_t{16384}, 8, 1e8, {}, "of an item; whole words"}, &ProducerSettings::bytes},
    compute_field<ProducerSettings>(20'000, "CPU time to make or to use an item"),
};

class ProducerConsumer final : public Team {
 public:
  ProducerConsumer(const WorkloadSetup& setup, const ProducerSettings& settings)
      : Team(setup, settings.threads), settings_(settings), words_(settings.bytes / 8) {}

 private:
  Program work(std::uint32_t index, Self& self) override {
    const Result got = co_await segment(words_ * 8);
    const std::uint64_t at = id(got);
    co_await Attach{at};
    for (std::int64_t item = 1; item <= settings_.rounds; ++item) {
      if (index == 0) {
        co_await Compute{settings_.compute};
        const Store made = store(at, 0, std::vector<std::uint64_t>(words_, static_cast<std::uint64_t>(item)));
        co_await made;
      }
      co_await all();   // it is there
      if (index != 0) {
        const Instant began = self.now;
        const Result read = co_await load(at, 0, words_ * 8);
        if (size_of(read.bytes()) == words_ * 8)
          for (std::uint64_t i = 0; i < words_; ++i) verify(self, word_at(read.bytes(), i), static_cast<std::uint64_t>(item), "an item");
        co_await Compute{settings_.compute};
        if (read.good()) self.done(began);
      }
      co_await all();   // and may be overwritten
    }
  }

  ProducerSettings settings_;
  std::uint64_t words_;
};

std::unique_ptr<Workload> make_producer_consumer(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<ProducerConsumer>(setup, config::bind<ProducerSettings>(kProducerFields, params));
}

}   // namespace

WorkloadEntry producer_consumer_entry() {
  return {"producer_consumer", "one thread writes an item, the others read it", "item read",
          config::plain<ProducerSettings>(kProducerFields), make_producer_consumer};
}

}   // namespace ssi::workload
