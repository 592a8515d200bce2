# Which CPU levels to build for Python: ASTONISH_BUILT_LEVELS. `local` is the baseline and the level of
# the machine that builds; a wheel for other machines needs `all`.
set(_default local)
if(CMAKE_CROSSCOMPILING OR EXISTS "${PROJECT_SOURCE_DIR}/PKG-INFO")  # in an unpacked sdist
  set(_default all)
endif()
set(ASTONISH_CPU_LEVELS "${_default}" CACHE STRING
    "CPU levels to build a core for: local, all, or some of ${ASTONISH_ALL_CPU_LEVELS}")

# The level of the machine that builds, where programs can be run.
function(_astonish_own_level result)
  try_run(_ran _compiled "${PROJECT_BINARY_DIR}/own_level"
          "${PROJECT_SOURCE_DIR}/cpp/cmake/own_level.cpp"
          CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${PROJECT_SOURCE_DIR}/cpp/bindings"
          RUN_OUTPUT_VARIABLE _level)
  if(NOT _compiled OR NOT "${_ran}" STREQUAL "0")
    message(FATAL_ERROR "cannot tell this machine's CPU level: set ASTONISH_CPU_LEVELS")
  endif()
  set(${result} "${_level}" PARENT_SCOPE)
endfunction()

set(ASTONISH_BUILT_LEVELS ${ASTONISH_CPU_LEVELS})
if("all" STREQUAL "${ASTONISH_CPU_LEVELS}")
  set(ASTONISH_BUILT_LEVELS ${ASTONISH_ALL_CPU_LEVELS})
elseif("local" STREQUAL "${ASTONISH_CPU_LEVELS}")
  set(ASTONISH_BUILT_LEVELS v1)
  if("v3" IN_LIST ASTONISH_ALL_CPU_LEVELS)
    _astonish_own_level(_own)
    list(APPEND ASTONISH_BUILT_LEVELS ${_own})
    list(REMOVE_DUPLICATES ASTONISH_BUILT_LEVELS)
  endif()
endif()
foreach(level IN LISTS ASTONISH_BUILT_LEVELS)
  if(NOT level IN_LIST ASTONISH_ALL_CPU_LEVELS)
    message(FATAL_ERROR "ASTONISH_CPU_LEVELS: there is no level ${level} here, only all, local and "
                        "${ASTONISH_ALL_CPU_LEVELS}")
  endif()
endforeach()
list(JOIN ASTONISH_BUILT_LEVELS ", " _levels)
message(STATUS "Astonish cores for the CPU levels ${_levels} (ASTONISH_CPU_LEVELS="
               "${ASTONISH_CPU_LEVELS}; wheels for other machines need =all)")
