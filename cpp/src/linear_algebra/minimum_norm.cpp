#include "minimum_norm.hpp"

#include <Eigen/Core>
#include <stdexcept>

#include "eigendecomposition.hpp"

namespace astonish::internal::linear_algebra {

std::vector<double> minimum_norm(std::span<const double> matrix, std::span<const double> right,
                                 double epsilon) {
  const auto n = static_cast<Eigen::Index>(right.size());
  std::vector<double> solution(right.size());
  if (n == 0) return solution;
  const Eigen::Map<const Eigen::MatrixXd> system(matrix.data(), n, n);
  const Eigen::Map<const Eigen::VectorXd> target(right.data(), n);
  if (!system.allFinite() || !target.allFinite()) {
    throw std::domain_error("a system of normal equations is not finite");
  }
  const Eigendecomposition eigen = eigendecomposition(system);
  const double least = static_cast<double>(n) * epsilon * eigen.values.maxCoeff();
  Eigen::VectorXd along = eigen.vectors.transpose() * target;
  for (Eigen::Index k = 0; k < n; ++k) {
    const double eigenvalue = eigen.values[k];
    along[k] = eigenvalue > least ? along[k] / eigenvalue : 0.0;
  }
  Eigen::Map<Eigen::VectorXd>(solution.data(), n) = eigen.vectors * along;
  return solution;
}

}  // namespace astonish::internal::linear_algebra
