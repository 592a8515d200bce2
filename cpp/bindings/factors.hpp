// BiasedFactors over NumPy arrays, for the bindings that take a factor model.
#pragma once

#include "arrays.hpp"
#include "astonish/factors.hpp"

namespace astonish::bindings {

template <typename T>
BiasedFactors<const T> read_factors(const Array<T>& pu, const Array<T>& qi, const Array<T>& bu,
                                    const Array<T>& bi, double global_mean, bool biased) {
  return {read_matrix("pu", pu), read_matrix("qi", qi), read("bu", bu),
          read("bi", bi),        global_mean,           biased};
}

template <typename T>
BiasedFactors<T> write_factors(Array<T>& pu, Array<T>& qi, Array<T>& bu, Array<T>& bi,
                               double global_mean, bool biased) {
  return {write_matrix("pu", pu),
          write_matrix("qi", qi),
          write("bu", bu),
          write("bi", bi),
          global_mean,
          biased};
}

}  // namespace astonish::bindings
