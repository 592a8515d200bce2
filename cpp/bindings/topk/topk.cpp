#include "astonish/topk.hpp"

#include "arrays.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

template <typename T, typename Offset>
py::tuple bind_topk(const Array<T>& queries, const Array<T>& items, std::size_t n,
                    const std::optional<Array<T>>& item_bias, const Array<Offset>& exclude_offsets,
                    const Array<std::int32_t>& exclude_indices, int n_threads) {
  const auto query_rows = read_matrix("queries", queries);
  const auto item_rows = read_matrix("items", items);
  const auto bias = item_bias ? read("item_bias", *item_bias) : std::span<const T>{};
  const bool excludes = exclude_offsets.size() > 0;
  const auto exclude = read_csr(exclude_offsets, exclude_indices, {}, item_rows.rows);
  auto indices = new_matrix<std::int32_t>(query_rows.rows, n);
  auto scores = new_matrix<T>(query_rows.rows, n);
  const TopkResult<T> result{write_matrix("indices", indices), write_matrix("scores", scores)};
  {
    const py::gil_scoped_release release;
    if (excludes) validate(exclude);
    topk(query_rows, item_rows, bias, excludes ? &exclude : nullptr, result, n_threads);
  }
  return py::make_tuple(indices, scores);
}

template <typename T, typename Offset>
void register_topk_types(py::module_& module) {
  module.def("topk", &bind_topk<T, Offset>, py::arg("queries").noconvert(),
             py::arg("items").noconvert(), py::arg("n"), py::arg("item_bias").noconvert(),
             py::arg("exclude_offsets").noconvert(), py::arg("exclude_indices").noconvert(),
             py::arg("n_threads"),
             "The n items of largest inner product for each query: (indices, scores). Empty "
             "exclude_offsets exclude nothing.");
}

}  // namespace

void register_topk(py::module_& module) {
  register_topk_types<float, std::int32_t>(module);
  register_topk_types<float, std::int64_t>(module);
  register_topk_types<double, std::int32_t>(module);
  register_topk_types<double, std::int64_t>(module);
}

}  // namespace astonish::bindings
