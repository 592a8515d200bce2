#include "astonish/implicit_als.hpp"

#include <pybind11/native_enum.h>

#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

template <typename T>
ImplicitSide<T> make_side(const Array<T>& factors, const ImplicitOptions& options, int n_threads) {
  const auto view = read_matrix("factors", factors);
  const py::gil_scoped_release release;
  return ImplicitSide<T>(view, options, n_threads);
}

// Rows begin, begin + 1, ... as many as `solved` has.
CsrView<std::int64_t> rows_from(const Ratings& ratings, std::size_t begin, std::size_t n) {
  CsrView<std::int64_t> view = ratings.view();
  if (begin > view.n_rows() || n > view.n_rows() - begin) {
    throw std::out_of_range("rows " + std::to_string(begin) + " to " + std::to_string(begin + n) +
                            " are not among " + std::to_string(view.n_rows()));
  }
  view.offsets = view.offsets.subspan(begin, n + 1);
  return view;
}

template <typename T>
void bind_solve_rows(const ImplicitSide<T>& side, const Ratings& interactions, std::size_t begin,
                     Array<T> solved, int n_threads) {
  const auto out = write_matrix("solved", solved);
  const auto rows = rows_from(interactions, begin, out.rows);
  const py::gil_scoped_release release;
  side.solve(rows, out, n_threads);
}

template <typename T>
double bind_implicit_loss(const Ratings& by_user, const Array<T>& pu, const Array<T>& qi,
                          const ImplicitOptions& options, int n_threads) {
  const auto users = read_matrix("pu", pu);
  const auto items = read_matrix("qi", qi);
  const py::gil_scoped_release release;
  return implicit_loss(by_user.view(), users, items, options, n_threads);
}

template <typename T>
void register_implicit_type(py::module_& module, const char* name) {
  py::class_<ImplicitSide<T>>(module, name)
      .def(py::init(&make_side<T>), py::arg("factors").noconvert(), py::arg("options"),
           py::arg("n_threads"))
      .def("solve", &bind_solve_rows<T>, py::arg("interactions"), py::arg("begin"),
           py::arg("solved").noconvert(), py::arg("n_threads"),
           "Write the factors of rows `begin`, `begin` + 1, ... of `interactions`.");
  module.def("implicit_loss", &bind_implicit_loss<T>, py::arg("by_user"), py::arg("pu").noconvert(),
             py::arg("qi").noconvert(), py::arg("options"), py::arg("n_threads"),
             "The objective of implicit ALS.");
}

}  // namespace

void register_implicit_als(py::module_& module) {
  py::native_enum<ImplicitSolver>(module, "ImplicitSolver", "enum.Enum")
      .value("cholesky", ImplicitSolver::cholesky)
      .value("cg", ImplicitSolver::cg)
      .value("ialspp", ImplicitSolver::ialspp)
      .finalize();
  py::class_<ImplicitOptions>(module, "ImplicitOptions")
      .def(py::init<>())
      .def_readwrite("solver", &ImplicitOptions::solver)
      .def_readwrite("alpha", &ImplicitOptions::alpha)
      .def_readwrite("alpha0", &ImplicitOptions::alpha0)
      .def_readwrite("reg", &ImplicitOptions::reg)
      .def_readwrite("nu", &ImplicitOptions::nu)
      .def_readwrite("cg_steps", &ImplicitOptions::cg_steps)
      .def_readwrite("block_size", &ImplicitOptions::block_size);
  register_implicit_type<float>(module, "ImplicitSideFloat32");
  register_implicit_type<double>(module, "ImplicitSideFloat64");
}

}  // namespace astonish::bindings
