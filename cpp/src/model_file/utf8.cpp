#include "utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace astonish::internal::model_file {

namespace {

struct Form {
  std::size_t length;  // 0: no character begins with this byte
  char32_t first_bits;
  char32_t lowest;  // the least code point that needs this length
};

Form form_of(std::uint8_t first) {
  if (first < 0x80) return {1, first, 0};
  if ((first & 0xE0) == 0xC0) return {2, first & 0x1Fu, 0x80};
  if ((first & 0xF0) == 0xE0) return {3, first & 0x0Fu, 0x800};
  if ((first & 0xF8) == 0xF0) return {4, first & 0x07u, 0x10000};
  return {0, 0, 0};
}

// The length of the character at the front of `text`, 0 if there is none.
std::size_t character_length(std::string_view text) {
  const Form form = form_of(static_cast<std::uint8_t>(text[0]));
  if (form.length == 0 || form.length > text.size()) return 0;
  char32_t point = form.first_bits;
  for (std::size_t k = 1; k < form.length; ++k) {
    const auto byte = static_cast<std::uint8_t>(text[k]);
    if ((byte & 0xC0) != 0x80) return 0;
    point = (point << 6) | (byte & 0x3Fu);
  }
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  return point < form.lowest || point > 0x10FFFF || surrogate ? 0 : form.length;
}

}  // namespace

void check_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text.substr(at));
    if (length == 0) {
      throw std::invalid_argument("text is not UTF-8 at byte " + std::to_string(at));
    }
    at += length;
  }
}

void append_utf8(std::string& text, char32_t point) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xC0 | (point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    text += static_cast<char>(0xE0 | (point >> 12));
    tail(6), tail(0);
  } else {
    text += static_cast<char>(0xF0 | (point >> 18));
    tail(12), tail(6), tail(0);
  }
}

}  // namespace astonish::internal::model_file
