// UTF-8, the encoding of all text in model files.
#pragma once

#include <string>
#include <string_view>

namespace astonish::internal::model_file {

// Throws std::invalid_argument for bytes that are not UTF-8 (surrogates and overlong forms are
// not).
void check_utf8(std::string_view text);

// `point` must be a code point, and no surrogate.
void append_utf8(std::string& text, char32_t point);

}  // namespace astonish::internal::model_file
