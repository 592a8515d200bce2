#include "astonish/neighbors.hpp"

#include "interrupts.hpp"
#include "register.hpp"
#include "similarity.hpp"

namespace astonish::bindings {

namespace {

// Which rows and columns Python asks about, and what counts as their neighbours.
struct NeighborQuery {
  NeighborQuery(const Array<std::int32_t>& row_codes, const Array<std::int32_t>& col_codes,
                std::size_t k, const OptionalArray& row_centers, const OptionalArray& col_centers,
                const OptionalArray& row_scales)
      : rows(read("rows", row_codes)),
        cols(read("cols", col_codes)),
        options{k, read_optional("row_centers", row_centers),
                read_optional("col_centers", col_centers),
                read_optional("row_scales", row_scales)} {}

  std::span<const std::int32_t> rows, cols;
  NeighborOptions options;
};

// The answers for the pairs (rows[k], cols[k]).
struct AnswersOfPairs {
  AnswersOfPairs(std::size_t n_pairs, std::size_t)
      : means(new_array<double>(n_pairs)), counts(new_array<std::int32_t>(n_pairs)) {}

  NeighborMeans views() { return {write("means", means), write("counts", counts)}; }

  static void compute(const auto&... arguments) { neighbor_means(arguments...); }

  Array<double> means;
  Array<std::int32_t> counts;
};

// The answers for every row and every column.
struct AnswersOfRows {
  AnswersOfRows(std::size_t n_rows, std::size_t n_cols)
      : means(new_matrix<double>(n_rows, n_cols)),
        counts(new_matrix<std::int32_t>(n_rows, n_cols)) {}

  NeighborMeanRows views() {
    return {write_matrix("means", means), write_matrix("counts", counts)};
  }

  static void compute(const auto&... arguments) {
    neighbor_mean_rows(arguments..., until_interrupted());
  }

  Array<double> means;
  Array<std::int32_t> counts;
};

// The similarities are a problem, or the ratings by column and a matrix.
template <typename Answers, typename... Similarities>
py::tuple means_and_counts(const NeighborQuery& query, int n_threads,
                           const Similarities&... similarities) {
  Answers answers(query.rows.size(), query.cols.size());
  const auto out = answers.views();
  {
    const py::gil_scoped_release release;
    Answers::compute(similarities..., query.options, query.rows, query.cols, out, n_threads);
  }
  return py::make_tuple(answers.means, answers.counts);
}

template <typename Answers>
py::tuple bind_rated(const RatedSimilarity& similarities, const Array<std::int32_t>& rows,
                     const Array<std::int32_t>& cols, std::size_t k,
                     const OptionalArray& row_centers, const OptionalArray& col_centers,
                     const OptionalArray& row_scales, int n_threads) {
  const NeighborQuery query(rows, cols, k, row_centers, col_centers, row_scales);
  return means_and_counts<Answers>(query, n_threads, similarities.problem());
}

template <typename Answers>
py::tuple bind_matrix(const Array<double>& similarities, const Ratings& by_col,
                      const Array<std::int32_t>& rows, const Array<std::int32_t>& cols,
                      std::size_t k, const OptionalArray& row_centers,
                      const OptionalArray& col_centers, const OptionalArray& row_scales,
                      int n_threads) {
  const auto matrix = read_matrix("similarities", similarities);
  const NeighborQuery query(rows, cols, k, row_centers, col_centers, row_scales);
  return means_and_counts<Answers>(query, n_threads, by_col.view(), matrix);
}

template <typename Answers>
void register_answers(py::module_& module, const char* name, const char* name_of_matrix,
                      const char* doc) {
  module.def(name, &bind_rated<Answers>, py::arg("similarities"), py::arg("rows").noconvert(),
             py::arg("cols").noconvert(), py::arg("k"), py::arg("row_centers").noconvert(),
             py::arg("col_centers").noconvert(), py::arg("row_scales").noconvert(),
             py::arg("n_threads"), doc);
  module.def(name_of_matrix, &bind_matrix<Answers>, py::arg("similarities").noconvert(),
             py::arg("by_col"), py::arg("rows").noconvert(), py::arg("cols").noconvert(),
             py::arg("k"), py::arg("row_centers").noconvert(), py::arg("col_centers").noconvert(),
             py::arg("row_scales").noconvert(), py::arg("n_threads"),
             "The same by a matrix of similarities.");
}

}  // namespace

void register_neighbors(py::module_& module) {
  register_answers<AnswersOfPairs>(
      module, "neighbor_means", "neighbor_means_of_matrix",
      "What the k nearest raters of each pair say, and how many they are: (means, counts).");
  register_answers<AnswersOfRows>(
      module, "neighbor_mean_rows", "neighbor_mean_rows_of_matrix",
      "What the k nearest raters say of all pairs of some rows and some columns, and how many they "
      "are: (means, counts), a row each.");
}

}  // namespace astonish::bindings
