#include "crc32.hpp"

#include <array>

namespace astonish::internal::model_file {

namespace {

constexpr std::size_t kStep = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kStep>;

constexpr std::uint32_t shift_out(std::uint32_t crc, int n_bits) {
  for (int bit = 0; bit < n_bits; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
  return crc;
}

// tables[k][b]: what byte b leaves behind after k more bytes.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (auto& table : tables) table[byte] = crc = shift_out(crc, 8);
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint32_t add_byte(std::uint32_t crc, std::byte byte) {
  return (crc >> 8) ^ kTables[0][(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFF];
}

std::uint32_t add_step(std::uint32_t crc, const std::byte* bytes) {
  std::uint32_t sum = 0;
  for (std::size_t k = 0; k < kStep; ++k) {
    const std::uint32_t old = k < 4 ? crc >> (8 * k) : 0;
    sum ^= kTables[kStep - 1 - k][(old ^ std::to_integer<std::uint32_t>(bytes[k])) & 0xFF];
  }
  return sum;
}

}  // namespace

std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes) {
  crc = ~crc;
  std::size_t at = 0;
  for (; at + kStep <= bytes.size(); at += kStep) crc = add_step(crc, bytes.data() + at);
  for (; at < bytes.size(); ++at) crc = add_byte(crc, bytes[at]);
  return ~crc;
}

}  // namespace astonish::internal::model_file
