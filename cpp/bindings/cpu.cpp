// Which builds of the core this CPU can run. By Python's own interface: pybind11 would take longer
// to compile than this module is worth.
#include <Python.h>

#include <initializer_list>

#include "best_level.hpp"

namespace {

PyObject* bind_best_level(PyObject*, PyObject*) {
  return PyUnicode_FromString(astonish::best_level());
}

PyObject* bind_built_levels(PyObject*, PyObject*) {
  PyObject* const levels = PyList_New(0);
  if (levels == nullptr) return nullptr;
  for (const char* const name : {ASTONISH_LEVELS}) {
    PyObject* const level = PyUnicode_FromString(name);
    const bool appended = level != nullptr && PyList_Append(levels, level) == 0;
    Py_XDECREF(level);
    if (appended) continue;
    Py_DECREF(levels);
    return nullptr;
  }
  return levels;
}

PyMethodDef functions[] = {
    {"best_level", bind_best_level, METH_NOARGS,
     "best_level() -> str\n\nThe highest x86-64 level this CPU supports: v1, v3 or v4."},
    {"built_levels", bind_built_levels, METH_NOARGS,
     "built_levels() -> list[str]\n\nThe levels that a core was built for, lowest first."},
    {nullptr, nullptr, 0, nullptr}};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "_cpu",
    "Which CPU level this machine supports and which ones were built.",
    0,
    functions,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

}  // namespace

PyMODINIT_FUNC PyInit__cpu() { return PyModule_Create(&definition); }
