// The update of a bias, which all kernels of this family share.
//
// A type of the unnamed namespace of each file is an argument of the template, so that no
// instantiation can be merged with one that was compiled under other floating-point flags.
#pragma once

namespace astonish::internal::sgd {

template <typename File>
void step_bias(double& bias, double err, double lr, double reg) {
  bias += lr * (err - reg * bias);
}

}  // namespace astonish::internal::sgd
