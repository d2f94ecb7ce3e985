// matrix_multiply: C = A B of n x n words. Each thread fills its rows of A and B, then computes its rows of C from A's rows and all of B;
// all of C is checked by those who did not compute it. Unit of work: a row of C.
#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct MatrixSettings : Demand {
  std::uint32_t n{}, threads{};
  Duration compute;
};

const std::array kMatrixFields{
    Bound<MatrixSettings>{{"n", Kind::integer, std::int64_t{64}, 1, 2048, {}, "rows and columns; a word each"}, &MatrixSettings::n},
    threads_field<MatrixSettings>(),
    compute_field<MatrixSettings>(100, "CPU time of a multiplication and addition (the grain)"),
};

class MatrixMultiply final : public Team {
 public:
  MatrixMultiply(const WorkloadSetup& setup, const MatrixSettings& settings)
      : Team(setup, settings.threads), n_(settings.n), compute_(settings.compute), row_(8 * n_) {}

 private:
  // A[i][k] = 3 i + k, B[k][j] = k + 5 j.
  std::vector<std::uint64_t> row_of(bool b, std::uint64_t i) const {
    std::vector<std::uint64_t> row(n_);
    for (std::uint64_t k = 0; k < n_; ++k) row[k] = b ? i + 5 * k : 3 * i + k;
    return row;
  }
  std::uint64_t right(std::uint64_t i, std::uint64_t j) const {   // the sum over k of (3 i + k) (k + 5 j)
    const std::uint64_t sum = n_ * (n_ - 1) / 2, squares = (n_ - 1) * n_ * (2 * n_ - 1) / 6;
    return (3 * i + 5 * j) * sum + squares + 15 * i * j * n_;
  }

  Program work(std::uint32_t index, Self& self) override {
    const std::uint64_t a = 0, b = n_ * row_, c = 2 * n_ * row_;
    const Result got = co_await segment(3 * n_ * row_);
    const std::uint64_t at = id(got);
    co_await Attach{at};
    const std::uint64_t begin = first(n_, index), end = first(n_, index + 1);
    for (std::uint64_t i = begin; i < end; ++i) {
      const Store row_a = store(at, a + i * row_, row_of(false, i));
      co_await row_a;
      const Store row_b = store(at, b + i * row_, row_of(true, i));
      co_await row_b;
    }
    co_await all();

    const Result all_b = co_await load(at, b, n_ * row_);
    for (std::uint64_t i = begin; i < end; ++i) {
      const Instant began = self.now;
      const Result row = co_await load(at, a + i * row_, row_);
      std::vector<std::uint64_t> product(n_);
      for (std::uint64_t k = 0; whole(row, n_) && whole(all_b, n_ * n_) && k < n_; ++k)
        for (std::uint64_t j = 0; j < n_; ++j) product[j] += word_at(row.bytes(), k) * word_at(all_b.bytes(), k * n_ + j);
      co_await Compute{compute_ * static_cast<std::int64_t>(n_ * n_)};
      const Store made = store(at, c + i * row_, product);
      const Result stored = co_await made;
      if (stored.good()) self.done(began);
    }
    co_await all();

    const std::uint32_t other = (index + 1) % size();
    for (std::uint64_t i = first(n_, other); i < first(n_, other + 1); ++i) {
      const Result row = co_await load(at, c + i * row_, row_);
      for (std::uint64_t j = 0; whole(row, n_) && j < n_; ++j)
        verify(self, word_at(row.bytes(), j), right(i, j), "an element of the product");
    }
  }
  static bool whole(const Result& loaded, std::uint64_t words) { return size_of(loaded.bytes()) == words * 8; }

  std::uint64_t n_;
  Duration compute_;
  std::uint64_t row_;   // bytes
};

std::unique_ptr<Workload> make_matrix_multiply(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<MatrixMultiply>(setup, config::bind<MatrixSettings>(kMatrixFields, params));
}

}   // namespace

WorkloadEntry matrix_multiply_entry() {
  return {"matrix_multiply", "the product of two matrices, rows of which the threads share out", "row",
          config::plain<MatrixSettings>(kMatrixFields), make_matrix_multiply};
}

}   // namespace ssi::workload
