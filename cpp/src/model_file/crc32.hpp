// The checksum of zip archives: CRC-32 with the reflected polynomial 0xEDB88320.
//
// Eight tables take eight bytes a step, about 2 GB/s: a file is checked faster than it is read.
//
// Source: Kounavis, Berry: Novel table lookup-based algorithms for high-performance CRC
// generation. 2008.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace astonish::internal::model_file {

// Continues the checksum `crc` of what came before; 0 begins.
[[nodiscard]] std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes);

}  // namespace astonish::internal::model_file
