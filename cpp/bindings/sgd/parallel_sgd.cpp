#include "astonish/parallel_sgd.hpp"

#include "factors.hpp"
#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

template <typename T>
ParallelSgd<T> make_parallel_trainer(const Ratings& by_user, const Array<T>& pu, const Array<T>& qi,
                                     const Array<T>& bu, const Array<T>& bi, double global_mean,
                                     bool biased, const SgdOptions& options, std::uint64_t seed,
                                     const OptionalArray& weights, int n_threads) {
  const auto initial = read_factors(pu, qi, bu, bi, global_mean, biased);
  const auto its_weights = read_optional("weights", weights);
  const py::gil_scoped_release release;
  return {by_user.view(), initial, options, seed, its_weights, n_threads};
}

template <typename T>
double bind_run_epoch(ParallelSgd<T>& trainer, int n_threads) {
  const py::gil_scoped_release release;
  return trainer.run_epoch(n_threads);
}

template <typename T>
void bind_copy_parallel(const ParallelSgd<T>& trainer, Array<T> pu, Array<T> qi, Array<T> bu,
                        Array<T> bi, int n_threads) {
  const auto model = write_factors(pu, qi, bu, bi, 0.0, true);
  const py::gil_scoped_release release;
  trainer.copy_to(model, n_threads);
}

template <typename T>
void register_parallel_type(py::module_& module, const char* name) {
  py::class_<ParallelSgd<T>>(module, name)
      .def("run_epoch", &bind_run_epoch<T>, py::arg("n_threads"),
           "Pass over all ratings; the sum of their weighted squared errors.")
      .def("copy_to", &bind_copy_parallel<T>, py::arg("pu").noconvert(), py::arg("qi").noconvert(),
           py::arg("bu").noconvert(), py::arg("bi").noconvert(), py::arg("n_threads"),
           "Write the parameters as they are now.");
  module.def("parallel_sgd", &make_parallel_trainer<T>, py::arg("by_user"),
             py::arg("pu").noconvert(), py::arg("qi").noconvert(), py::arg("bu").noconvert(),
             py::arg("bi").noconvert(), py::arg("global_mean"), py::arg("biased"),
             py::arg("options"), py::arg("seed"), py::arg("weights").noconvert(),
             py::arg("n_threads"), "Parameters in training by blocks, of the type of the factors.");
}

}  // namespace

void register_parallel_sgd(py::module_& module) {
  register_parallel_type<double>(module, "ParallelSgdFloat64");
  register_parallel_type<float>(module, "ParallelSgdFloat32");
}

}  // namespace astonish::bindings
