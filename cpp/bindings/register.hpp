// One function for each concept of the core; module.cpp calls them all.
#pragma once

#include <pybind11/pybind11.h>

namespace astonish::bindings {

void register_als(pybind11::module_& module);
void register_baselines(pybind11::module_& module);
void register_co_clustering(pybind11::module_& module);
void register_codes(pybind11::module_& module);
void register_concordance(pybind11::module_& module);
void register_csr(pybind11::module_& module);
void register_embedding_dot(pybind11::module_& module);
void register_embedding_network(pybind11::module_& module);
void register_estimate(pybind11::module_& module);
void register_implicit_als(pybind11::module_& module);
void register_neighbors(pybind11::module_& module);
void register_network_scores(pybind11::module_& module);
void register_nmf(pybind11::module_& module);
void register_parallel(pybind11::module_& module);
void register_parallel_sgd(pybind11::module_& module);
void register_permutation(pybind11::module_& module);
void register_sgd(pybind11::module_& module);
void register_similarity(pybind11::module_& module);
void register_slope_one(pybind11::module_& module);
void register_svdpp(pybind11::module_& module);
void register_topk(pybind11::module_& module);

}  // namespace astonish::bindings
