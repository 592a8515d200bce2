#include "astonish/csr.hpp"

#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

py::tuple bind_build(const Array<std::int32_t>& rows, const Array<std::int32_t>& cols,
                     const Array<double>& values, std::size_t n_rows, std::size_t n_cols) {
  auto offsets = new_array<std::int64_t>(n_rows + 1);
  auto indices = new_array<std::int32_t>(static_cast<std::size_t>(rows.size()));
  auto sorted = new_array<double>(static_cast<std::size_t>(values.size()));
  const auto row_codes = read("rows", rows);
  const auto col_codes = read("cols", cols);
  const auto ratings = read("values", values);
  const CsrArrays<std::int64_t> out{write("offsets", offsets), write("indices", indices),
                                    write("values", sorted)};
  {
    const py::gil_scoped_release release;
    build_csr(row_codes, col_codes, ratings, n_cols, out);
  }
  return py::make_tuple(offsets, indices, sorted);
}

py::tuple bind_take_rows(const Ratings& ratings, const Array<std::int32_t>& rows) {
  const CsrView<std::int64_t>& csr = ratings.view();
  const auto wanted = read("rows", rows);
  std::size_t total = 0;
  for (const std::int32_t row : wanted) {
    if (row < 0 || static_cast<std::size_t>(row) >= csr.n_rows()) {
      throw std::out_of_range("rows holds " + std::to_string(row) + ", outside [0, " +
                              std::to_string(csr.n_rows()) + ")");
    }
    total += csr.row_indices(static_cast<std::size_t>(row)).size();
  }
  auto offsets = new_array<std::int64_t>(wanted.size() + 1);
  auto indices = new_array<std::int32_t>(total);
  const CsrArrays<std::int64_t> out{write("offsets", offsets), write("indices", indices), {}};
  {
    const py::gil_scoped_release release;
    take_rows(csr, wanted, out);
  }
  return py::make_tuple(offsets, indices);
}

}  // namespace

void register_csr(py::module_& module) {
  module.def("build_csr", &bind_build, py::arg("rows").noconvert(), py::arg("cols").noconvert(),
             py::arg("values").noconvert(), py::arg("n_rows"), py::arg("n_cols"),
             "Triplets to (offsets, indices, values), rows in the order of the input.");
  py::class_<Ratings>(module, "Ratings")
      .def(py::init<Array<std::int64_t>, Array<std::int32_t>, Array<double>, std::size_t>(),
           py::arg("offsets").noconvert(), py::arg("indices").noconvert(),
           py::arg("values").noconvert(), py::arg("n_cols"));
  module.def("take_rows", &bind_take_rows, py::arg("ratings"), py::arg("rows").noconvert(),
             "The pattern of some rows: (offsets, indices).");
}

}  // namespace astonish::bindings
