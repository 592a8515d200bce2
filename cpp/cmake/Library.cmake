# The core for C++ programs, and what `cmake --install` makes of it: headers, libastonish.a,
# libastonish.so and a CMake package. Compiled for the CPU that CMAKE_CXX_FLAGS says; a Python package
# keeps the static library of its baseline level inside `astonish/`.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(ASTONISH_PREFIX "")
if(ASTONISH_PYTHON)
  set(ASTONISH_PREFIX astonish/)
  set(CMAKE_INSTALL_LIBDIR lib)
  if(NOT "v1" IN_LIST ASTONISH_BUILT_LEVELS)
    set(ASTONISH_INSTALL OFF)
  endif()
endif()

add_library(astonish_common OBJECT ${ASTONISH_COMMON_SOURCES})
astonish_core_target(astonish_common)
set_target_properties(astonish_common PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
set_source_files_properties(${ASTONISH_FILE_SOURCES} PROPERTIES UNITY_GROUP files)
if(NOT MSVC)  # no kernel of training is among them
  target_compile_options(astonish_common PRIVATE $<$<CONFIG:Release>:-O2>)
endif()
astonish_core_library(astonish v1)
add_library(astonish::astonish ALIAS astonish)
# Their objects serve the shared library, too, which shows what is in the namespace.
set_target_properties(astonish_common astonish PROPERTIES CXX_VISIBILITY_PRESET default)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(astonish_common PRIVATE -fno-semantic-interposition)
  target_compile_options(astonish PRIVATE -fno-semantic-interposition)
endif()

add_library(astonish_shared SHARED EXCLUDE_FROM_ALL
            $<TARGET_OBJECTS:astonish> $<TARGET_OBJECTS:astonish_common>)
add_library(astonish::shared ALIAS astonish_shared)
astonish_flags(astonish_shared)
astonish_export(astonish_shared _ZN8astonish* _ZNK8astonish* _ZT?N8astonish*)
target_include_directories(astonish_shared PUBLIC
  $<TARGET_PROPERTY:astonish,INTERFACE_INCLUDE_DIRECTORIES>)
target_link_libraries(astonish_shared PUBLIC Threads::Threads)
set_target_properties(astonish_shared PROPERTIES
  EXPORT_NAME shared OUTPUT_NAME astonish ARCHIVE_OUTPUT_NAME astonish_shared
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  WINDOWS_EXPORT_ALL_SYMBOLS ON)

if(NOT ASTONISH_INSTALL)
  set_target_properties(astonish PROPERTIES EXCLUDE_FROM_ALL ON)
  return()
endif()

set(_libraries astonish)
if(NOT ASTONISH_PYTHON)  # a wheel would hold its three names as three copies
  list(APPEND _libraries astonish_shared)
  set_target_properties(astonish_shared PROPERTIES EXCLUDE_FROM_ALL OFF)
endif()
set(_package "${ASTONISH_PREFIX}${CMAKE_INSTALL_LIBDIR}/cmake/astonish")
install(TARGETS ${_libraries} EXPORT astonish-targets
        ARCHIVE DESTINATION "${ASTONISH_PREFIX}${CMAKE_INSTALL_LIBDIR}"
        LIBRARY DESTINATION "${ASTONISH_PREFIX}${CMAKE_INSTALL_LIBDIR}"
        RUNTIME DESTINATION "${ASTONISH_PREFIX}${CMAKE_INSTALL_BINDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/cpp/include/astonish"
        DESTINATION "${ASTONISH_PREFIX}${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT astonish-targets NAMESPACE astonish:: DESTINATION "${_package}")
write_basic_package_version_file(astonish-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_SOURCE_DIR}/cpp/cmake/astonish-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/astonish-config-version.cmake"
        DESTINATION "${_package}")
