#include "model_file/json.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "model_file/random_bytes.hpp"

using namespace astonish;
using namespace astonish::internal::model_file;
using doctest::Contains;

namespace {

template <typename T>
T parsed(std::string_view text) {
  return std::get<T>(parse_json(text).value);
}

std::string again(std::string_view text) { return to_text(parse_json(text)); }

}  // namespace

TEST_CASE("JSON comes back as it was") {
  for (const char* text :
       {"null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "0.5",
        "-1.5", "NaN", "Infinity", "-Infinity", "\"\"", "\"a b\"", "[]", "[1, [2, []]]", "{}",
        "{\"a\": {\"b\": [null]}, \"\": 1}", "\"\\\"\\\\\\u0001\""}) {
    CHECK(again(text) == text);
  }
}

TEST_CASE("JSON numbers keep their value and their kind") {
  CHECK(parsed<std::int64_t>("-0") == 0);
  CHECK(parsed<std::int64_t>(" 12\n") == 12);
  CHECK(parsed<double>("9223372036854775808") == 9223372036854775808.0);
  CHECK(parsed<double>("1e2") == 100.0);
  CHECK(parsed<double>("1.0") == 1.0);
  CHECK(std::isnan(parsed<double>("NaN")));
  CHECK(std::isinf(parsed<double>("-Infinity")));
  for (const double value : {0.1, 1.0 / 3, 5e-324, -1.7976931348623157e308}) {
    CHECK(parse_json(to_text({value})).as_number("value") == value);
  }
  CHECK(parse_json("3").as_number("value") == 3.0);
}

TEST_CASE("JSON text is UTF-8, however it is escaped") {
  CHECK(parsed<std::string>("\"\\u00e9\\u20ac\\ud83d\\ude00\"") == "é€😀");
  CHECK(parsed<std::string>("\"é€😀\"") == "é€😀");
  CHECK(parsed<std::string>(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(parsed<std::string>("\"\\u0000\"") == std::string(1, '\0'));
  for (const char* text : {"\"\xff\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"",
                           "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\""}) {
    CHECK_THROWS_WITH_AS((void)parse_json(text), Contains("not UTF-8"), std::invalid_argument);
  }
  CHECK_THROWS_WITH_AS((void)to_text({std::string("a\xff")}), "text is not UTF-8 at byte 1",
                       std::invalid_argument);
}

TEST_CASE("What is no JSON is refused") {
  for (const char* text : {"",
                           " ",
                           "nul",
                           "nan",
                           "+1",
                           "01",
                           "-",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "0x1",
                           "1 2",
                           "[",
                           "[1",
                           "[1,]",
                           "[,1]",
                           "]",
                           "{",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{1:2}",
                           "{\"a\":1",
                           "\"",
                           "\"a",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "\"\n\"",
                           "'a'",
                           "--Infinity",
                           "[1}"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS((void)parse_json(text), Contains("no JSON"), std::invalid_argument);
  }
  CHECK_THROWS_AS((void)parse_json(std::string_view("\"\0\"", 3)), std::invalid_argument);
}

TEST_CASE("JSON may be 64 levels deep, and no deeper") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(again(nested(65)) == nested(65));
  CHECK_THROWS_WITH_AS((void)parse_json(nested(66)), Contains("at most 64 levels"),
                       std::invalid_argument);
  CHECK_THROWS_AS((void)parse_json(std::string(10'000'000, '[')), std::invalid_argument);
  std::string objects;
  for (int k = 0; k < 100'000; ++k) objects += "{\"a\":";
  CHECK_THROWS_AS((void)parse_json(objects), std::invalid_argument);
}

TEST_CASE("A JSON value of another type is named") {
  const Json json = parse_json("{\"a\": 1, \"b\": true}");
  CHECK(json.find("c") == nullptr);
  CHECK(json.at("a").find("a") == nullptr);
  CHECK_THROWS_WITH_AS((void)json.at("c"), "the header lacks \"c\"", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)json.at("a").as_text("a"), "a is no text", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)json.at("b").as_number("b"), "b is no number", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)json.as_array("it"), "it is no list", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)json.at("a").as_bool("a"), "a is no bool", std::invalid_argument);
}

TEST_CASE("Damaged JSON is refused or is other JSON") {
  const std::string text =
      R"({"class": "a.B", "ids": ["u", "\u00e9\ud83d\ude00", 17, -2.5e3], "n": [null, {"$t": [1, NaN]}]})";
  testing::for_each_damage(text, 20'000, [](const std::string& damaged) {
    try {
      const Json json = parse_json(damaged);
      CHECK(again(to_text(json)) == to_text(json));
    } catch (const std::invalid_argument&) {
      CHECK(true);
    }
  });
}
