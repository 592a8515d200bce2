#include <initializer_list>

#include "register.hpp"

namespace {

using Register = void (*)(pybind11::module_&);

void add_family(pybind11::module_& core, const char* name,
                std::initializer_list<Register> concepts) {
  auto family = core.def_submodule(name);
  for (const Register add : concepts) add(family);
}

}  // namespace

PYBIND11_MODULE(ASTONISH_MODULE, module) {
  using namespace astonish::bindings;

  module.doc() = "The astonish core, compiled for CPU level " ASTONISH_LEVEL ".";
  module.attr("__version__") = ASTONISH_VERSION;
  module.attr("cpu_level") = ASTONISH_LEVEL;

  add_family(module, "parallel", {register_parallel});
  add_family(module, "random", {register_permutation});
  add_family(module, "ratings", {register_codes, register_csr});
  add_family(module, "factors", {register_estimate});
  add_family(module, "topk", {register_topk});
  add_family(module, "metrics", {register_concordance});
  add_family(module, "statistics",
             {register_baselines, register_slope_one, register_co_clustering});
  add_family(module, "neighbors", {register_similarity, register_neighbors});
  add_family(module, "sgd", {register_sgd, register_parallel_sgd, register_svdpp, register_nmf});
  add_family(module, "als", {register_als, register_implicit_als});
  add_family(module, "embedding", {register_embedding_dot});
  add_family(module, "network", {register_embedding_network, register_network_scores});
}
