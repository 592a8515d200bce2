// SVD++: biased matrix factorization that also learns from which items a user rated.
//
//   estimate(u, i) = global_mean + bu[u] + bi[i] + <qi[i], pu[u] + z>
//   z              = sum of yj[j] over the ratings of u / sqrt(n_u)
//
// A row of yj belongs to each item; n_u counts the ratings of u, and an item that u rated twice
// occurs twice in the sum. For each rating, in the order of the CSR rows, err = r - estimate(u, i):
//
//   bu += lr_bu * (err - reg_bu * bu)          pu += lr_pu * (err * qi - reg_pu * pu)
//   bi += lr_bi * (err - reg_bi * bi)          qi += lr_qi * (err * (pu + z) - reg_qi * qi)
//   yj += lr_yj * (err * qi / sqrt(n_u) - reg_yj * yj)     for each j that u rated
//
// where every update reads the old rows. Two solvers follow scikit-surprise's order:
//   bitwise:    the sum and all yj once a rating: O(n_u * n_factors) for each rating of u; equals
//               scikit-surprise to the last bit
//   sequential: O(n_factors) a rating. While one user is trained, a rating applies the same map
//               y -> keep * y + c to all yj of the user; so it is enough to follow z, and to write
//               the yj back when the user ends. Same order, other rounding: about 1e-12
// One thread; "sequential" copies qi and yj once.
//
// Source: Koren: Factorization meets the neighborhood. 2008, section 4.
#pragma once

#include <cstdint>
#include <span>

#include "astonish/csr.hpp"
#include "astonish/epochs.hpp"
#include "astonish/factors.hpp"
#include "astonish/sgd.hpp"

namespace astonish {

struct SvdppOptions : SgdOptions {
  SvdppOptions() { lr_bu = lr_bi = lr_pu = lr_qi = 0.007; }

  double lr_yj = 0.007;
  double reg_yj = 0.02;
};

// Trains `model` and `yj` (n_items x n_factors); what they hold before it returns, or after it
// throws, is unspecified, so pass copies you can drop. With model.biased == false, mean and biases
// are left out. Returns and throws what fit_sgd does.
template <typename Offset>
double fit_svdpp(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
                 MatrixView<double> yj, const SvdppOptions& options,
                 const EpochCallback& on_epoch = {});

// Writes pu + z of users[k] to row k of `out`: with these rows as pu, the estimates are those of
// factors.hpp. O(n_u * n_factors) a user, summed in the order of the ratings whatever the number of
// threads. Throws std::invalid_argument for shapes that do not match, std::out_of_range for a user
// that does not exist.
template <typename Offset>
void svdpp_user_factors(const CsrView<Offset>& by_user, std::span<const std::int32_t> users,
                        MatrixView<const double> pu, MatrixView<const double> yj,
                        MatrixView<double> out, int n_threads);

}  // namespace astonish
