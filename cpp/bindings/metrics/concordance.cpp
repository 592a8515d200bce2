#include "astonish/concordance.hpp"

#include "arrays.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

py::tuple bind_count_pairs(const Array<std::int64_t>& offsets, const Array<double>& ratings,
                           const Array<double>& estimates, int n_threads) {
  const auto begins = read("offsets", offsets);
  const auto rated = read("ratings", ratings);
  const auto estimated = read("estimates", estimates);
  const std::size_t n_users = begins.empty() ? 0 : begins.size() - 1;
  auto concordant = new_array<std::int64_t>(n_users);
  auto discordant = new_array<std::int64_t>(n_users);
  const auto agreeing = write("concordant", concordant);
  const auto disagreeing = write("discordant", discordant);
  {
    const py::gil_scoped_release release;
    count_pairs_by_user(begins, rated, estimated, agreeing, disagreeing, n_threads);
  }
  return py::make_tuple(concordant, discordant);
}

}  // namespace

void register_concordance(py::module_& module) {
  module.def("count_pairs_by_user", &bind_count_pairs, py::arg("offsets").noconvert(),
             py::arg("ratings").noconvert(), py::arg("estimates").noconvert(), py::arg("n_threads"),
             "Concordant and discordant pairs among the ratings of each user.");
}

}  // namespace astonish::bindings
