// Raw ids as arrays of a model file: UTF-8 bytes and the offsets of the texts in them, integers of
// 64 bits, or both with a tag for each id.
//
// The header of the file holds an object that says the kind of such a column and names its arrays.
// Python has more kinds; id_columns.py lists all of them.
// Cost: O(bytes); what is read takes memory in proportion to the arrays.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "astonish/model_file.hpp"
#include "json.hpp"
#include "zip.hpp"

namespace astonish::internal::model_file {

// Throws std::invalid_argument for a column that is damaged, and for ids of another kind; `name` is
// what messages call the ids.
[[nodiscard]] std::vector<RawId> read_ids(ZipReader& archive, const Json& column,
                                          const std::string& name);

// The arrays of ids; made once, because both the header and the file need them.
class IdColumn {
 public:
  // Throws std::invalid_argument for text that is not UTF-8.
  IdColumn(std::string name, const std::vector<RawId>& ids);

  [[nodiscard]] Json header() const;
  void write(ZipWriter& archive) const;

 private:
  [[nodiscard]] bool has_text() const { return offsets_.size() > 1; }
  [[nodiscard]] bool has_integers() const { return !integers_.empty(); }
  [[nodiscard]] bool is_mixed() const { return has_text() && has_integers(); }
  [[nodiscard]] std::string prefix(const char* kind) const;

  std::string name_;
  std::vector<char> tags_;  // of each id: the number of its kind
  std::vector<std::int64_t> integers_;
  std::string bytes_;
  std::vector<std::int64_t> offsets_{0};
};

}  // namespace astonish::internal::model_file
