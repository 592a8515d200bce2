#include "astonish/estimate.hpp"

#include "factors.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

template <typename T>
Array<double> bind_estimate_pairs(const Array<T>& pu, const Array<T>& qi, const Array<T>& bu,
                                  const Array<T>& bi, double global_mean, bool biased,
                                  const Array<std::int32_t>& users,
                                  const Array<std::int32_t>& items, int n_threads) {
  const auto model = read_factors(pu, qi, bu, bi, global_mean, biased);
  const auto user_codes = read("users", users);
  const auto item_codes = read("items", items);
  auto out = new_array<double>(user_codes.size());
  const auto estimates = write("out", out);
  {
    const py::gil_scoped_release release;
    estimate_pairs(model, user_codes, item_codes, estimates, n_threads);
  }
  return out;
}

template <typename T>
double bind_one(const Array<T>& pu, const Array<T>& qi, const Array<T>& bu, const Array<T>& bi,
                double global_mean, bool biased, std::int32_t user, std::int32_t item) {
  return estimate_pair(read_factors(pu, qi, bu, bi, global_mean, biased), user, item);
}

template <typename T>
void register_estimate_type(py::module_& module) {
  module.def("estimate_pairs", &bind_estimate_pairs<T>, py::arg("pu").noconvert(),
             py::arg("qi").noconvert(), py::arg("bu").noconvert(), py::arg("bi").noconvert(),
             py::arg("global_mean"), py::arg("biased"), py::arg("users").noconvert(),
             py::arg("items").noconvert(), py::arg("n_threads"),
             "Estimates of (user, item) pairs; -1 is an unknown id, NaN an impossible estimate.");
  module.def("estimate_pair", &bind_one<T>, py::arg("pu").noconvert(), py::arg("qi").noconvert(),
             py::arg("bu").noconvert(), py::arg("bi").noconvert(), py::arg("global_mean"),
             py::arg("biased"), py::arg("user"), py::arg("item"), "The estimate of one pair.");
}

}  // namespace

void register_estimate(py::module_& module) {
  register_estimate_type<double>(module);
  register_estimate_type<float>(module);
}

}  // namespace astonish::bindings
