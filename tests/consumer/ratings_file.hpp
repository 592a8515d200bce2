// Ratings from a text file: user, item and rating on each line, as MovieLens has them.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

struct Rating {
  std::string user;
  std::string item;
  double value;
};

// "::", a tab, a comma or blanks, whatever the line has.
inline std::string separator_of(const std::string& line) {
  for (const char* separator : {"::", "\t", ","}) {
    if (line.find(separator) != line.npos) return separator;
  }
  return " ";
}

inline std::vector<std::string> split(const std::string& line, const std::string& separator) {
  std::vector<std::string> fields;
  std::size_t begin = 0;
  for (std::size_t end; (end = line.find(separator, begin)) != line.npos;) {
    fields.push_back(line.substr(begin, end - begin));
    begin = end + separator.size();
  }
  fields.push_back(line.substr(begin, line.find_last_not_of(" \r") + 1 - begin));
  return fields;
}

inline std::optional<Rating> parse_rating(const std::string& line) {
  const std::vector<std::string> fields = split(line, separator_of(line));
  if (fields.size() < 3) return {};
  char* end = nullptr;
  const double value = std::strtod(fields[2].c_str(), &end);
  if (end == fields[2].c_str() || *end != '\0') return {};
  return Rating{fields[0], fields[1], value};
}

// Throws std::runtime_error for a file that cannot be read and for a line that is no rating; the
// first line may be the names of the columns.
inline std::vector<Rating> read_ratings(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + " cannot be read");
  std::vector<Rating> ratings;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.find_first_not_of(" \r") == line.npos) continue;
    if (const auto rating = parse_rating(line)) {
      ratings.push_back(*rating);
    } else if (number > 1) {
      throw std::runtime_error(path + ":" + std::to_string(number) + " is no rating: " + line);
    }
  }
  return ratings;
}
