#include <initializer_list>
#include <string>

#include "register.hpp"

namespace {

using Register = void (*)(pybind11::module_&);

void add_family(pybind11::module_& core, const char* name,
                std::initializer_list<Register> concepts) {
  auto family = core.def_submodule(name);
  for (const Register add : concepts) add(family);
}

void define_core(pybind11::module_& module, const char* level) {
  using namespace astonish::bindings;

  module.doc() = std::string("The astonish core, compiled for CPU level ") + level + ".";
  module.attr("__version__") = ASTONISH_VERSION;
  module.attr("cpu_level") = level;

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

}  // namespace

// Compiled once with the other bindings: the module of a level exports the one that has its name.
PYBIND11_MODULE(_core_v1, module) { define_core(module, "v1"); }
PYBIND11_MODULE(_core_v3, module) { define_core(module, "v3"); }
PYBIND11_MODULE(_core_v4, module) { define_core(module, "v4"); }
