#include "similarity.hpp"

#include <pybind11/native_enum.h>

#include "register.hpp"

namespace astonish::bindings {

namespace {

Array<double> bind_similarity_rows(const RatedSimilarity& similarity,
                                   const Array<std::int32_t>& rows, int n_threads) {
  const auto wanted = read("rows", rows);
  auto out = new_matrix<double>(wanted.size(), similarity.problem().by_row.n_rows());
  const auto matrix = write_matrix("out", out);
  {
    const py::gil_scoped_release release;
    similarity_rows(similarity.problem(), wanted, matrix, n_threads);
  }
  return out;
}

}  // namespace

void register_similarity(py::module_& module) {
  py::native_enum<Similarity>(module, "Similarity", "enum.Enum")
      .value("cosine", Similarity::cosine)
      .value("msd", Similarity::msd)
      .value("pearson", Similarity::pearson)
      .value("pearson_baseline", Similarity::pearson_baseline)
      .finalize();
  py::class_<RatedSimilarity>(module, "RatedSimilarity")
      .def(py::init<Ratings, Ratings, Similarity, int, double, double, OptionalArray,
                    OptionalArray>(),
           py::arg("by_row"), py::arg("by_col"), py::arg("measure"), py::arg("min_support"),
           py::arg("shrinkage"), py::arg("global_mean"), py::arg("row_biases").noconvert(),
           py::arg("col_biases").noconvert());
  module.def("similarity_rows", &bind_similarity_rows, py::arg("similarity"),
             py::arg("rows").noconvert(), py::arg("n_threads"),
             "The similarities of some rows to all rows.");
}

}  // namespace astonish::bindings
