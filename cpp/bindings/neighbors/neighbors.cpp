#include "astonish/neighbors.hpp"

#include "neighbor_options.hpp"
#include "register.hpp"
#include "similarity.hpp"

namespace astonish::bindings {

namespace {

// Calls kernel(options, rows, cols, out) without the GIL and returns what it wrote.
template <typename Kernel>
py::tuple means_and_counts(const Array<std::int32_t>& rows, const Array<std::int32_t>& cols,
                           const NeighborOptions& options, const Kernel& kernel) {
  const auto row_codes = read("rows", rows);
  const auto col_codes = read("cols", cols);
  auto means = new_array<double>(row_codes.size());
  auto counts = new_array<std::int32_t>(row_codes.size());
  const NeighborMeans out{write("means", means), write("counts", counts)};
  {
    const py::gil_scoped_release release;
    kernel(options, row_codes, col_codes, out);
  }
  return py::make_tuple(means, counts);
}

py::tuple bind_rated(const RatedSimilarity& similarities, const Array<std::int32_t>& rows,
                     const Array<std::int32_t>& cols, std::size_t k,
                     const OptionalArray& row_centers, const OptionalArray& col_centers,
                     const OptionalArray& row_scales, int n_threads) {
  const auto options = read_options(k, row_centers, col_centers, row_scales);
  return means_and_counts(rows, cols, options, [&](const auto&... arguments) {
    neighbor_means(similarities.problem(), arguments..., n_threads);
  });
}

py::tuple bind_matrix(const Array<double>& similarities, const Ratings& by_col,
                      const Array<std::int32_t>& rows, const Array<std::int32_t>& cols,
                      std::size_t k, const OptionalArray& row_centers,
                      const OptionalArray& col_centers, const OptionalArray& row_scales,
                      int n_threads) {
  const auto matrix = read_matrix("similarities", similarities);
  const auto options = read_options(k, row_centers, col_centers, row_scales);
  return means_and_counts(rows, cols, options, [&](const auto&... arguments) {
    neighbor_means(by_col.view(), matrix, arguments..., n_threads);
  });
}

}  // namespace

void register_neighbors(py::module_& module) {
  module.def("neighbor_means", &bind_rated, py::arg("similarities"), py::arg("rows").noconvert(),
             py::arg("cols").noconvert(), py::arg("k"), py::arg("row_centers").noconvert(),
             py::arg("col_centers").noconvert(), py::arg("row_scales").noconvert(),
             py::arg("n_threads"),
             "What the k nearest raters of each pair say, and how many they are: (means, counts).");
  module.def("neighbor_means_of_matrix", &bind_matrix, py::arg("similarities").noconvert(),
             py::arg("by_col"), py::arg("rows").noconvert(), py::arg("cols").noconvert(),
             py::arg("k"), py::arg("row_centers").noconvert(), py::arg("col_centers").noconvert(),
             py::arg("row_scales").noconvert(), py::arg("n_threads"),
             "The same by a matrix of similarities.");
}

}  // namespace astonish::bindings
