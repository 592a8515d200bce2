// The solvers of SVD++, each in a file of its own floating-point flags; see svdpp.hpp.
#pragma once

#include "astonish/svdpp.hpp"
#include "ratings/wide_csr.hpp"

namespace astonish::internal::sgd {

using ratings::WideCsr;

// Defined for int32 and int64 offsets.
double run_svdpp_sequential(const WideCsr& by_user, const BiasedFactors<double>& model,
                            MatrixView<double> yj, const SvdppOptions& options,
                            const EpochCallback& on_epoch);
double run_svdpp_bitwise(const WideCsr& by_user, const BiasedFactors<double>& model,
                         MatrixView<double> yj, const SvdppOptions& options,
                         const EpochCallback& on_epoch);

}  // namespace astonish::internal::sgd
