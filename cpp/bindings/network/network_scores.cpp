#include "astonish/network_scores.hpp"

#include <utility>

#include "networks.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

using Bounds = std::optional<std::pair<double, double>>;

template <typename T>
TrainedNetwork<T> read_trained(const Arrays<T>& weights, const Arrays<T>& buffers,
                               const Bounds& y_range) {
  TrainedNetwork<T> network{
      read_network("weights", weights, !buffers.empty()), read_buffers(buffers), {}};
  if (y_range) network.y_range = YRange{y_range->first, y_range->second};
  return network;
}

template <typename T>
Array<double> bind_estimates(const Arrays<T>& weights, const Arrays<T>& buffers,
                             const Bounds& y_range, const Array<std::int32_t>& users,
                             const Array<std::int32_t>& items, int n_threads) {
  const auto network = read_trained(weights, buffers, y_range);
  const auto user_codes = read("users", users);
  const auto item_codes = read("items", items);
  auto out = new_array<double>(user_codes.size());
  const auto estimates = write("out", out);
  {
    const py::gil_scoped_release release;
    network_estimates(network, user_codes, item_codes, estimates, n_threads);
  }
  return out;
}

template <typename T>
NetworkScores<T> make_scores(const Arrays<T>& weights, const Arrays<T>& buffers,
                             const Bounds& y_range, int n_threads) {
  const auto network = read_trained(weights, buffers, y_range);
  const py::gil_scoped_release release;
  return {network, n_threads};
}

template <typename T>
void bind_score(const NetworkScores<T>& scores, const Array<T>& users, Array<T> out,
                int n_threads) {
  const auto rows = read_matrix("users", users);
  const auto written = write_matrix("out", out);
  const py::gil_scoped_release release;
  scores.score(rows, written, n_threads);
}

template <typename T>
void register_scores_type(py::module_& module, const char* name) {
  module.def("network_estimates", &bind_estimates<T>, py::arg("weights").noconvert(),
             py::arg("buffers").noconvert(), py::arg("y_range"), py::arg("users").noconvert(),
             py::arg("items").noconvert(), py::arg("n_threads"),
             "Estimates of (user, item) pairs; -1 is an unknown id.");
  py::class_<NetworkScores<T>>(module, name)
      .def("score", &bind_score<T>, py::arg("users").noconvert(), py::arg("out").noconvert(),
           py::arg("n_threads"), "Write the estimates of all items for rows of user embeddings.");
  module.def("network_scores", &make_scores<T>, py::arg("weights").noconvert(),
             py::arg("buffers").noconvert(), py::arg("y_range"), py::arg("n_threads"),
             "A network that estimates all items for a user, of the type of its arrays.");
}

}  // namespace

void register_network_scores(py::module_& module) {
  register_scores_type<double>(module, "NetworkScoresFloat64");
  register_scores_type<float>(module, "NetworkScoresFloat32");
}

}  // namespace astonish::bindings
