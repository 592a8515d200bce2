// The parameters of biased matrix factorization, borrowed.
//
//   estimate(u, i) = global_mean + bu[u] + bi[i] + <pu[u], qi[i]>
//
// One struct serves training (T = float or double) and scoring (T = const float or const double),
// so that every kernel that speaks of a factor model speaks of the same five things under
// Surprise's names. An unbiased model (biased == false) is the product alone; its bias arrays exist
// and are not read.
//
// Source: Koren, Bell, Volinsky: Matrix factorization techniques for recommender systems. 2009.
#pragma once

#include <span>

#include "astonish/matrix.hpp"

namespace astonish {

template <typename T>
struct BiasedFactors {
  MatrixView<T> pu;  // n_users x n_factors
  MatrixView<T> qi;  // n_items x n_factors
  std::span<T> bu;   // n_users
  std::span<T> bi;   // n_items
  double global_mean = 0.0;
  bool biased = true;
};

// Throws std::invalid_argument when the shapes contradict each other; O(1).
template <typename T>
void check_shapes(const BiasedFactors<T>& model);

}  // namespace astonish
