// What public functions are compiled for: both macros call the macro `define`, the first one with
// each type of offsets of a CSR matrix, the second one with each type of factors before each of
// offsets. They widen offsets (ratings/wide_csr.hpp) before the work begins.
#pragma once

#include <cstdint>

#define ASTONISH_FOR_OFFSETS(define) define(std::int32_t) define(std::int64_t)
#define ASTONISH_FOR_TYPES_AND_OFFSETS(define)                                         \
  define(float, std::int32_t) define(float, std::int64_t) define(double, std::int32_t) \
      define(double, std::int64_t)
