// Eigenvalues and eigenvectors of a symmetric matrix: O(n^3), about 9 n^3 flops. Eigen's solver is
// compiled here alone, as it takes a compiler longer than the files that need it.
#pragma once

#include <Eigen/Core>

namespace astonish::internal::linear_algebra {

struct Eigendecomposition {
  Eigen::VectorXd values;   // ascending
  Eigen::MatrixXd vectors;  // one a column
};

// `matrix` is not empty; its lower triangle is read.
[[nodiscard]] Eigendecomposition eigendecomposition(
    const Eigen::Ref<const Eigen::MatrixXd>& matrix);

}  // namespace astonish::internal::linear_algebra
