// JSON as Python's json module writes it: the header of model files.
//
// A value is a tree of plain C++ types. Whole numbers that fit in 64 bits stay whole, because raw
// ids are such numbers; NaN, Infinity and -Infinity are numbers, as in Python. Text is UTF-8 and is
// checked in both directions. Values may be nested 64 deep, so no input exhausts the stack.
// Cost: O(length); a value takes 40 bytes beside its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace astonish::internal::model_file {

struct JsonMember;
struct Json;
using JsonArray = std::vector<Json>;
using JsonObject = std::vector<JsonMember>;

struct Json {
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, JsonArray, JsonObject>
      value = nullptr;

  // Each throws std::invalid_argument, naming `what`, when the value is of another type.
  [[nodiscard]] bool as_bool(const std::string& what) const;
  [[nodiscard]] double as_number(const std::string& what) const;
  [[nodiscard]] const std::string& as_text(const std::string& what) const;
  [[nodiscard]] const JsonArray& as_array(const std::string& what) const;
  [[nodiscard]] const JsonObject& as_object(const std::string& what) const;

  // The member of an object, or nullptr.
  [[nodiscard]] const Json* find(std::string_view name) const;
  // The member of an object; throws std::invalid_argument when there is none.
  [[nodiscard]] const Json& at(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  Json value;
};

// Both throw std::invalid_argument: for what is no JSON, and for text that is not UTF-8.
[[nodiscard]] Json parse_json(std::string_view text);
[[nodiscard]] std::string to_text(const Json& json);

}  // namespace astonish::internal::model_file
