#include "astonish/embedding_network.hpp"

#include "embedding/adam.hpp"
#include "networks.hpp"
#include "register.hpp"

namespace astonish::bindings {

namespace {

template <typename T>
EmbeddingNetwork<T> make_network_trainer(const Arrays<T>& weights, const Arrays<T>& averages,
                                         const Arrays<T>& squares, const Arrays<T>& buffers,
                                         const EmbeddingNetworkOptions& options) {
  const auto its_weights = read_network("weights", weights, options.use_bn);
  const auto its_averages = read_network("averages", averages, options.use_bn);
  const auto its_squares = read_network("squares", squares, options.use_bn);
  const auto its_buffers = read_buffers(buffers);
  const py::gil_scoped_release release;
  return {its_weights, its_averages, its_squares, its_buffers, options};
}

template <typename T>
void bind_copy_network(const EmbeddingNetwork<T>& trainer, Arrays<T> weights, Arrays<T> averages,
                       Arrays<T> squares, Arrays<T> buffers) {
  const bool use_bn = !buffers.empty();
  const auto its_weights = write_network("weights", weights, use_bn);
  const auto its_averages = write_network("averages", averages, use_bn);
  const auto its_squares = write_network("squares", squares, use_bn);
  const auto its_buffers = write_buffers(buffers);
  const py::gil_scoped_release release;
  trainer.copy_to(its_weights, its_averages, its_squares, its_buffers);
}

template <typename T>
void register_network_type(py::module_& module, const char* name) {
  py::class_<EmbeddingNetwork<T>> trainer(module, name);
  def_run<T>(trainer);
  trainer.def("copy_to", &bind_copy_network<T>, py::arg("weights").noconvert(),
              py::arg("averages").noconvert(), py::arg("squares").noconvert(),
              py::arg("buffers").noconvert() = Arrays<T>{}, "Write everything as it is now.");
  module.def("embedding_network", &make_network_trainer<T>, py::arg("weights").noconvert(),
             py::arg("averages").noconvert(), py::arg("squares").noconvert(),
             py::arg("buffers").noconvert(), py::arg("options"),
             "A network in training by mini-batches, of the type of its arrays.");
}

}  // namespace

void register_embedding_network(py::module_& module) {
  py::class_<EmbeddingNetworkOptions> options(module, "EmbeddingNetworkOptions");
  options.def(py::init<>())
      .def_readwrite("use_bn", &EmbeddingNetworkOptions::use_bn)
      .def_readwrite("embed_p", &EmbeddingNetworkOptions::embed_p)
      .def_readwrite("ps", &EmbeddingNetworkOptions::ps)
      .def_readwrite("seed", &EmbeddingNetworkOptions::seed);
  def_adam(options);
  register_network_type<double>(module, "EmbeddingNetworkFloat64");
  register_network_type<float>(module, "EmbeddingNetworkFloat32");
}

}  // namespace astonish::bindings
