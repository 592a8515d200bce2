// Surprise's order of updates at the speed of the vector units: see sgd.hpp.
#include "linear_algebra/lanes.hpp"
#include "sgd_pass.hpp"

namespace astonish::internal::sgd {

namespace {

using linear_algebra::kLanes;
using linear_algebra::Lanes;
using linear_algebra::load_lanes;
using linear_algebra::store_lanes;
using linear_algebra::sum_lanes;

// Four sums side by side, as each addition takes its time.
struct Sums {
  template <typename Product>
  Sums(std::size_t width, const Product& product) {
    std::size_t at = 0;
    for (; at + 4 * kLanes <= width; at += 4 * kLanes) {
      a += product(at);
      b += product(at + kLanes);
      c += product(at + 2 * kLanes);
      d += product(at + 3 * kLanes);
    }
    for (; at < width; at += kLanes) a += product(at);
  }

  [[nodiscard]] double total() const { return sum_lanes<double>((a + b) + (c + d))[0]; }

  Lanes a{}, b{}, c{}, d{};
};

class Vectorised {
 public:
  Vectorised(const BiasedRows& rows, const SgdOptions& options)
      : width_(rows.q.width()),
        keep_p_(1.0 - options.lr_pu * options.reg_pu),
        keep_q_(1.0 - options.lr_qi * options.reg_qi),
        lr_p_(options.lr_pu),
        lr_q_(options.lr_qi) {}

  [[nodiscard]] double dot(const double* q, const double* p) const {
    return Sums(width_,
                [&](std::size_t at) {
                  return load_lanes<double>(q + at) * load_lanes<double>(p + at);
                })
        .total();
  }

  void step(double* p, double* q, double err) const {
    for (std::size_t at = 0; at < width_; at += kLanes) move(p + at, q + at, err);
  }

  [[nodiscard]] double step_and_dot(double* p, double* q, const double* next, double err) const {
    return Sums(width_,
                [&](std::size_t at) {
                  return move(p + at, q + at, err) * load_lanes<double>(next + at);
                })
        .total();
  }

 private:
  // p <- (1 - lr * reg) p + (lr * err) q: the update of sgd.hpp with its constants taken out. The
  // product with the error comes last in time, so it is the one that the compiler should fuse with
  // the sum: it stands first. Returns the new p.
  Lanes move(double* p, double* q, double err) const {
    const Lanes old_p = load_lanes<double>(p), old_q = load_lanes<double>(q);
    const Lanes new_p = (lr_p_ * err) * old_q + keep_p_ * old_p;
    store_lanes<double>(new_p, p);
    store_lanes<double>((lr_q_ * err) * old_p + keep_q_ * old_q, q);
    return new_p;
  }

  std::size_t width_;
  double keep_p_, keep_q_, lr_p_, lr_q_;
};

}  // namespace

double run_sequential(const WideCsr& by_user, std::span<const double> weights, BiasedRows& rows,
                      const SgdOptions& options) {
  return SgdPass<Vectorised>(by_user, weights, rows, options).run();
}

}  // namespace astonish::internal::sgd
