// Matrix factorization of implicit feedback by alternating least squares.
//
// Clicks, plays and purchases say what somebody liked, and nothing of what they disliked. So every
// pair of user and item counts, with a confidence: the model minimises
//
//   sum over all pairs of c * (p - <w_u, h_i>)^2  +  sum of reg_u * |w_u|^2  +  sum of reg_i *
//   |h_i|^2
//
// with p = 1 and c = alpha0 + alpha * weight for an interaction, p = 0 and c = alpha0 for every
// other pair. Of an interaction with another n, in a row of `others` columns, the regularisation is
// reg * (n + alpha0 * others)^nu: nu = 0 is the plain one. Given one side, the rows of the other
// are independent ridge regressions. A half-step solves them:
//
//   cholesky  exactly; O(row length * k^2 + k^3) a row
//   cg        cg_steps of preconditioned conjugate gradient from the factors as they are;
//             O(row length * k) a step
//   ialspp    exactly in one block of block_size coordinates after the other, once through all;
//             O(row length * k * block_size + k * block_size^2) a row, for large k
//
// The pairs without interaction enter through the Gram matrix of the fixed side, summed in double.
// cholesky and cg work in the basis of its eigenvectors, where it is diagonal: then it costs
// nothing a step, and the diagonal of the whole system is a preconditioner that knows it. A
// half-step never raises the objective but for rounding, and gives the same bits for any number of
// threads. Singular systems are solved by the shortest solution; a row without interactions is
// zero.
//
// Sources: Hu, Koren, Volinsky: Collaborative filtering for implicit feedback datasets. ICDM 2008
// (alpha0 = 1, nu = 0). Takacs, Pilaszy, Tikk: Applications of the conjugate gradient method for
// implicit feedback collaborative filtering. RecSys 2011. Rendle, Krichene, Zhang, Koren:
// Revisiting the performance of iALS on item recommendation benchmarks. RecSys 2022 (alpha0, nu).
// Rendle, Krichene, Zhang, Koren: iALS++: speeding up matrix factorization with subspace
// optimization. 2021.
#pragma once

#include <memory>

#include "astonish/csr.hpp"
#include "astonish/matrix.hpp"

namespace astonish {

enum class ImplicitSolver { cholesky, cg, ialspp };

struct ImplicitOptions {
  ImplicitSolver solver = ImplicitSolver::cholesky;
  double alpha = 5.0;   // confidence of an interaction of weight 1, beyond that of any pair
  double alpha0 = 1.0;  // confidence of every pair
  double reg = 0.005;   // L2 regularisation
  double nu = 1.0;      // how it grows with the number of interactions: 0 not, 1 in proportion
  int cg_steps = 3;
  int block_size = 64;  // coordinates that ialspp solves for at once
};

namespace internal::als {
template <typename T>
struct FixedSide;
}  // namespace internal::als

// One side of the model, made ready for half-steps that solve for the other. It keeps copies, so
// the factors may change afterwards. O(rows * k^2 + k^3).
template <typename T>
class ImplicitSide {
 public:
  // Throws std::invalid_argument for options out of range or n_threads < 1, and for factors that
  // are not finite.
  ImplicitSide(MatrixView<const T> factors, const ImplicitOptions& options, int n_threads);
  ~ImplicitSide();
  ImplicitSide(ImplicitSide&&) noexcept;
  ImplicitSide& operator=(ImplicitSide&&) noexcept;

  // Writes the factors of the given rows; cg and ialspp start from what `solved` holds. The weights
  // (values; none means 1 each) must be finite and not negative; one of zero is no interaction. Two
  // entries of a pair count as two interactions. Throws std::invalid_argument for shapes that do
  // not match or n_threads < 1.
  template <typename Offset>
  void solve(const CsrView<Offset>& interactions, MatrixView<T> solved, int n_threads) const;

 private:
  std::unique_ptr<const internal::als::FixedSide<T>> side_;
};

// The objective, exactly: the sum over all pairs comes from the two Gram matrices. O(interactions *
// k + (users + items) * k^2). Throws std::invalid_argument as above.
template <typename T, typename Offset>
[[nodiscard]] double implicit_loss(const CsrView<Offset>& by_user, MatrixView<const T> pu,
                                   MatrixView<const T> qi, const ImplicitOptions& options,
                                   int n_threads);

}  // namespace astonish
