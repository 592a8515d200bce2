// Ratings as the kernels take them: a CSR matrix over three arrays that was validated once.
//
// Validation costs as much as a pass over all ratings, and a model may be asked for one estimate at
// a time. So Python makes this object once for a training set, and every kernel call borrows from
// it. It shares the arrays, which must not be written to from then on (data/csr.py sees to that).
#pragma once

#include "arrays.hpp"

namespace astonish::bindings {

class Ratings {
 public:
  Ratings(Array<std::int64_t> offsets, Array<std::int32_t> indices, Array<double> values,
          std::size_t n_cols)
      : offsets_(std::move(offsets)),
        indices_(std::move(indices)),
        values_(std::move(values)),
        view_(read_csr(offsets_, indices_, std::optional(values_), n_cols)) {
    const py::gil_scoped_release release;
    validate(view_);
    if (view_.values.size() != view_.indices.size()) {
      throw std::invalid_argument("values has " + std::to_string(view_.values.size()) +
                                  " entries, indices has " + std::to_string(view_.indices.size()));
    }
  }

  [[nodiscard]] const CsrView<std::int64_t>& view() const { return view_; }

 private:
  Array<std::int64_t> offsets_;
  Array<std::int32_t> indices_;
  Array<double> values_;
  CsrView<std::int64_t> view_;
};

}  // namespace astonish::bindings
