// working_set: a process on each start computes round after round over `footprint` bytes of memory. What is a working set worth that does
// not fit into one node's memory: on the node's disk, in another node's memory, in one large machine? Unit of work: a round.
#include "models/workload/demand.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct Settings {
  std::int64_t count{};
  std::uint32_t jobs{};
  Duration compute;
  std::uint64_t footprint{};
  std::uint64_t touch_rate{};
  std::uint32_t read_share{};
  std::uint32_t locality{};
};

const std::array kFields{
    Bound<Settings>{{"count", Kind::integer, std::int64_t{100}, 1, 1e9, {}, "rounds of each process"}, &Settings::count},
    Bound<Settings>{
        {"jobs", Kind::integer, std::int64_t{1}, 1, 4096, {}, "processes of each first program, each with a footprint of its own"},
        &Settings::jobs},
    Bound<Settings>{{"compute", Kind::duration, std::int64_t{10'000'000}, 1'000, 1e13, {}, "CPU time of a round"}, &Settings::compute},
    Bound<Settings>{{"footprint", Kind::bytes, std::int64_t{256} << 20, 4096, 1e15, {}, "memory that a process computes on"},
                    &Settings::footprint},
    Bound<Settings>{{"touch_rate",
                     Kind::integer,
                     std::int64_t{1'000'000},
                     0,
                     1e9,
                     {},
                     "touches of a page, one after another, in a second of CPU time; 0: as many a round as there are pages",
                     "estimate: one access in a hundred leaves the page, of 10^8 a second; range 10^4 to 10^7"},
                    &Settings::touch_rate},
    Bound<Settings>{{"read_share",
                     Kind::integer,
                     std::int64_t{700},
                     0,
                     1000,
                     {},
                     "of a thousand touches, those that only read",
                     "estimate: about two loads a store"},
                    &Settings::read_share},
    Bound<Settings>{{"locality",
                     Kind::integer,
                     std::int64_t{900},
                     500,
                     999,
                     {},
                     "of a thousand touches, those of the hot pages, which are the other (1000 - locality) thousandths; 500: all alike",
                     "estimate: Knuth's 80-20 rule is 800"},
                    &Settings::locality},
};

enum Role : std::uint32_t { kFirst, kWorker };   // ProgramRef::program

class WorkingSets final : public Workload {
 public:
  WorkingSets(const WorkloadSetup& setup, Settings settings) : setup_(setup), settings_(settings) {}
  ProgramRef first_program(std::uint32_t) const override { return {setup_.index, kFirst}; }
  Program make(const ProgramRef& program, Self& self) override { return program.program == kFirst ? first() : worker(self); }

 private:
  Program first();
  Program worker(Self& self);

  WorkloadSetup setup_;
  Settings settings_;
};

Program WorkingSets::first() {
  std::vector<Pid> workers;
  for (std::uint32_t i = 0; i < settings_.jobs; ++i) {
    const Result forked = co_await Fork{{setup_.index, kWorker}};
    if (forked.good()) workers.push_back(forked.pid);
  }
  for (const Pid worker : workers) co_await Wait{worker};
}

Program WorkingSets::worker(Self& self) {
  for (std::int64_t round = 0; round < settings_.count; ++round) {
    const Instant began = self.now;
    const Result computed = co_await Compute{.cpu = settings_.compute,
                                             .footprint = settings_.footprint,
                                             .dirty_rate = settings_.footprint,   // all within a second
                                             .touch_rate = settings_.touch_rate,
                                             .read_share = static_cast<std::uint16_t>(settings_.read_share),
                                             .locality = static_cast<std::uint16_t>(settings_.locality)};
    if (computed.good()) self.done(began);
  }
}

std::unique_ptr<Workload> make_working_set(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<WorkingSets>(setup, config::bind<Settings>(kFields, params));
}

}   // namespace

WorkloadEntry working_set_entry() {
  return {"working_set", "compute over more memory than a node may have", "round", config::plain<Settings>(kFields), make_working_set};
}

}   // namespace ssi::workload
