// A scaled sigmoid: estimates that stay between two bounds.
//
//   estimate = low + (high - low) / (1 + exp(-x))
//
// The bounds are reached in infinity alone, so they lie a little beyond the ratings.
//
// Source: Howard, Gugger: fastai: a layered API for deep learning. Information 11(2), 2020.
#pragma once

namespace astonish {

struct YRange {
  double low = 0.0;
  double high = 0.0;
};

// Throws std::invalid_argument unless low < high, both finite.
void check_y_range(const YRange& range);

}  // namespace astonish
