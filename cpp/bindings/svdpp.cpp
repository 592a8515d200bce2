#include "astonish/svdpp.hpp"

#include "epochs.hpp"
#include "factors.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

template <typename Offset>
void bind_fit(const Array<Offset>& offsets, const Array<std::int32_t>& indices,
              const Array<double>& values, Array<double> pu, Array<double> qi, Array<double> bu,
              Array<double> bi, double global_mean, bool biased, Array<double> yj,
              const SvdppOptions& options, const std::optional<py::function>& on_epoch) {
  const auto model = write_factors(pu, qi, bu, bi, global_mean, biased);
  const auto implicit = write_matrix("yj", yj);
  const auto by_user = read_csr(offsets, indices, std::optional(values), model.qi.rows);
  const EpochCallback callback = with_interrupts(on_epoch);
  const py::gil_scoped_release release;
  validate(by_user);
  fit_svdpp(by_user, model, implicit, options, callback);
}

template <typename Offset>
Array<double> bind_user_factors(const Array<Offset>& offsets, const Array<std::int32_t>& indices,
                                const Array<std::int32_t>& users, const Array<double>& pu,
                                const Array<double>& yj, int n_threads) {
  const auto implicit = read_matrix("yj", yj);
  const auto by_user = read_csr(offsets, indices, {}, implicit.rows);
  const auto wanted = read("users", users);
  const auto own = read_matrix("pu", pu);
  auto out = new_matrix<double>(wanted.size(), own.cols);
  const auto rows = write_matrix("out", out);
  {
    const py::gil_scoped_release release;
    svdpp_user_factors(by_user, wanted, own, implicit, rows, n_threads);
  }
  return out;
}

template <typename Offset>
void register_offsets(py::module_& module) {
  module.def("fit_svdpp", &bind_fit<Offset>, py::arg("offsets").noconvert(),
             py::arg("indices").noconvert(), py::arg("values").noconvert(),
             py::arg("pu").noconvert(), py::arg("qi").noconvert(), py::arg("bu").noconvert(),
             py::arg("bi").noconvert(), py::arg("global_mean"), py::arg("biased"),
             py::arg("yj").noconvert(), py::arg("options"), py::arg("on_epoch") = py::none(),
             "Train an SVD++ model in place on the ratings of each user.");
  module.def("svdpp_user_factors", &bind_user_factors<Offset>, py::arg("offsets").noconvert(),
             py::arg("indices").noconvert(), py::arg("users").noconvert(),
             py::arg("pu").noconvert(), py::arg("yj").noconvert(), py::arg("n_threads"),
             "Factors of some users, with what the items they rated add to them.");
}

}  // namespace

void register_svdpp(py::module_& module) {
  py::class_<SvdppOptions, SgdOptions>(module, "SvdppOptions")
      .def(py::init<>())
      .def_readwrite("lr_yj", &SvdppOptions::lr_yj)
      .def_readwrite("reg_yj", &SvdppOptions::reg_yj);
  register_offsets<std::int32_t>(module);
  register_offsets<std::int64_t>(module);
}

}  // namespace astonish::bindings
