// One function for each concept of the core; module.cpp calls them all, with the submodule of the
// concept's family.
#pragma once

#include <pybind11/pybind11.h>

namespace astonish::bindings {

void register_parallel(pybind11::module_& parallel);
void register_permutation(pybind11::module_& random);

void register_codes(pybind11::module_& ratings);
void register_csr(pybind11::module_& ratings);

void register_estimate(pybind11::module_& factors);
void register_topk(pybind11::module_& topk);
void register_concordance(pybind11::module_& metrics);

void register_baselines(pybind11::module_& statistics);
void register_co_clustering(pybind11::module_& statistics);
void register_slope_one(pybind11::module_& statistics);

void register_neighbors(pybind11::module_& neighbors);
void register_similarity(pybind11::module_& neighbors);

void register_nmf(pybind11::module_& sgd);
void register_parallel_sgd(pybind11::module_& sgd);
void register_sgd(pybind11::module_& sgd);
void register_svdpp(pybind11::module_& sgd);

void register_als(pybind11::module_& als);
void register_implicit_als(pybind11::module_& als);

void register_embedding_dot(pybind11::module_& embedding);
void register_embedding_network(pybind11::module_& network);
void register_network_scores(pybind11::module_& network);

}  // namespace astonish::bindings
