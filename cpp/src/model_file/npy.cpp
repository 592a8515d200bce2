#include "npy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>

namespace astonish::internal::model_file {

namespace {

constexpr std::string_view kMagic{"\x93NUMPY\x01\x00", 8};  // with the version
constexpr std::size_t kAlignment = 64;                      // of the elements in the file

template <std::size_t n>
std::array<char, n> read_chars(ZipMember& member) {
  std::array<char, n> chars;
  member.read(std::as_writable_bytes(std::span(chars)));
  return chars;
}

// The text of a Python dict as NumPy writes it: keys in the order of the alphabet.
class Dict {
 public:
  explicit Dict(std::string_view text) : rest_(text) {}

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  void expect(std::string_view word) {
    if (!take(word)) fail();
  }

  std::string text_until(char end) {
    const std::string_view text = rest_.substr(0, rest_.find(end));
    rest_.remove_prefix(text.size());
    return std::string(text);
  }

  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> numbers;
    expect("(");
    while (!take(")")) {
      if (!numbers.empty()) expect(", ");
      numbers.push_back(number());
      if (numbers.size() == 1 && take(",)")) break;
    }
    return numbers;
  }

  void expect_padding() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
    if (rest_ != "\n") fail();
  }

 private:
  [[noreturn]] static void fail() {
    throw std::invalid_argument("an array's header is none of NumPy's");
  }

  std::size_t number() {
    std::size_t value = 0;
    const auto parsed = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (parsed.ec != std::errc()) fail();
    rest_.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest_.data()));
    return value;
  }

  std::string_view rest_;
};

std::string tuple_text(std::span<const std::size_t> numbers) {
  std::string text = "(";
  for (const std::size_t number : numbers) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(number);
  }
  return text + (numbers.size() == 1 ? ",)" : ")");
}

}  // namespace

NpyHeader read_npy_header(ZipMember& member) {
  const auto magic = read_chars<kMagic.size()>(member);
  if (std::string_view(magic.data(), magic.size()) != kMagic) {
    throw std::invalid_argument("an array is not in version 1.0 of NumPy's format");
  }
  const auto length = read_chars<2>(member);
  std::string text(
      static_cast<std::uint8_t>(length[0]) + 256u * static_cast<std::uint8_t>(length[1]), '\0');
  member.read(std::as_writable_bytes(std::span(text)));
  NpyHeader header;
  Dict dict(text);
  dict.expect("{'descr': '");
  header.type = dict.text_until('\'');
  dict.expect("', 'fortran_order': ");
  header.fortran_order = dict.take("True");
  if (!header.fortran_order) dict.expect("False");
  dict.expect(", 'shape': ");
  header.shape = dict.tuple();
  dict.expect(", }");
  dict.expect_padding();
  return header;
}

std::string npy_header(const NpyHeader& header) {
  std::string text = "{'descr': '" + header.type +
                     "', 'fortran_order': " + (header.fortran_order ? "True" : "False") +
                     ", 'shape': " + tuple_text(header.shape) + ", }";
  const std::size_t before = kMagic.size() + 2;
  text.append(kAlignment - 1 - (before + text.size()) % kAlignment, ' ');
  text += '\n';
  const char length[] = {static_cast<char>(text.size() % 256),
                         static_cast<char>(text.size() / 256)};
  return std::string(kMagic) + std::string(length, 2) + text;
}

std::size_t check_npy_size(const std::string& name, std::span<const std::size_t> shape,
                           std::size_t element_size, std::uint64_t size) {
  constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();
  std::size_t n = 1;
  for (const std::size_t length : shape) {
    n = length != 0 && n > largest / length ? largest : n * length;
  }
  if (n > size / element_size || n * element_size != size) {
    throw std::invalid_argument(name + " has " + std::to_string(size) + " bytes, its shape is " +
                                tuple_text(shape));
  }
  return n;
}

void check_npy(const std::string& name, const NpyHeader& header, const char* type,
               std::size_t n_dimensions) {
  if (header.type != type) {
    throw std::invalid_argument(name + " has elements of type " + header.type + ", expected " +
                                type);
  }
  if (header.shape.size() != n_dimensions || (header.fortran_order && n_dimensions > 1)) {
    throw std::invalid_argument(name + " has the shape " + tuple_text(header.shape) +
                                (header.fortran_order ? " in Fortran order" : "") + ", expected " +
                                std::to_string(n_dimensions) + " dimensions in C order");
  }
}

}  // namespace astonish::internal::model_file
