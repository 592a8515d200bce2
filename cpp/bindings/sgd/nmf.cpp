#include "astonish/nmf.hpp"

#include "factors.hpp"
#include "interrupts.hpp"
#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

void bind_fit_nmf(const Ratings& by_user, Array<double> pu, Array<double> qi, Array<double> bu,
                  Array<double> bi, double global_mean, bool biased, const NmfOptions& options,
                  int n_threads, const std::optional<py::function>& on_epoch) {
  const auto model = write_factors(pu, qi, bu, bi, global_mean, biased);
  const EpochCallback callback = with_interrupts(on_epoch);
  const py::gil_scoped_release release;
  fit_nmf(by_user.view(), model, options, n_threads, callback);
}

}  // namespace

void register_nmf(py::module_& module) {
  py::class_<NmfOptions>(module, "NmfOptions")
      .def(py::init<>())
      .def_readwrite("n_epochs", &NmfOptions::n_epochs)
      .def_readwrite("reg_pu", &NmfOptions::reg_pu)
      .def_readwrite("reg_qi", &NmfOptions::reg_qi)
      .def_readwrite("lr_bu", &NmfOptions::lr_bu)
      .def_readwrite("lr_bi", &NmfOptions::lr_bi)
      .def_readwrite("reg_bu", &NmfOptions::reg_bu)
      .def_readwrite("reg_bi", &NmfOptions::reg_bi);
  module.def("fit_nmf", &bind_fit_nmf, py::arg("by_user"), py::arg("pu").noconvert(),
             py::arg("qi").noconvert(), py::arg("bu").noconvert(), py::arg("bi").noconvert(),
             py::arg("global_mean"), py::arg("biased"), py::arg("options"), py::arg("n_threads"),
             py::arg("on_epoch") = py::none(),
             "Train a non-negative factor model in place on the ratings of each user.");
}

}  // namespace astonish::bindings
