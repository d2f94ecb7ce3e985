// make: a parallel build. Every first program compiles `files`, each in a process of its own, then links. No file
// contents: a job only computes. Unit of work: a file compiled.
#include "models/base/distributions.hpp"
#include "models/workload/jobs.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct Settings : Demand {
  std::int64_t files{};
  Duration compute, link;
  std::string sizes;
  double sigma{};
  std::uint32_t retries{};
};

constexpr std::array<std::string_view, 2> kSizes{"lognormal", "fixed"};

const std::array kFields{
    Bound<Settings>{{"files", Kind::integer, std::int64_t{100}, 1, 1e9, {}, "files of each first program"}, &Settings::files},
    Bound<Settings>{{"compute", Kind::duration, std::int64_t{50'000'000}, 0, 1e13, {}, "mean CPU time to compile a file"},
                    &Settings::compute},
    Bound<Settings>{{"sizes", Kind::choice, std::string_view{"lognormal"}, 0, 0, kSizes, "how compile times are distributed"},
                    &Settings::sizes},
    Bound<Settings>{{"sigma",
                     Kind::ratio,
                     1.0,
                     0,
                     4,
                     {},
                     "standard deviation of the logarithm of a compile time",
                     "estimate: the slowest of 100 files takes about seven times the mean",
                     {"sizes", "lognormal"}},
                    &Settings::sigma},
    Bound<Settings>{{"link", Kind::duration, std::int64_t{200'000'000}, 0, 1e13, {}, "CPU time of the link step, after all files"},
                    &Settings::link},
    jobs_field<Settings>("compilers at once, for each first program, as in make -j"),
    placement_field<Settings>(kJobPlacements, "where a compiler starts"),
    arrival_field<Settings>(),
    rate_field<Settings>(),
    retries_field<Settings>(),
};

std::unique_ptr<Workload> make_make(const WorkloadSetup& setup, const config::Values& params) {
  const auto settings = config::bind<Settings>(kFields, params);
  const bool fixed = settings.sizes == "fixed";
  auto compute = [fixed, mean = settings.compute, sigma = settings.sigma](Stream& draws) {
    return fixed ? mean : lognormal(draws, mean, sigma);
  };
  const auto files = static_cast<std::uint64_t>(settings.files);
  return std::make_unique<Jobs>(setup, JobsPlan{settings, files, settings.link, compute, settings.retries});
}

}   // namespace

WorkloadEntry make_entry() {
  return {"make", "a parallel build: compile files in processes of their own, then link", "file compiled", config::plain<Settings>(kFields),
          make_make};
}

}   // namespace ssi::workload
