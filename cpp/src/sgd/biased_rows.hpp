// A factor model in training: its factors in rows of whole cache lines, its biases beside them, and
// the update of a bias.
//
// NumPy's rows begin anywhere; a row of 800 bytes that begins within a cache line costs one line
// more, and each of its vectors may straddle two. Copying in and out costs less than an epoch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "astonish/factors.hpp"
#include "factors/training.hpp"
#include "linear_algebra/padded.hpp"
#include "support/check.hpp"

namespace astonish::internal::sgd {

struct BiasedRows {
  explicit BiasedRows(const BiasedFactors<const double>& initial)
      : p(initial.pu),
        q(initial.qi),
        bu(initial.bu.begin(), initial.bu.end()),
        bi(initial.bi.begin(), initial.bi.end()),
        n_users(initial.pu.rows),
        n_items(initial.qi.rows),
        n_factors(initial.pu.cols),
        global_mean(initial.global_mean),
        biased(initial.biased) {}

  // Biases of an unbiased model are left alone. Throws std::invalid_argument for other shapes.
  void copy_to(const BiasedFactors<double>& model) const {
    check_shapes(model);
    support::check_shape("pu", model.pu, n_users, n_factors);
    support::check_shape("qi", model.qi, n_items, n_factors);
    p.copy_to(model.pu);
    q.copy_to(model.qi);
    if (!biased) return;
    std::copy(bu.begin(), bu.end(), model.bu.begin());
    std::copy(bi.begin(), bi.end(), model.bi.begin());
  }

  [[nodiscard]] bool is_finite() const {
    using factors::all_finite;
    return all_finite(p.values()) && all_finite(q.values()) &&
           (!biased || (all_finite(bu) && all_finite(bi)));
  }

  linear_algebra::PaddedRows<double> p, q;
  std::vector<double> bu, bi;
  std::size_t n_users, n_items, n_factors;
  double global_mean;
  bool biased;
};

// A type of the unnamed namespace of each file is an argument, so that no instantiation can be
// merged with one that was compiled under other floating-point flags.
template <typename File>
void step_bias(double& bias, double err, double lr, double reg) {
  bias += lr * (err - reg * bias);
}

}  // namespace astonish::internal::sgd
