#include "astonish/baselines.hpp"

#include "epochs.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

template <typename Offset>
py::tuple bind_fit(const Array<Offset>& user_offsets, const Array<std::int32_t>& user_indices,
                   const Array<double>& user_values, const Array<Offset>& item_offsets,
                   const Array<std::int32_t>& item_indices, const Array<double>& item_values,
                   double global_mean, int n_epochs, double reg_u, double reg_i, int n_threads,
                   const std::optional<py::function>& on_epoch) {
  const auto [by_user, by_item] = read_both_sides(user_offsets, user_indices, user_values,
                                                  item_offsets, item_indices, item_values);
  auto bu = new_array<double>(by_user.n_rows());
  auto bi = new_array<double>(by_item.n_rows());
  const auto user_biases = write("bu", bu);
  const auto item_biases = write("bi", bi);
  const BaselineOptions options{n_epochs, reg_u, reg_i};
  const EpochCallback callback = with_interrupts(on_epoch);
  {
    const py::gil_scoped_release release;
    validate(by_user);
    validate(by_item);
    fit_baselines(by_user, by_item, global_mean, options, user_biases, item_biases, n_threads,
                  callback);
  }
  return py::make_tuple(bu, bi);
}

template <typename Offset>
void register_fit(py::module_& module) {
  module.def("fit_baselines", &bind_fit<Offset>, py::arg("user_offsets").noconvert(),
             py::arg("user_indices").noconvert(), py::arg("user_values").noconvert(),
             py::arg("item_offsets").noconvert(), py::arg("item_indices").noconvert(),
             py::arg("item_values").noconvert(), py::arg("global_mean"), py::arg("n_epochs"),
             py::arg("reg_u"), py::arg("reg_i"), py::arg("n_threads"),
             py::arg("on_epoch") = py::none(),
             "Biases of users and items by alternating least squares: (bu, bi).");
}

}  // namespace

void register_baselines(py::module_& module) {
  register_fit<std::int32_t>(module);
  register_fit<std::int64_t>(module);
}

}  // namespace astonish::bindings
