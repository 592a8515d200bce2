#include "astonish/neighbors.hpp"
#include "interrupts.hpp"
#include "neighbor_options.hpp"
#include "register.hpp"
#include "similarity.hpp"

namespace astonish::bindings {

namespace {

// Calls kernel(rows, cols, out, keep_going) without the GIL and returns what it wrote.
template <typename Kernel>
py::tuple rows_of_means_and_counts(const Array<std::int32_t>& rows, const Array<std::int32_t>& cols,
                                   const Kernel& kernel) {
  const auto row_codes = read("rows", rows);
  const auto col_codes = read("cols", cols);
  auto means = new_matrix<double>(row_codes.size(), col_codes.size());
  auto counts = new_matrix<std::int32_t>(row_codes.size(), col_codes.size());
  const NeighborMeanRows out{write_matrix("means", means), write_matrix("counts", counts)};
  const KeepGoing keep_going = until_interrupted();
  {
    const py::gil_scoped_release release;
    kernel(row_codes, col_codes, out, keep_going);
  }
  return py::make_tuple(means, counts);
}

py::tuple bind_rated_rows(const RatedSimilarity& similarities, const Array<std::int32_t>& rows,
                          const Array<std::int32_t>& cols, std::size_t k,
                          const OptionalArray& row_centers, const OptionalArray& col_centers,
                          const OptionalArray& row_scales, int n_threads) {
  const auto options = read_options(k, row_centers, col_centers, row_scales);
  return rows_of_means_and_counts(
      rows, cols,
      [&](auto row_codes, auto col_codes, const auto& out, const KeepGoing& keep_going) {
        neighbor_mean_rows(similarities.problem(), options, row_codes, col_codes, out, n_threads,
                           keep_going);
      });
}

py::tuple bind_matrix_rows(const Array<double>& similarities, const Ratings& by_col,
                           const Array<std::int32_t>& rows, const Array<std::int32_t>& cols,
                           std::size_t k, const OptionalArray& row_centers,
                           const OptionalArray& col_centers, const OptionalArray& row_scales,
                           int n_threads) {
  const auto matrix = read_matrix("similarities", similarities);
  const auto options = read_options(k, row_centers, col_centers, row_scales);
  return rows_of_means_and_counts(
      rows, cols,
      [&](auto row_codes, auto col_codes, const auto& out, const KeepGoing& keep_going) {
        neighbor_mean_rows(by_col.view(), matrix, options, row_codes, col_codes, out, n_threads,
                           keep_going);
      });
}

}  // namespace

void register_neighbor_rows(py::module_& module) {
  module.def("neighbor_mean_rows", &bind_rated_rows, py::arg("similarities"),
             py::arg("rows").noconvert(), py::arg("cols").noconvert(), py::arg("k"),
             py::arg("row_centers").noconvert(), py::arg("col_centers").noconvert(),
             py::arg("row_scales").noconvert(), py::arg("n_threads"),
             "What the k nearest raters say of all pairs of some rows and some columns, and how "
             "many they are: (means, counts), a row each.");
  module.def("neighbor_mean_rows_of_matrix", &bind_matrix_rows, py::arg("similarities").noconvert(),
             py::arg("by_col"), py::arg("rows").noconvert(), py::arg("cols").noconvert(),
             py::arg("k"), py::arg("row_centers").noconvert(), py::arg("col_centers").noconvert(),
             py::arg("row_scales").noconvert(), py::arg("n_threads"),
             "The same by a matrix of similarities.");
}

}  // namespace astonish::bindings
