// Adam with decoupled weight decay: how the embedding models move their parameters.
//
// With the gradient g of a batch, its learning rate lr and momentum mom, and t batches so far, this
// one included, each parameter w and its two running means m and v become
//
//   w -= lr * wd * w
//   m  = mom * m + (1 - mom) * g
//   v  = sqr_mom * v + (1 - sqr_mom) * g * g
//   w -= lr / (1 - mom^t) * m / (sqrt(v / (1 - sqr_mom^t)) + eps)
//
// All rows of an embedding take part in every batch, those without a sample in it with g = 0. The
// momentum of the last batch corrects the bias of m, as if it had never changed.
//
// Sources: Kingma, Ba: Adam: a method for stochastic optimization. ICLR 2015. Loshchilov, Hutter:
// Decoupled weight decay regularization. ICLR 2019. Details are those of fastai 2.8.
#pragma once

#include <cstdint>
#include <span>

namespace astonish {

struct AdamOptions {
  double sqr_mom = 0.99;         // in (0, 1)
  double eps = 1e-5;             // in (0, 1)
  double wd = 0.01;              // not negative
  std::uint64_t first_step = 0;  // batches done before: t is larger by them
};

// The rates of the batches of a run, one number each.
struct BatchRates {
  std::span<const double> lrs;
  std::span<const double> moms;
};

// Throws std::invalid_argument for options out of their range, O(1).
void check_adam(const AdamOptions& options);
// Throws std::invalid_argument when the lengths differ, a rate is negative or not finite, or a
// momentum is outside [0, 1).
void check_rates(const BatchRates& rates);

}  // namespace astonish
