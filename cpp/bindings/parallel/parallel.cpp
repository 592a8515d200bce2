#include "astonish/parallel.hpp"

#include "register.hpp"

namespace astonish::bindings {

void register_parallel(pybind11::module_& module) {
  module.def("available_threads", &available_threads,
             "The CPUs this process may use: affinity mask and cgroup quota.");
}

}  // namespace astonish::bindings
