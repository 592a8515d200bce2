// The solvers of SVD++, each in a file of its own floating-point flags; see svdpp.hpp.
#pragma once

#include "astonish/svdpp.hpp"

namespace astonish::internal::sgd {

// Defined for int32 and int64 offsets.
template <typename Offset>
double run_svdpp_sequential(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
                            MatrixView<double> yj, const SvdppOptions& options,
                            const EpochCallback& on_epoch);
template <typename Offset>
double run_svdpp_bitwise(const CsrView<Offset>& by_user, const BiasedFactors<double>& model,
                         MatrixView<double> yj, const SvdppOptions& options,
                         const EpochCallback& on_epoch);

}  // namespace astonish::internal::sgd
