#include "minimum_norm.hpp"

#include <Eigen/Eigenvalues>
#include <stdexcept>

namespace astonish {

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
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(system);
  const double least = static_cast<double>(n) * epsilon * eigen.eigenvalues().maxCoeff();
  Eigen::VectorXd along = eigen.eigenvectors().transpose() * target;
  for (Eigen::Index k = 0; k < n; ++k) {
    const double eigenvalue = eigen.eigenvalues()[k];
    along[k] = eigenvalue > least ? along[k] / eigenvalue : 0.0;
  }
  Eigen::Map<Eigen::VectorXd>(solution.data(), n) = eigen.eigenvectors() * along;
  return solution;
}

}  // namespace astonish
