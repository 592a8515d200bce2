// A file that is gone when the test is over.
#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

namespace astonish::testing {

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  [[nodiscard]] std::string content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  static std::string unique_name() {
    static const unsigned process = std::random_device{}();
    static std::atomic<unsigned> count = 0;
    return "astonish_test." + std::to_string(process) + "." + std::to_string(count++);
  }

  std::filesystem::path path_ = std::filesystem::temp_directory_path() / unique_name();
};

}  // namespace astonish::testing
