#include "astonish/csr.hpp"

#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

template <typename Offset>
void bind_validate(const Array<Offset>& offsets, const Array<std::int32_t>& indices,
                   const std::optional<Array<double>>& values, std::size_t n_cols) {
  const auto csr = read_csr(offsets, indices, values, n_cols);
  const py::gil_scoped_release release;
  validate(csr);
}

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

template <typename Offset>
py::tuple bind_take_rows(const Array<Offset>& offsets, const Array<std::int32_t>& indices,
                         const Array<std::int32_t>& rows) {
  const auto csr = read_csr(offsets, indices, {}, 0);
  const auto wanted = read("rows", rows);
  validate_offsets(csr);
  std::size_t total = 0;
  for (const std::int32_t row : wanted) {
    if (row < 0 || static_cast<std::size_t>(row) >= csr.n_rows()) {
      throw std::out_of_range("rows holds " + std::to_string(row) + ", outside [0, " +
                              std::to_string(csr.n_rows()) + ")");
    }
    total += csr.row_indices(static_cast<std::size_t>(row)).size();
  }
  auto new_offsets = new_array<Offset>(wanted.size() + 1);
  auto new_indices = new_array<std::int32_t>(total);
  const CsrArrays<Offset> out{write("offsets", new_offsets), write("indices", new_indices), {}};
  {
    const py::gil_scoped_release release;
    take_rows(csr, wanted, out);
  }
  return py::make_tuple(new_offsets, new_indices);
}

template <typename Offset>
void register_offsets(py::module_& module) {
  module.def("validate_csr", &bind_validate<Offset>, py::arg("offsets").noconvert(),
             py::arg("indices").noconvert(), py::arg("values").noconvert(), py::arg("n_cols"),
             "Raise ValueError or IndexError unless the arrays are a CSR matrix.");
  module.def("take_rows", &bind_take_rows<Offset>, py::arg("offsets").noconvert(),
             py::arg("indices").noconvert(), py::arg("rows").noconvert(),
             "The pattern of some rows of a valid CSR matrix: (offsets, indices).");
}

}  // namespace

void register_csr(py::module_& module) {
  module.def("build_csr", &bind_build, py::arg("rows").noconvert(), py::arg("cols").noconvert(),
             py::arg("values").noconvert(), py::arg("n_rows"), py::arg("n_cols"),
             "Triplets to (offsets, indices, values), rows in the order of the input.");
  register_offsets<std::int32_t>(module);
  register_offsets<std::int64_t>(module);
  py::class_<Ratings>(module, "Ratings")
      .def(py::init<Array<std::int64_t>, Array<std::int32_t>, Array<double>, std::size_t>(),
           py::arg("offsets").noconvert(), py::arg("indices").noconvert(),
           py::arg("values").noconvert(), py::arg("n_cols"));
}

}  // namespace astonish::bindings
