#include "astonish/factors.hpp"

#include <stdexcept>
#include <string>

namespace astonish {

template <typename T>
void check_shapes(const BiasedFactors<T>& model) {
  if (model.pu.cols != model.qi.cols) {
    throw std::invalid_argument("pu has " + std::to_string(model.pu.cols) + " factors, qi has " +
                                std::to_string(model.qi.cols));
  }
  if (model.bu.size() != model.pu.rows) {
    throw std::invalid_argument("bu has " + std::to_string(model.bu.size()) + " entries, pu has " +
                                std::to_string(model.pu.rows) + " rows");
  }
  if (model.bi.size() != model.qi.rows) {
    throw std::invalid_argument("bi has " + std::to_string(model.bi.size()) + " entries, qi has " +
                                std::to_string(model.qi.rows) + " rows");
  }
}

template void check_shapes(const BiasedFactors<float>&);
template void check_shapes(const BiasedFactors<const float>&);
template void check_shapes(const BiasedFactors<double>&);
template void check_shapes(const BiasedFactors<const double>&);

}  // namespace astonish
