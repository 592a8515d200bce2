// The Gram matrix of factors, M^T M, in double for either type.
//
// Rows are cut into a fixed number of parts; each is summed by one thread, a block after the other,
// and the sums are added in order. So the result does not depend on the number of threads.
#pragma once

#include <Eigen/Core>

#include "astonish/matrix.hpp"

namespace astonish::internal::linear_algebra {

using GramMatrix = Eigen::MatrixXd;

// Instantiated for float and double.
template <typename T>
[[nodiscard]] GramMatrix gram(MatrixView<const T> factors, int n_threads);

}  // namespace astonish::internal::linear_algebra
