#include "astonish/als.hpp"

#include "arrays.hpp"
#include "interrupts.hpp"
#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

template <typename T>
void bind_solve_side(const Ratings& ratings, const OptionalArray& weights,
                     const Array<T>& fixed_factors, const Array<T>& fixed_biases, Array<T> factors,
                     Array<T> biases, const AlsOptions& options, int n_threads) {
  const FactorSide<const T> fixed{read_matrix("fixed_factors", fixed_factors),
                                  read("fixed_biases", fixed_biases)};
  const FactorSide<T> solved{write_matrix("factors", factors), write("biases", biases)};
  const auto of_ratings = read_optional("weights", weights);
  const KeepGoing keep_going = until_interrupted();
  const py::gil_scoped_release release;
  solve_side(ratings.view(), of_ratings, fixed, options, solved, n_threads, keep_going);
}

template <typename T>
py::tuple bind_als_loss(const Ratings& by_user, const OptionalArray& weights, const Array<T>& pu,
                        const Array<T>& bu, const Array<T>& qi, const Array<T>& bi,
                        const AlsOptions& options, int n_threads) {
  const FactorSide<const T> users{read_matrix("pu", pu), read("bu", bu)};
  const FactorSide<const T> items{read_matrix("qi", qi), read("bi", bi)};
  const auto of_ratings = read_optional("weights", weights);
  AlsLoss loss;
  {
    const py::gil_scoped_release release;
    loss = als_loss(by_user.view(), of_ratings, users, items, options, n_threads);
  }
  return py::make_tuple(loss.squared_error, loss.penalty);
}

template <typename T>
Array<double> bind_explain_row(const Array<std::int32_t>& columns, const Array<double>& ratings,
                               const Array<T>& fixed_factors, const Array<T>& fixed_biases,
                               const AlsOptions& options, std::int32_t target) {
  const RatedColumns row{read("columns", columns), read("ratings", ratings), {}};
  const FactorSide<const T> fixed{read_matrix("fixed_factors", fixed_factors),
                                  read("fixed_biases", fixed_biases)};
  auto contributions = new_array<double>(row.columns.size());
  const auto out = write("contributions", contributions);
  {
    const py::gil_scoped_release release;
    explain_row(row, fixed, options, target, out);
  }
  return contributions;
}

template <typename T>
void register_als_type(py::module_& module) {
  module.def("solve_side", &bind_solve_side<T>, py::arg("ratings"), py::arg("weights").noconvert(),
             py::arg("fixed_factors").noconvert(), py::arg("fixed_biases").noconvert(),
             py::arg("factors").noconvert(), py::arg("biases").noconvert(), py::arg("options"),
             py::arg("n_threads"),
             "Write the least-squares factors and biases of each row of the ratings.");
  module.def("als_loss", &bind_als_loss<T>, py::arg("by_user"), py::arg("weights").noconvert(),
             py::arg("pu").noconvert(), py::arg("bu").noconvert(), py::arg("qi").noconvert(),
             py::arg("bi").noconvert(), py::arg("options"), py::arg("n_threads"),
             "The objective of alternating least squares: (squared error, penalty).");
  module.def("explain_row", &bind_explain_row<T>, py::arg("columns").noconvert(),
             py::arg("ratings").noconvert(), py::arg("fixed_factors").noconvert(),
             py::arg("fixed_biases").noconvert(), py::arg("options"), py::arg("target"),
             "What each rating of a row adds to its estimate for a column.");
}

}  // namespace

void register_als(py::module_& module) {
  py::class_<AlsOptions>(module, "AlsOptions")
      .def(py::init<>())
      .def_readwrite("reg", &AlsOptions::reg)
      .def_readwrite("reg_bias", &AlsOptions::reg_bias)
      .def_readwrite("reg_by_count", &AlsOptions::reg_by_count)
      .def_readwrite("global_mean", &AlsOptions::global_mean)
      .def_readwrite("biased", &AlsOptions::biased);
  register_als_type<float>(module);
  register_als_type<double>(module);
}

}  // namespace astonish::bindings
