// JSON as text.
#include <cmath>
#include <limits>
#include <locale>
#include <sstream>

#include "json.hpp"
#include "utf8.hpp"

namespace astonish::internal::model_file {

namespace {

class Writer {
 public:
  Writer() {
    out_.imbue(std::locale::classic());
    out_.precision(std::numeric_limits<double>::max_digits10);
  }

  [[nodiscard]] std::string text() const { return out_.str(); }

  void operator()(std::nullptr_t) { out_ << "null"; }
  void operator()(bool value) { out_ << (value ? "true" : "false"); }
  void operator()(std::int64_t value) { out_ << value; }

  void operator()(double value) {
    if (std::isnan(value)) {
      out_ << "NaN";
    } else if (std::isinf(value)) {
      out_ << (value < 0 ? "-Infinity" : "Infinity");
    } else {
      out_ << value;
    }
  }

  void operator()(const std::string& value) {
    constexpr char hex[] = "0123456789abcdef";
    check_utf8(value);
    out_ << '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') {
        out_ << '\\' << c;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        out_ << "\\u00" << hex[c / 16] << hex[c % 16];
      } else {
        out_ << c;
      }
    }
    out_ << '"';
  }

  void operator()(const JsonArray& values) {
    out_ << '[';
    for (const Json& each : values) {
      if (&each != &values.front()) out_ << ", ";
      std::visit(*this, each.value);
    }
    out_ << ']';
  }

  void operator()(const JsonObject& members) {
    out_ << '{';
    for (const JsonMember& each : members) {
      if (&each != &members.front()) out_ << ", ";
      (*this)(each.name);
      out_ << ": ";
      std::visit(*this, each.value.value);
    }
    out_ << '}';
  }

 private:
  std::ostringstream out_;
};

}  // namespace

std::string to_text(const Json& json) {
  Writer writer;
  std::visit(writer, json.value);
  return writer.text();
}

}  // namespace astonish::internal::model_file
