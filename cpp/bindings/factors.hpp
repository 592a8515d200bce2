// BiasedFactors over NumPy arrays, for the bindings that take a factor model.
#pragma once

#include "arrays.hpp"
#include "astonish/factors.hpp"

namespace astonish::bindings {

inline BiasedFactors<const double> read_factors(const Array<double>& pu, const Array<double>& qi,
                                                const Array<double>& bu, const Array<double>& bi,
                                                double global_mean, bool biased) {
  return {read_matrix("pu", pu), read_matrix("qi", qi), read("bu", bu),
          read("bi", bi),        global_mean,           biased};
}

inline BiasedFactors<double> write_factors(Array<double>& pu, Array<double>& qi, Array<double>& bu,
                                           Array<double>& bi, double global_mean, bool biased) {
  return {write_matrix("pu", pu),
          write_matrix("qi", qi),
          write("bu", bu),
          write("bi", bi),
          global_mean,
          biased};
}

}  // namespace astonish::bindings
