# One shared object, one -march. Compiled with two -march flags in one object, the inline functions of
# templates are merged by the linker and a baseline CPU would run AVX code; so each CPU level has its
# own build of the core, and Python loads one of them.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" AND NOT MSVC
   AND NOT CMAKE_OSX_ARCHITECTURES MATCHES "arm64")
  set(ASTONISH_ALL_CPU_LEVELS v1 v3 v4)
else()
  set(ASTONISH_ALL_CPU_LEVELS v1)
endif()
if(ASTONISH_PYTHON)
  include(CpuLevels)
endif()

set(_astonish_march_v3 -march=x86-64-v3)
# GCC 12's own AVX-512 header reads a vector it calls undefined and then warns of it (GCC bug 105593).
set(_astonish_march_v4 -march=x86-64-v4 -mprefer-vector-width=512 -Wno-maybe-uninitialized
    -Wno-uninitialized)

# astonish_flags(target): what every target of this project is compiled with.
function(astonish_flags target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  if(MSVC)
    target_compile_options(${target} PRIVATE /W4 /wd4068 /wd5030 $<$<BOOL:${ASTONISH_WERROR}>:/WX>)
  else()
    target_compile_options(${target} PRIVATE
      -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wno-unknown-pragmas
      $<$<BOOL:${ASTONISH_WERROR}>:-Werror>)
  endif()
  if(ASTONISH_SANITIZE)
    target_compile_options(${target} PRIVATE
      -fsanitize=${ASTONISH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${ASTONISH_SANITIZE})
  endif()
endfunction()

# astonish_export(target patterns...): a shared object shows the symbols that match, and nothing else.
function(astonish_export target)
  if(APPLE)
    list(TRANSFORM ARGN PREPEND "LINKER:-exported_symbol,_")
    target_link_options(${target} PRIVATE ${ARGN})
  elseif(UNIX)
    set(map "${CMAKE_CURRENT_BINARY_DIR}/${target}.map")
    list(JOIN ARGN "; " patterns)
    file(CONFIGURE OUTPUT "${map}" CONTENT "{ global: @patterns@; local: *; };\n" @ONLY)
    target_link_options(${target} PRIVATE "LINKER:--version-script=${map}")
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${map}")
  endif()
endfunction()

# astonish_core_target(target): what all that is compiled of the core has in common.
function(astonish_core_target target)
  astonish_flags(${target})
  target_include_directories(${target}
    PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/cpp/include>"
           "$<INSTALL_INTERFACE:${ASTONISH_PREFIX}${CMAKE_INSTALL_INCLUDEDIR}>"
    PRIVATE "${PROJECT_SOURCE_DIR}/cpp/src")
  target_link_libraries(${target} PUBLIC Threads::Threads)
  target_precompile_headers(${target} PRIVATE
    <algorithm> <cmath> <cstdint> <functional> <limits> <span> <stdexcept> <string> <vector>)
endfunction()

# astonish_core_library(target level): the core compiled for one CPU level.
function(astonish_core_library target level)
  add_library(${target} STATIC ${ASTONISH_KERNEL_SOURCES} $<TARGET_OBJECTS:astonish_common>)
  astonish_core_target(${target})
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:Eigen3::Eigen>)
  # Under a name of its own, so that no linker merges these templates with those of a program that
  # compiles its Eigen with other flags.
  target_compile_definitions(${target} PRIVATE EIGEN_DONT_PARALLELIZE Eigen=EigenOfAstonish)
  # Sources that compile the same templates of Eigen, or of layers, do so once.
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  set_source_files_properties(${ASTONISH_EIGEN_SOURCES} PROPERTIES UNITY_GROUP eigen)
  set_source_files_properties(${ASTONISH_LAYER_SOURCES} PROPERTIES UNITY_GROUP layers)
  if(NOT MSVC)
    target_compile_options(${target} PRIVATE
      -fno-math-errno -fno-trapping-math ${_astonish_march_${level}})
    # A property of a source file holds in the directory that sets it, so every caller sets its own.
    set_source_files_properties(${ASTONISH_EXACT_SOURCES}
                                PROPERTIES COMPILE_OPTIONS -ffp-contract=off)
  endif()
endfunction()
