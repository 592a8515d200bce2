#include "astonish/svdpp.hpp"

#include "factors.hpp"
#include "interrupts.hpp"
#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

double bind_fit_svdpp(const Ratings& by_user, Array<double> pu, Array<double> qi, Array<double> bu,
                      Array<double> bi, double global_mean, bool biased, Array<double> yj,
                      const SvdppOptions& options, const std::optional<py::function>& on_epoch) {
  const auto model = write_factors(pu, qi, bu, bi, global_mean, biased);
  const auto implicit = write_matrix("yj", yj);
  const EpochCallback callback = with_interrupts(on_epoch);
  const py::gil_scoped_release release;
  return fit_svdpp(by_user.view(), model, implicit, options, callback);
}

Array<double> bind_user_factors(const Ratings& by_user, const Array<std::int32_t>& users,
                                const Array<double>& pu, const Array<double>& yj, int n_threads) {
  const auto implicit = read_matrix("yj", yj);
  const auto wanted = read("users", users);
  const auto own = read_matrix("pu", pu);
  auto out = new_matrix<double>(wanted.size(), own.cols);
  const auto rows = write_matrix("out", out);
  {
    const py::gil_scoped_release release;
    svdpp_user_factors(by_user.view(), wanted, own, implicit, rows, n_threads);
  }
  return out;
}

}  // namespace

void register_svdpp(py::module_& module) {
  py::class_<SvdppOptions, SgdOptions>(module, "SvdppOptions")
      .def(py::init<>())
      .def_readwrite("lr_yj", &SvdppOptions::lr_yj)
      .def_readwrite("reg_yj", &SvdppOptions::reg_yj);
  module.def("fit_svdpp", &bind_fit_svdpp, py::arg("by_user"), py::arg("pu").noconvert(),
             py::arg("qi").noconvert(), py::arg("bu").noconvert(), py::arg("bi").noconvert(),
             py::arg("global_mean"), py::arg("biased"), py::arg("yj").noconvert(),
             py::arg("options"), py::arg("on_epoch") = py::none(),
             "Train an SVD++ model in place on the ratings of each user.");
  module.def("svdpp_user_factors", &bind_user_factors, py::arg("by_user"),
             py::arg("users").noconvert(), py::arg("pu").noconvert(), py::arg("yj").noconvert(),
             py::arg("n_threads"),
             "Factors of some users, with what the items they rated add to them.");
}

}  // namespace astonish::bindings
