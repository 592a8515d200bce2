#include "astonish/embedding_dot.hpp"

#include <tuple>

#include "adam.hpp"
#include "arrays.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

// pu, qi, bu, bi
template <typename T>
using DotTuple = std::tuple<Array<T>, Array<T>, Array<T>, Array<T>>;

template <typename T>
DotArrays<const T> read_arrays(const DotTuple<T>& arrays) {
  const auto& [pu, qi, bu, bi] = arrays;
  return {read_matrix("pu", pu), read_matrix("qi", qi), read("bu", bu), read("bi", bi)};
}

template <typename T>
DotArrays<T> write_arrays(DotTuple<T>& arrays) {
  auto& [pu, qi, bu, bi] = arrays;
  return {write_matrix("pu", pu), write_matrix("qi", qi), write("bu", bu), write("bi", bi)};
}

template <typename T>
EmbeddingDot<T> make_dot_trainer(const DotTuple<T>& weights, const DotTuple<T>& averages,
                                 const DotTuple<T>& squares, const EmbeddingDotOptions& options) {
  const auto its_weights = read_arrays(weights);
  const auto its_averages = read_arrays(averages);
  const auto its_squares = read_arrays(squares);
  const py::gil_scoped_release release;
  return {its_weights, its_averages, its_squares, options};
}

template <typename T>
void bind_copy_dot(const EmbeddingDot<T>& trainer, DotTuple<T> weights, DotTuple<T> averages,
                   DotTuple<T> squares) {
  const auto its_weights = write_arrays(weights);
  const auto its_averages = write_arrays(averages);
  const auto its_squares = write_arrays(squares);
  const py::gil_scoped_release release;
  trainer.copy_to(its_weights, its_averages, its_squares);
}

template <typename T>
void register_dot_type(py::module_& module, const char* name) {
  py::class_<EmbeddingDot<T>> trainer(module, name);
  def_run<T>(trainer);
  trainer.def("copy_to", &bind_copy_dot<T>, py::arg("weights").noconvert(),
              py::arg("averages").noconvert(), py::arg("squares").noconvert(),
              "Write everything as it is now.");
  module.def(
      "embedding_dot", &make_dot_trainer<T>, py::arg("weights").noconvert(),
      py::arg("averages").noconvert(), py::arg("squares").noconvert(), py::arg("options"),
      "A factorization in training by mini-batches, of the type of its arrays: tuples of pu, "
      "qi, bu, bi.");
}

}  // namespace

void register_embedding_dot(py::module_& module) {
  py::class_<EmbeddingDotOptions> options(module, "EmbeddingDotOptions");
  options.def(py::init<>())
      .def_readwrite("biased", &EmbeddingDotOptions::biased)
      .def_readwrite("trains_users", &EmbeddingDotOptions::trains_users)
      .def_readwrite("trains_items", &EmbeddingDotOptions::trains_items);
  def_adam(options);
  register_dot_type<double>(module, "EmbeddingDotFloat64");
  register_dot_type<float>(module, "EmbeddingDotFloat32");
}

}  // namespace astonish::bindings
