#include "json.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "utf8.hpp"

namespace astonish::internal::model_file {

namespace {

constexpr int kDeepest = 64;

template <typename T>
const T& get(const Json& json, const std::string& what, const char* kind) {
  if (const T* content = std::get_if<T>(&json.value)) return *content;
  throw std::invalid_argument(what + " is no " + kind);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json document() {
    Json json = value(0);
    skip_space();
    if (at_ != text_.size()) fail("nothing more");
    return json;
  }

 private:
  [[noreturn]] void fail(const std::string& expected) const {
    throw std::invalid_argument("no JSON: expected " + expected + " at byte " +
                                std::to_string(at_));
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }

  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  void expect(std::string_view word) {
    if (!take(word)) fail(std::string(word));
  }

  Json value(int depth) {
    if (depth > kDeepest) fail("at most 64 levels");
    skip_space();
    switch (peek()) {
      case '{':
        return {object(depth)};
      case '[':
        return {array(depth)};
      case '"':
        return {string()};
      default:
        return word_or_number();
    }
  }

  Json word_or_number() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (take("null")) return {nullptr};
    if (take("true")) return {true};
    if (take("false")) return {false};
    if (take("NaN")) return {std::numeric_limits<double>::quiet_NaN()};
    if (take("Infinity")) return {infinity};
    if (take("-Infinity")) return {-infinity};
    return number();
  }

  // Calls `each` for each part of a list in brackets; leaves the closing one behind.
  template <typename Each>
  void list(char closing, Each each) {
    ++at_;
    skip_space();
    if (peek() == closing) {
      ++at_;
      return;
    }
    for (;;) {
      each();
      skip_space();
      if (peek() == closing) break;
      expect(",");
      skip_space();
    }
    ++at_;
  }

  JsonArray array(int depth) {
    JsonArray result;
    list(']', [&] { result.push_back(value(depth + 1)); });
    return result;
  }

  JsonObject object(int depth) {
    JsonObject result;
    list('}', [&] {
      std::string name = string();
      skip_space();
      expect(":");
      result.push_back({std::move(name), value(depth + 1)});
    });
    return result;
  }

  std::size_t digits() {
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    if (at_ == begin) fail("a value");
    return at_ - begin;
  }

  Json number() {
    const std::size_t begin = at_;
    take("-");
    if (peek() == '0' ? digits() > 1 : digits() == 0) fail("a number without leading zeros");
    bool whole = true;
    if (take(".")) whole = false, digits();
    if (peek() == 'e' || peek() == 'E') {
      ++at_, whole = false;
      if (peek() == '+' || peek() == '-') ++at_;
      digits();
    }
    const std::string_view literal = text_.substr(begin, at_ - begin);
    std::int64_t integer = 0;
    const auto parsed = std::from_chars(literal.data(), literal.data() + literal.size(), integer);
    if (whole && parsed.ec == std::errc()) return {integer};
    return {decimal(literal)};
  }

  // By a stream: from_chars of floating point is missing in older standard libraries.
  static double decimal(std::string_view literal) {
    std::istringstream stream{std::string(literal)};
    stream.imbue(std::locale::classic());
    double result = 0.0;
    stream >> result;
    return result;
  }

  std::string string() {
    expect("\"");
    std::string result;
    while (peek() != '"') {
      const std::size_t begin = at_;
      while (at_ < text_.size() && plain(text_[at_])) ++at_;
      check_utf8(text_.substr(begin, at_ - begin));
      result.append(text_.substr(begin, at_ - begin));
      if (take("\\")) {
        append_escaped(result);
      } else if (peek() != '"') {
        fail("the end of a text");
      }
    }
    ++at_;
    return result;
  }

  static bool plain(char c) {
    return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20;
  }

  void append_escaped(std::string& result) {
    constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    if (take("u")) {
      append_utf8(result, code_point());
      return;
    }
    const std::size_t place = at_ < text_.size() ? letters.find(text_[at_]) : letters.npos;
    if (place == letters.npos) fail("an escaped character");
    ++at_;
    result += meanings[place];
  }

  // After "\u"; characters beyond 0xFFFF are written as a pair of surrogates.
  char32_t code_point() {
    const char32_t high = four_hex_digits();
    if (high < 0xD800 || high >= 0xE000) return high;
    const bool pair = high < 0xDC00 && take("\\u");
    const char32_t low = pair ? four_hex_digits() : 0;
    if (low < 0xDC00 || low >= 0xE000) fail("a pair of surrogates");
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  }

  char32_t four_hex_digits() {
    const std::string_view digits = text_.substr(at_, 4);
    std::uint32_t result = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), result, 16);
    if (digits.size() < 4 || parsed.ptr != digits.data() + 4) fail("four hexadecimal digits");
    at_ += 4;
    return result;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool Json::as_bool(const std::string& what) const { return get<bool>(*this, what, "bool"); }

double Json::as_number(const std::string& what) const {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  return get<double>(*this, what, "number");
}

const std::string& Json::as_text(const std::string& what) const {
  return get<std::string>(*this, what, "text");
}

const JsonArray& Json::as_array(const std::string& what) const {
  return get<JsonArray>(*this, what, "list");
}

const JsonObject& Json::as_object(const std::string& what) const {
  return get<JsonObject>(*this, what, "object");
}

const Json* Json::find(std::string_view name) const {
  if (const auto* object = std::get_if<JsonObject>(&value)) {
    for (const JsonMember& member : *object) {
      if (member.name == name) return &member.value;
    }
  }
  return nullptr;
}

const Json& Json::at(std::string_view name) const {
  if (const Json* member = find(name)) return *member;
  throw std::invalid_argument("the header lacks \"" + std::string(name) + "\"");
}

Json parse_json(std::string_view text) { return Parser(text).document(); }

}  // namespace astonish::internal::model_file
