#include "astonish/sgd.hpp"

#include <pybind11/native_enum.h>

#include "factors.hpp"
#include "interrupts.hpp"
#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

double bind_fit_sgd(const Ratings& by_user, Array<double> pu, Array<double> qi, Array<double> bu,
                    Array<double> bi, double global_mean, bool biased, const SgdOptions& options,
                    const std::optional<py::function>& on_epoch, const OptionalArray& weights) {
  const auto model = write_factors(pu, qi, bu, bi, global_mean, biased);
  const auto of_ratings = read_optional("weights", weights);
  const EpochCallback callback = with_interrupts(on_epoch);
  const py::gil_scoped_release release;
  return fit_sgd(by_user.view(), model, options, callback, of_ratings);
}

SgdTrainer make_sgd_trainer(const Ratings& by_user, const Array<double>& pu,
                            const Array<double>& qi, const Array<double>& bu,
                            const Array<double>& bi, double global_mean, bool biased,
                            const SgdOptions& options, const OptionalArray& weights) {
  const auto initial = read_factors(pu, qi, bu, bi, global_mean, biased);
  const auto of_ratings = read_optional("weights", weights);
  const py::gil_scoped_release release;
  return {by_user.view(), initial, options, of_ratings};
}

double bind_sgd_epoch(SgdTrainer& trainer) {
  const py::gil_scoped_release release;
  return trainer.run_epoch();
}

void bind_copy_sgd(const SgdTrainer& trainer, Array<double> pu, Array<double> qi, Array<double> bu,
                   Array<double> bi) {
  const auto model = write_factors(pu, qi, bu, bi, 0.0, true);
  const py::gil_scoped_release release;
  trainer.copy_to(model);
}

}  // namespace

void register_sgd(py::module_& module) {
  py::native_enum<SgdSolver>(module, "SgdSolver", "enum.Enum")
      .value("sequential", SgdSolver::sequential)
      .value("bitwise", SgdSolver::bitwise)
      .finalize();
  py::class_<SgdOptions>(module, "SgdOptions")
      .def(py::init<>())
      .def_readwrite("solver", &SgdOptions::solver)
      .def_readwrite("n_epochs", &SgdOptions::n_epochs)
      .def_readwrite("lr_bu", &SgdOptions::lr_bu)
      .def_readwrite("lr_bi", &SgdOptions::lr_bi)
      .def_readwrite("lr_pu", &SgdOptions::lr_pu)
      .def_readwrite("lr_qi", &SgdOptions::lr_qi)
      .def_readwrite("reg_bu", &SgdOptions::reg_bu)
      .def_readwrite("reg_bi", &SgdOptions::reg_bi)
      .def_readwrite("reg_pu", &SgdOptions::reg_pu)
      .def_readwrite("reg_qi", &SgdOptions::reg_qi)
      .def_readwrite("first_epoch", &SgdOptions::first_epoch);
  py::class_<SgdTrainer>(module, "SgdTrainer")
      .def(py::init(&make_sgd_trainer), py::arg("by_user"), py::arg("pu").noconvert(),
           py::arg("qi").noconvert(), py::arg("bu").noconvert(), py::arg("bi").noconvert(),
           py::arg("global_mean"), py::arg("biased"), py::arg("options"),
           py::arg("weights").noconvert() = py::none(), py::keep_alive<1, 2>(),
           py::keep_alive<1, 10>(), "A factor model in training on the ratings of each user.")
      .def("run_epoch", &bind_sgd_epoch,
           "Pass over all ratings; the sum of their weighted squared errors.")
      .def("copy_to", &bind_copy_sgd, py::arg("pu").noconvert(), py::arg("qi").noconvert(),
           py::arg("bu").noconvert(), py::arg("bi").noconvert(),
           "Write the parameters as they are now.");
  module.def("fit_sgd", &bind_fit_sgd, py::arg("by_user"), py::arg("pu").noconvert(),
             py::arg("qi").noconvert(), py::arg("bu").noconvert(), py::arg("bi").noconvert(),
             py::arg("global_mean"), py::arg("biased"), py::arg("options"),
             py::arg("on_epoch") = py::none(), py::arg("weights").noconvert() = py::none(),
             "Train a factor model in place on the ratings of each user; the last epoch's sum of "
             "squared errors.");
}

}  // namespace astonish::bindings
