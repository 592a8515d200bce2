#include "astonish/nmf.hpp"

#include "factors.hpp"
#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

NmfTrainer make_nmf_trainer(const Ratings& by_user, const Array<double>& pu,
                            const Array<double>& qi, const Array<double>& bu,
                            const Array<double>& bi, double global_mean, bool biased,
                            const NmfOptions& options) {
  const auto initial = read_factors(pu, qi, bu, bi, global_mean, biased);
  const py::gil_scoped_release release;
  return {by_user.view(), initial, options};
}

double bind_nmf_epoch(NmfTrainer& trainer, int n_threads) {
  const py::gil_scoped_release release;
  return trainer.run_epoch(n_threads);
}

void bind_copy_nmf(const NmfTrainer& trainer, Array<double> pu, Array<double> qi, Array<double> bu,
                   Array<double> bi) {
  const auto model = write_factors(pu, qi, bu, bi, 0.0, true);
  const py::gil_scoped_release release;
  trainer.copy_to(model);
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
  py::class_<NmfTrainer>(module, "NmfTrainer")
      .def(py::init(&make_nmf_trainer), py::arg("by_user"), py::arg("pu").noconvert(),
           py::arg("qi").noconvert(), py::arg("bu").noconvert(), py::arg("bi").noconvert(),
           py::arg("global_mean"), py::arg("biased"), py::arg("options"), py::keep_alive<1, 2>(),
           "A non-negative factor model in training on the ratings of each user.")
      .def("run_epoch", &bind_nmf_epoch, py::arg("n_threads"),
           "Scale all factors once; the sum of the squared errors before.")
      .def("copy_to", &bind_copy_nmf, py::arg("pu").noconvert(), py::arg("qi").noconvert(),
           py::arg("bu").noconvert(), py::arg("bi").noconvert(),
           "Write the parameters as they are now.");
}

}  // namespace astonish::bindings
