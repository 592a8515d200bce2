#include "astonish/co_clustering.hpp"

#include "ratings.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

using Codes = Array<std::int64_t>;

ClusterMeans read_means(const Array<double>& user_mean, const Array<double>& item_mean,
                        const Array<double>& avg_cltr_u, const Array<double>& avg_cltr_i,
                        const Array<double>& avg_cocltr) {
  return {read("user_mean", user_mean),
          read("item_mean", item_mean),
          {read("avg_cltr_u", avg_cltr_u), read("avg_cltr_i", avg_cltr_i),
           read_matrix("avg_cocltr", avg_cocltr)}};
}

py::tuple bind_average(const Ratings& by_user, const Codes& cltr_u, const Codes& cltr_i,
                       double global_mean, std::size_t n_cltr_u, std::size_t n_cltr_i) {
  const auto users = read("cltr_u", cltr_u);
  const auto items = read("cltr_i", cltr_i);
  auto avg_cltr_u = new_array<double>(n_cltr_u);
  auto avg_cltr_i = new_array<double>(n_cltr_i);
  auto avg_cocltr = new_matrix<double>(n_cltr_u, n_cltr_i);
  const ClusterAverages<double> averages{write("avg_cltr_u", avg_cltr_u),
                                         write("avg_cltr_i", avg_cltr_i),
                                         write_matrix("avg_cocltr", avg_cocltr)};
  {
    const py::gil_scoped_release release;
    average_clusters(by_user.view(), users, items, global_mean, averages);
  }
  return py::make_tuple(avg_cltr_u, avg_cltr_i, avg_cocltr);
}

using Assign = double (*)(const CsrView<std::int64_t>&, const ClusterMeans&,
                          std::span<const std::int64_t>, std::span<std::int64_t>, int);

// assign_users by the ratings of each user, or assign_items by those of each item.
template <Assign assign>
py::tuple bind_assign(const Ratings& ratings, const Array<double>& user_mean,
                      const Array<double>& item_mean, const Array<double>& avg_cltr_u,
                      const Array<double>& avg_cltr_i, const Array<double>& avg_cocltr,
                      const Codes& others, int n_threads) {
  const auto means = read_means(user_mean, item_mean, avg_cltr_u, avg_cltr_i, avg_cocltr);
  const auto codes = read("clusters", others);
  auto out = new_array<std::int64_t>(ratings.view().n_rows());
  const auto best = write("out", out);
  double squared_error = 0.0;
  {
    const py::gil_scoped_release release;
    squared_error = assign(ratings.view(), means, codes, best, n_threads);
  }
  return py::make_tuple(out, squared_error);
}

template <Assign assign>
void register_assign(py::module_& module, const char* name, const char* ratings, const char* others,
                     const char* doc) {
  module.def(name, &bind_assign<assign>, py::arg(ratings), py::arg("user_mean").noconvert(),
             py::arg("item_mean").noconvert(), py::arg("avg_cltr_u").noconvert(),
             py::arg("avg_cltr_i").noconvert(), py::arg("avg_cocltr").noconvert(),
             py::arg(others).noconvert(), py::arg("n_threads"), doc);
}

}  // namespace

void register_co_clustering(py::module_& module) {
  module.def("average_clusters", &bind_average, py::arg("by_user"), py::arg("cltr_u").noconvert(),
             py::arg("cltr_i").noconvert(), py::arg("global_mean"), py::arg("n_cltr_u"),
             py::arg("n_cltr_i"),
             "Mean ratings of clusters: (avg_cltr_u, avg_cltr_i, avg_cocltr).");
  register_assign<&assign_users<std::int64_t>>(
      module, "assign_users", "by_user", "cltr_i",
      "The best cluster of each user, and the sum of squared errors.");
  register_assign<&assign_items<std::int64_t>>(
      module, "assign_items", "by_item", "cltr_u",
      "The best cluster of each item, and the sum of squared errors.");
}

}  // namespace astonish::bindings
