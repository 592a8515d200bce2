// Codes for raw ids. Integers are renumbered by the core; Python objects can only be looked up by
// Python's own hash and equality, so their loops live here, at the border, and hold the GIL.
#include "astonish/codes.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "arrays.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

py::tuple bind_renumber(const Array<std::int32_t>& codes, std::size_t n_codes) {
  auto out = new_array<std::int32_t>(static_cast<std::size_t>(codes.size()));
  const auto old_codes = read("codes", codes);
  const auto new_codes = write("out", out);
  std::vector<std::int32_t> order;
  {
    const py::gil_scoped_release release;
    order = renumber(old_codes, n_codes, new_codes);
  }
  return py::make_tuple(out, to_array(order));
}

// Hashing and comparing ids may run anyone's Python, which may change the caller's list: the loops
// walk a tuple of their own, which keeps the ids alive.
py::tuple snapshot(const py::list& ids) {
  return py::reinterpret_steal<py::tuple>(PyList_AsTuple(ids.ptr()));
}

// The code of `id`, or -1. Throws TypeError for an unhashable id or a code that is no integer.
std::int32_t find_code(const py::dict& codes, py::handle id) {
  PyObject* const code = PyDict_GetItemWithError(codes.ptr(), id.ptr());
  const long found = code == nullptr ? -1 : PyLong_AsLong(code);
  if (found == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
  if (found < -1 || found > std::numeric_limits<std::int32_t>::max()) {
    throw std::out_of_range("codes holds " + std::to_string(found) + ", outside [0, 2^31)");
  }
  return static_cast<std::int32_t>(found);
}

// What was found for an id, by its address: a column repeats the same objects, and looking at this
// table touches nothing but it. The ids must outlive it.
class FoundCodes {
 public:
  explicit FoundCodes(std::size_t n_ids)
      : entries_(std::bit_ceil(std::clamp<std::size_t>(n_ids, 1, 4096))) {}

  std::int32_t find(const py::dict& codes, PyObject* id) {
    const std::uintptr_t number = reinterpret_cast<std::uintptr_t>(id) / kAlignment;
    Entry& entry = entries_[number & (entries_.size() - 1)];
    if (entry.id != id) entry = {id, find_code(codes, id)};
    return entry.code;
  }

 private:
  static constexpr std::uintptr_t kAlignment = 16;  // of Python's objects

  struct Entry {
    PyObject* id = nullptr;
    std::int32_t code = -1;
  };

  std::vector<Entry> entries_;
};

py::tuple encode_ids(const py::list& list) {
  const py::tuple ids = snapshot(list);
  py::dict codes;
  auto out = new_array<std::int32_t>(ids.size());
  const auto written = write("out", out);
  for (std::size_t k = 0; k < written.size(); ++k) {
    const py::handle id = PyTuple_GET_ITEM(ids.ptr(), static_cast<py::ssize_t>(k));
    written[k] = find_code(codes, id);
    if (written[k] >= 0) continue;
    if (codes.size() == static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
      throw std::invalid_argument("more than 2^31 - 1 different ids");
    }
    written[k] = static_cast<std::int32_t>(codes.size());
    if (PyDict_SetItem(codes.ptr(), id.ptr(), py::int_(written[k]).ptr()) != 0) {
      throw py::error_already_set();
    }
  }
  return py::make_tuple(out, codes);
}

Array<std::int32_t> lookup_ids(const py::dict& codes, const py::list& list) {
  const py::tuple ids = snapshot(list);
  auto out = new_array<std::int32_t>(ids.size());
  const auto written = write("out", out);
  FoundCodes found(ids.size());
  for (std::size_t k = 0; k < written.size(); ++k) {
    written[k] = found.find(codes, PyTuple_GET_ITEM(ids.ptr(), static_cast<py::ssize_t>(k)));
  }
  return out;
}

}  // namespace

void register_codes(py::module_& module) {
  module.def("renumber", &bind_renumber, py::arg("codes").noconvert(), py::arg("n_codes"),
             "Renumber codes by first appearance: (new codes, old code of each new one).");
  module.def("encode_ids", &encode_ids, py::arg("ids"),
             "Codes of ids by first appearance: (codes, {id: code}).");
  module.def("lookup_ids", &lookup_ids, py::arg("codes"), py::arg("ids"),
             "The code of each id, -1 where the dict has none.");
}

}  // namespace astonish::bindings
