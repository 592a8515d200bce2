#include "eigendecomposition.hpp"

#include <Eigen/Eigenvalues>

namespace astonish::internal::linear_algebra {

Eigendecomposition eigendecomposition(const Eigen::Ref<const Eigen::MatrixXd>& matrix) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

}  // namespace astonish::internal::linear_algebra
