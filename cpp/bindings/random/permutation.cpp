#include "astonish/permutation.hpp"

#include "arrays.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

Array<std::int64_t> bind_permute(const Array<std::uint32_t>& draws) {
  auto out = new_array<std::int64_t>(static_cast<std::size_t>(draws.size()));
  const auto drawn = read("draws", draws);
  const auto order = write("out", out);
  {
    const py::gil_scoped_release release;
    permute(drawn, order);
  }
  return out;
}

}  // namespace

void register_permutation(py::module_& module) {
  module.def("permute", &bind_permute, py::arg("draws").noconvert(),
             "0, 1, ..., n - 1 in the order that n drawn words make of them.");
}

}  // namespace astonish::bindings
