// A file that is complete under its own name, or is not there.
//
// What is written goes to a file beside it, which takes its name when finish() is called and is
// removed when that does not happen: a full disk or an exception leaves the old file as it was.
#pragma once

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <random>
#include <string>
#include <system_error>

namespace astonish::internal::model_file {

// Both the constructor and finish() throw std::system_error when the file cannot be written.
class ReplacedFile {
 public:
  explicit ReplacedFile(const std::filesystem::path& path) : path_(path), unfinished_(path) {
    unfinished_ += '.';
    unfinished_ += std::to_string(std::random_device{}());
    unfinished_ += ".part";
    file_.open(unfinished_, std::ios::binary);
    if (!file_) fail();
  }
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;
  ~ReplacedFile() {
    file_.close();
    std::error_code ignored;
    std::filesystem::remove(unfinished_, ignored);
  }

  [[nodiscard]] std::ostream& stream() { return file_; }

  void finish() {
    file_.close();
    if (!file_) fail();
    std::filesystem::rename(unfinished_, path_);
  }

 private:
  [[noreturn]] void fail() const {
    throw std::system_error(errno, std::generic_category(), path_.string());
  }

  std::filesystem::path path_;
  std::filesystem::path unfinished_;
  std::ofstream file_;
};

}  // namespace astonish::internal::model_file
