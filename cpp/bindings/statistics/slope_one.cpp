#include "astonish/slope_one.hpp"

#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

py::tuple bind_slope_one_rows(const Ratings& by_user, const Ratings& by_item,
                              const Array<std::int32_t>& items, int n_threads) {
  const auto wanted = read("items", items);
  auto freq = new_matrix<std::int64_t>(wanted.size(), by_item.view().n_rows());
  auto dev = new_matrix<double>(wanted.size(), by_item.view().n_rows());
  const auto frequencies = write_matrix("freq", freq);
  const auto deviations = write_matrix("dev", dev);
  {
    const py::gil_scoped_release release;
    slope_one_rows(by_user.view(), by_item.view(), wanted, frequencies, deviations, n_threads);
  }
  return py::make_tuple(freq, dev);
}

Array<double> bind_estimate_slope_one(const Ratings& by_user, const Ratings& by_item,
                                      const Array<double>& user_mean,
                                      const Array<std::int32_t>& items,
                                      const Array<std::int64_t>& pair_offsets,
                                      const Array<std::int32_t>& users, int n_threads) {
  const auto means = read("user_mean", user_mean);
  const auto wanted = read("items", items);
  const auto offsets = read("pair_offsets", pair_offsets);
  const auto codes = read("users", users);
  auto out = new_array<double>(codes.size());
  const auto estimates = write("out", out);
  {
    const py::gil_scoped_release release;
    estimate_slope_one(by_user.view(), by_item.view(), means, wanted, offsets, codes, estimates,
                       n_threads);
  }
  return out;
}

}  // namespace

void register_slope_one(py::module_& module) {
  module.def("slope_one_rows", &bind_slope_one_rows, py::arg("by_user"), py::arg("by_item"),
             py::arg("items").noconvert(), py::arg("n_threads"),
             "Rows of the tables of common ratings and of deviations: (freq, dev).");
  module.def("estimate_slope_one", &bind_estimate_slope_one, py::arg("by_user"), py::arg("by_item"),
             py::arg("user_mean").noconvert(), py::arg("items").noconvert(),
             py::arg("pair_offsets").noconvert(), py::arg("users").noconvert(),
             py::arg("n_threads"), "Estimates of pairs of known users and items, grouped by item.");
}

}  // namespace astonish::bindings
