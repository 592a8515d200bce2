#include "astonish/slope_one.hpp"

#include "arrays.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

// Both functions are called for a few items at a time, and a pass over all ratings would cost more
// than they do: the indices are those of a Csr, which were validated when it was made.

template <typename Offset>
py::tuple bind_rows(const Array<Offset>& user_offsets, const Array<std::int32_t>& user_indices,
                    const Array<double>& user_values, const Array<Offset>& item_offsets,
                    const Array<std::int32_t>& item_indices, const Array<double>& item_values,
                    const Array<std::int32_t>& items, int n_threads) {
  const auto [by_user, by_item] = read_both_sides(user_offsets, user_indices, user_values,
                                                  item_offsets, item_indices, item_values);
  const auto wanted = read("items", items);
  auto freq = new_matrix<std::int64_t>(wanted.size(), by_item.n_rows());
  auto dev = new_matrix<double>(wanted.size(), by_item.n_rows());
  const auto frequencies = write_matrix("freq", freq);
  const auto deviations = write_matrix("dev", dev);
  {
    const py::gil_scoped_release release;
    validate_offsets(by_user);
    validate_offsets(by_item);
    slope_one_rows(by_user, by_item, wanted, frequencies, deviations, n_threads);
  }
  return py::make_tuple(freq, dev);
}

template <typename Offset>
Array<double> bind_estimate(const Array<Offset>& user_offsets,
                            const Array<std::int32_t>& user_indices,
                            const Array<double>& user_values, const Array<Offset>& item_offsets,
                            const Array<std::int32_t>& item_indices,
                            const Array<double>& item_values, const Array<double>& user_mean,
                            const Array<std::int32_t>& items,
                            const Array<std::int64_t>& pair_offsets,
                            const Array<std::int32_t>& users, int n_threads) {
  const auto [by_user, by_item] = read_both_sides(user_offsets, user_indices, user_values,
                                                  item_offsets, item_indices, item_values);
  const auto means = read("user_mean", user_mean);
  const auto wanted = read("items", items);
  const auto offsets = read("pair_offsets", pair_offsets);
  const auto codes = read("users", users);
  auto out = new_array<double>(codes.size());
  const auto estimates = write("out", out);
  {
    const py::gil_scoped_release release;
    validate_offsets(by_user);
    validate_offsets(by_item);
    estimate_slope_one(by_user, by_item, means, wanted, offsets, codes, estimates, n_threads);
  }
  return out;
}

template <typename Offset>
void register_offsets(py::module_& module) {
  module.def("slope_one_rows", &bind_rows<Offset>, py::arg("user_offsets").noconvert(),
             py::arg("user_indices").noconvert(), py::arg("user_values").noconvert(),
             py::arg("item_offsets").noconvert(), py::arg("item_indices").noconvert(),
             py::arg("item_values").noconvert(), py::arg("items").noconvert(), py::arg("n_threads"),
             "Rows of the tables of common ratings and of deviations: (freq, dev).");
  module.def("estimate_slope_one", &bind_estimate<Offset>, py::arg("user_offsets").noconvert(),
             py::arg("user_indices").noconvert(), py::arg("user_values").noconvert(),
             py::arg("item_offsets").noconvert(), py::arg("item_indices").noconvert(),
             py::arg("item_values").noconvert(), py::arg("user_mean").noconvert(),
             py::arg("items").noconvert(), py::arg("pair_offsets").noconvert(),
             py::arg("users").noconvert(), py::arg("n_threads"),
             "Estimates of pairs of known users and items, grouped by item.");
}

}  // namespace

void register_slope_one(py::module_& module) {
  register_offsets<std::int32_t>(module);
  register_offsets<std::int64_t>(module);
}

}  // namespace astonish::bindings
