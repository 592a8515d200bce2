# Eigen 3.4: the system's when find_package sees one, else the headers of the build requirement
# cmeel-eigen, which pip puts beside the `cmeel` package of the interpreter that builds.
find_package(Eigen3 3.4 QUIET NO_MODULE)
if(NOT TARGET Eigen3::Eigen)
  find_package(Python REQUIRED COMPONENTS Interpreter)
  execute_process(
    COMMAND "${Python_EXECUTABLE}" -c
            "import cmeel, pathlib; print((pathlib.Path(cmeel.__path__[0]).parent / 'cmeel.prefix').as_posix())"
    OUTPUT_VARIABLE _cmeel_prefix OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  find_package(Eigen3 3.4 QUIET NO_MODULE PATHS "${_cmeel_prefix}/share/eigen3/cmake" NO_DEFAULT_PATH)
endif()
if(NOT TARGET Eigen3::Eigen)
  message(FATAL_ERROR "astonish needs Eigen 3.4: install Eigen, or `pip install cmeel-eigen`.")
endif()
