// Which builds of the core this CPU can run. Compiled for the baseline and without Eigen, so that
// asking is safe everywhere.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

namespace {

#if (defined(__x86_64__) || defined(__amd64__)) && (defined(__GNUC__) || defined(__clang__))
std::string best_level() {
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  return v4 ? "v4" : v3 ? "v3" : "v1";
}
#else
std::string best_level() { return "v1"; }
#endif

std::vector<std::string> built_levels() { return {ASTONISH_LEVELS}; }

}  // namespace

PYBIND11_MODULE(_cpu, module) {
  module.doc() = "Which CPU level this machine supports and which ones were built.";
  module.def("best_level", &best_level,
             "The highest x86-64 level this CPU supports: v1, v3 or v4.");
  module.def("built_levels", &built_levels, "The levels that a core was built for, lowest first.");
}
