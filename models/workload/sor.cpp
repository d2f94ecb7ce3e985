// sor: sweeps over a grid, each thread a band of rows, with a barrier after each sweep (Jacobi, as in IVY and TreadMarks): between sweeps
// only the rows at a band's edges are another's. The grid in the end is that of a sequential run. Unit of work: a row swept.
#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct SorSettings : Demand {
  std::int64_t rounds{};
  std::uint32_t rows{}, columns{}, threads{};
  Duration compute;
};

const std::array kSorFields{
    rounds_field<SorSettings>(10, "sweeps"),
    Bound<SorSettings>{{"rows", Kind::integer, std::int64_t{64}, 3, 1e5, {}, "of the grid"}, &SorSettings::rows},
    Bound<SorSettings>{{"columns", Kind::integer, std::int64_t{512}, 3, 1e5, {}, "of the grid; a word each"}, &SorSettings::columns},
    threads_field<SorSettings>(),
    compute_field<SorSettings>(50, "CPU time of one point of a sweep"),
};

using Row = std::vector<std::uint64_t>;

class Sor final : public Team {
 public:
  Sor(const WorkloadSetup& setup, const SorSettings& settings)
      : Team(setup, settings.threads), settings_(settings), row_(8 * settings.columns) {}

 private:
  Row start(std::uint64_t i) const {
    Row row(settings_.columns);
    for (std::uint64_t j = 0; j < row.size(); ++j) row[j] = (i * 7919 + j * 104'729) % 1'000'003;
    return row;
  }
  static Row swept(const Row& above, const Row& row, const Row& below) {
    Row next = row;
    for (std::size_t j = 1; j + 1 < row.size(); ++j) next[j] = (above[j] + below[j] + row[j - 1] + row[j + 1]) / 4;
    return next;
  }
  std::vector<Row> sequential() const {
    std::vector<Row> grid;
    for (std::uint64_t i = 0; i < settings_.rows; ++i) grid.push_back(start(i));
    for (std::int64_t sweep = 0; sweep < settings_.rounds; ++sweep) {
      std::vector<Row> next = grid;
      for (std::size_t i = 1; i + 1 < grid.size(); ++i) next[i] = swept(grid[i - 1], grid[i], grid[i + 1]);
      grid.swap(next);
    }
    return grid;
  }
  std::uint64_t place(std::int64_t sweep, std::uint64_t row) const {
    return (static_cast<std::uint64_t>(sweep % 2) * settings_.rows + row) * row_;
  }
  Row words(const Result& loaded) const {
    Row row(settings_.columns);
    for (std::size_t j = 0; size_of(loaded.bytes()) == row_ && j < row.size(); ++j) row[j] = word_at(loaded.bytes(), j);
    return row;
  }

  Program work(std::uint32_t index, Self& self) override {
    const Result got = co_await segment(2 * settings_.rows * row_);
    const std::uint64_t at = id(got);
    co_await Attach{at};
    const std::uint64_t begin = first(settings_.rows, index), end = first(settings_.rows, index + 1);
    for (std::uint64_t i = begin; i < end; ++i)
      for (std::int64_t half = 0; half < 2; ++half) {   // the edges stay as they are
        const Store row = store(at, place(half, i), start(i));
        co_await row;
      }
    co_await all();
    for (std::int64_t sweep = 0; sweep < settings_.rounds; ++sweep) {
      for (std::uint64_t i = std::max<std::uint64_t>(begin, 1); i < std::min<std::uint64_t>(end, settings_.rows - 1); ++i) {
        const Instant began = self.now;
        const Result above = co_await load(at, place(sweep, i - 1), row_);
        const Result here = co_await load(at, place(sweep, i), row_);
        const Result below = co_await load(at, place(sweep, i + 1), row_);
        co_await Compute{settings_.compute * static_cast<std::int64_t>(settings_.columns)};
        const Store next = store(at, place(sweep + 1, i), swept(words(above), words(here), words(below)));
        const Result stored = co_await next;
        if (stored.good()) self.done(began);
      }
      co_await all();
    }
    if (index != 0) co_return;
    const std::vector<Row> right = sequential();
    for (std::uint64_t i = 0; i < settings_.rows; ++i) {
      const Result row = co_await load(at, place(settings_.rounds, i), row_);
      for (std::size_t j = 0; row.good() && j < settings_.columns; ++j)
        verify(self, word_at(row.bytes(), j), right[i][j], "a point of the grid");
    }
  }

  SorSettings settings_;
  std::uint64_t row_;   // bytes
};

std::unique_ptr<Workload> make_sor(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<Sor>(setup, config::bind<SorSettings>(kSorFields, params));
}

}   // namespace

WorkloadEntry sor_entry() {
  return {"sor", "sweeps over a grid of which each thread has a band", "row swept", config::plain<SorSettings>(kSorFields), make_sor};
}

}   // namespace ssi::workload
