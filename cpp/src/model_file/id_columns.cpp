#include "id_columns.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

#include "npy.hpp"
#include "refuse.hpp"
#include "utf8.hpp"

namespace astonish::internal::model_file {

namespace {

constexpr const char* kText = "text";
constexpr const char* kInteger = "integer";
constexpr const char* kMixed = "mixed";
constexpr char kIntegerTag = 0, kTextTag = 1;  // in the order of Python, that of the names

template <typename T>
std::vector<T> read_part(ZipReader& archive, const Json& column, const char* part) {
  return read_npy<T>(archive, column.at(part).as_text(part), 1).values;
}

std::vector<RawId> read_text(ZipReader& archive, const Json& column, const std::string& name) {
  const auto bytes = read_part<char>(archive, column, "bytes");
  const auto offsets = read_part<std::int64_t>(archive, column, "offsets");
  if (offsets.empty() || offsets.front() != 0 || offsets.back() != std::ssize(bytes)) {
    refuse(name + " has offsets that do not fit its bytes");
  }
  std::vector<RawId> ids;
  ids.reserve(offsets.size() - 1);
  for (std::size_t row = 0; row + 1 < offsets.size(); ++row) {
    const std::int64_t begin = offsets[row], end = offsets[row + 1];
    if (end < begin || end > std::ssize(bytes)) refuse(name + " has offsets that do not ascend");
    std::string text(bytes.begin() + begin, bytes.begin() + end);
    check_utf8(text);
    ids.emplace_back(std::move(text));
  }
  return ids;
}

std::vector<RawId> read_integers(ZipReader& archive, const Json& column) {
  const auto values = read_part<std::int64_t>(archive, column, "values");
  return {values.begin(), values.end()};
}

// The ids of a column of one kind; none for a kind that this program has no type for.
std::vector<RawId> read_kind(ZipReader& archive, const Json& column, const std::string& name) {
  const std::string& kind = column.at("kind").as_text("kind");
  if (kind == kText) return read_text(archive, column, name);
  if (kind == kInteger) return read_integers(archive, column);
  return {};
}

[[noreturn]] void refuse_kind(const Json& column, const std::string& name, std::size_t row) {
  refuse(name + "[" + std::to_string(row) + "] is of the kind \"" +
         column.at("kind").as_text("kind") + "\", neither text nor an integer of 64 bits");
}

std::vector<RawId> read_mixed(ZipReader& archive, const Json& column, const std::string& name) {
  const auto tags = read_part<char>(archive, column, "tags");
  const JsonArray& columns = column.at("columns").as_array("columns");
  std::vector<std::vector<RawId>> parts;
  for (const Json& part : columns) parts.push_back(read_kind(archive, part, name));
  std::vector<std::size_t> taken(parts.size());
  std::vector<RawId> ids;
  ids.reserve(tags.size());
  for (const char tag : tags) {
    const auto part = static_cast<std::uint8_t>(tag);
    if (part >= parts.size()) refuse(name + " has a tag without a column");
    if (parts[part].empty()) refuse_kind(columns[part], name, ids.size());
    if (taken[part] == parts[part].size()) refuse(name + " has a column that is too short");
    ids.push_back(std::move(parts[part][taken[part]++]));
  }
  return ids;
}

Json text_header(const std::string& prefix) {
  return {JsonObject{
      {"kind", {kText}}, {"bytes", {prefix + ".bytes"}}, {"offsets", {prefix + ".offsets"}}}};
}

Json integer_header(const std::string& prefix) {
  return {JsonObject{{"kind", {kInteger}}, {"values", {prefix + ".values"}}}};
}

}  // namespace

std::vector<RawId> read_ids(ZipReader& archive, const Json& column, const std::string& name) {
  const std::string& kind = column.at("kind").as_text("kind");
  if (kind == kMixed) return read_mixed(archive, column, name);
  if (kind != kText && kind != kInteger) refuse_kind(column, name, 0);
  return read_kind(archive, column, name);
}

IdColumn::IdColumn(std::string name, const std::vector<RawId>& ids) : name_(std::move(name)) {
  tags_.reserve(ids.size());
  for (const RawId& id : ids) {
    if (const auto* text = std::get_if<std::string>(&id)) {
      check_utf8(*text);
      bytes_ += *text;
      offsets_.push_back(std::ssize(bytes_));
      tags_.push_back(kTextTag);
    } else {
      integers_.push_back(std::get<std::int64_t>(id));
      tags_.push_back(kIntegerTag);
    }
  }
}

std::string IdColumn::prefix(const char* kind) const {
  return is_mixed() ? name_ + "." + kind : name_;
}

Json IdColumn::header() const {
  if (!has_integers()) return text_header(name_);
  if (!has_text()) return integer_header(name_);
  return {JsonObject{
      {"kind", {kMixed}},
      {"tags", {name_ + ".tags"}},
      {"columns", {JsonArray{integer_header(prefix(kInteger)), text_header(prefix(kText))}}}}};
}

void IdColumn::write(ZipWriter& archive) const {
  if (is_mixed()) write_npy<char>(archive, name_ + ".tags", {tags_.size()}, tags_);
  if (has_integers()) {
    write_npy<std::int64_t>(archive, prefix(kInteger) + ".values", {integers_.size()}, integers_);
  }
  if (has_text() || !has_integers()) {
    write_npy<char>(archive, prefix(kText) + ".bytes", {bytes_.size()}, bytes_);
    write_npy<std::int64_t>(archive, prefix(kText) + ".offsets", {offsets_.size()}, offsets_);
  }
}

}  // namespace astonish::internal::model_file
