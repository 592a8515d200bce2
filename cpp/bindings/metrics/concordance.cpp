#include "astonish/concordance.hpp"

#include "arrays.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

py::tuple bind_count_pairs(const Array<std::int64_t>& offsets, const Array<double>& ratings,
                           const Array<double>& estimates) {
  const auto begins = read("offsets", offsets);
  const auto rated = read("ratings", ratings);
  const auto estimated = read("estimates", estimates);
  if (begins.empty() || rated.size() != estimated.size()) {
    throw std::invalid_argument("offsets is empty, or ratings and estimates differ in length");
  }
  auto concordant = new_array<std::int64_t>(begins.size() - 1);
  auto discordant = new_array<std::int64_t>(begins.size() - 1);
  const auto concordant_counts = write("concordant", concordant);
  const auto discordant_counts = write("discordant", discordant);
  {
    const py::gil_scoped_release release;
    for (std::size_t user = 0; user + 1 < begins.size(); ++user) {
      if (begins[user] < 0 || begins[user] > begins[user + 1] ||
          static_cast<std::size_t>(begins[user + 1]) > rated.size()) {
        throw std::invalid_argument("offsets do not ascend within ratings");
      }
      const auto begin = static_cast<std::size_t>(begins[user]);
      const auto length = static_cast<std::size_t>(begins[user + 1]) - begin;
      const PairCounts counts =
          count_pairs(rated.subspan(begin, length), estimated.subspan(begin, length));
      concordant_counts[user] = counts.concordant;
      discordant_counts[user] = counts.discordant;
    }
  }
  return py::make_tuple(concordant, discordant);
}

}  // namespace

void register_concordance(py::module_& module) {
  module.def("count_pairs", &bind_count_pairs, py::arg("offsets").noconvert(),
             py::arg("ratings").noconvert(), py::arg("estimates").noconvert(),
             "Concordant and discordant pairs within each slice of ratings and estimates.");
}

}  // namespace astonish::bindings
