# find_package(astonish): astonish::astonish, the static library, and astonish::shared (not in wheels).
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include("${CMAKE_CURRENT_LIST_DIR}/astonish-targets.cmake")
