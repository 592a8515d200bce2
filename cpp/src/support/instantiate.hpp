// What the kernels are compiled for: both macros call the macro `define`, the first one with each
// type of offsets of a CSR matrix, the second one with each type of factors before each of offsets.
//
// C++ programs may have offsets of int32 or int64. The package for Python has int64 alone, so those
// of its cores that are no library for C++ leave the others out, for the time that compiling takes.
#pragma once

#include <cstdint>

#ifdef ASTONISH_WITHOUT_INT32_OFFSETS
#define ASTONISH_FOR_OFFSETS(define) define(std::int64_t)
#define ASTONISH_FOR_TYPES_AND_OFFSETS(define) \
  define(float, std::int64_t) define(double, std::int64_t)
#else
#define ASTONISH_FOR_OFFSETS(define) define(std::int32_t) define(std::int64_t)
#define ASTONISH_FOR_TYPES_AND_OFFSETS(define)                                         \
  define(float, std::int32_t) define(float, std::int64_t) define(double, std::int32_t) \
      define(double, std::int64_t)
#endif
