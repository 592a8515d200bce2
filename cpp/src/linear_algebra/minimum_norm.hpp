// The shortest least-squares solution of a symmetric positive semidefinite system.
//
// Where a system leaves directions open (more unknowns than ratings and no regularisation, equal
// rows) this picks the one solution that does not move in them. O(n^3), about ten times the cost of
// a Cholesky factorization, and memory for three matrices; a fallback, not a path for all rows.
#pragma once

#include <span>
#include <vector>

namespace astonish::internal::linear_algebra {

// `matrix` is n x n and symmetric, n = right.size(). Eigenvalues of at most n * epsilon times the
// largest one count as zero. Throws std::domain_error when the system is not finite.
[[nodiscard]] std::vector<double> minimum_norm(std::span<const double> matrix,
                                               std::span<const double> right, double epsilon);

}  // namespace astonish::internal::linear_algebra
