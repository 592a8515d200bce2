#include "register.hpp"

PYBIND11_MODULE(ASTONISH_MODULE, module) {
  using namespace astonish::bindings;

  module.doc() = "The astonish core, compiled for CPU level " ASTONISH_LEVEL ".";
  module.attr("__version__") = ASTONISH_VERSION;
  module.attr("cpu_level") = ASTONISH_LEVEL;

  register_parallel(module);
  register_codes(module);
  register_permutation(module);
  register_csr(module);
  register_als(module);
  register_sgd(module);
  register_parallel_sgd(module);
  register_svdpp(module);
  register_nmf(module);
  register_implicit_als(module);
  register_embedding_dot(module);
  register_embedding_network(module);
  register_network_scores(module);
  register_estimate(module);
  register_topk(module);
  register_concordance(module);
  register_similarity(module);
  register_neighbors(module);
  register_baselines(module);
  register_slope_one(module);
  register_co_clustering(module);
}
