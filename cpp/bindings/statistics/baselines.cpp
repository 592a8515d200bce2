#include "astonish/baselines.hpp"

#include "interrupts.hpp"
#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

py::tuple bind_fit_baselines(const Ratings& by_user, const Ratings& by_item, double global_mean,
                             int n_epochs, double reg_u, double reg_i, int n_threads,
                             const std::optional<py::function>& on_epoch) {
  auto bu = new_array<double>(by_user.view().n_rows());
  auto bi = new_array<double>(by_item.view().n_rows());
  const auto user_biases = write("bu", bu);
  const auto item_biases = write("bi", bi);
  const BaselineOptions options{n_epochs, reg_u, reg_i};
  const EpochCallback callback = with_interrupts(on_epoch);
  {
    const py::gil_scoped_release release;
    fit_baselines(by_user.view(), by_item.view(), global_mean, options, user_biases, item_biases,
                  n_threads, callback);
  }
  return py::make_tuple(bu, bi);
}

}  // namespace

void register_baselines(py::module_& module) {
  module.def("fit_baselines", &bind_fit_baselines, py::arg("by_user"), py::arg("by_item"),
             py::arg("global_mean"), py::arg("n_epochs"), py::arg("reg_u"), py::arg("reg_i"),
             py::arg("n_threads"), py::arg("on_epoch") = py::none(),
             "Biases of users and items by alternating least squares: (bu, bi).");
}

}  // namespace astonish::bindings
