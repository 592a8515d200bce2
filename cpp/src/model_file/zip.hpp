// Zip archives whose members are stored, not compressed: the container of .npz files.
//
// Reading goes by the directory at the end of the file. Every place and size in it is checked
// against the file before anything is read or allocated, and a member's checksum when its last byte
// was read. Both sides know the 64-bit fields of large archives; writing always uses them, so that
// small files and large ones are written by the same code. A member that was written begins at a
// multiple of 64 bytes in the file, so that it can be mapped into memory.
//
// Source: PKWARE: .ZIP file format specification (APPNOTE), 4.3 and 4.5.3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace astonish::internal::model_file {

struct ZipEntry {
  std::uint64_t offset = 0;  // of its local header
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
};

// One member, from its first byte to its last; borrows the archive's file.
class ZipMember {
 public:
  ZipMember(std::istream& file, const ZipEntry& entry, const std::string& name);

  [[nodiscard]] std::uint64_t remaining() const { return remaining_; }

  // Fills `out`. Throws std::invalid_argument when less remains, and when the last byte was read
  // but the checksum says that the member is damaged.
  void read(std::span<std::byte> out);

 private:
  std::istream& file_;
  std::string name_;
  std::uint64_t remaining_;
  std::uint32_t expected_crc_;
  std::uint32_t crc_ = 0;
};

class ZipReader {
 public:
  // Throws std::system_error for a file that cannot be read, std::invalid_argument for one that is
  // no such archive.
  explicit ZipReader(const std::filesystem::path& path);

  // Throws std::invalid_argument when there is no member of that name.
  [[nodiscard]] ZipMember open(const std::string& name);

 private:
  void read_directory(std::span<const std::byte> directory);

  std::ifstream file_;
  std::map<std::string, ZipEntry> entries_;
};

class ZipWriter {
 public:
  explicit ZipWriter(std::ostream& out) : out_(out) {}

  // Writes a member that consists of `parts`.
  void add(const std::string& name, std::initializer_list<std::span<const std::byte>> parts);
  // Writes the directory, after the last member.
  void finish();

 private:
  void write(std::span<const std::byte> bytes);

  std::ostream& out_;
  std::uint64_t written_ = 0;
  std::vector<std::pair<std::string, ZipEntry>> entries_;
};

}  // namespace astonish::internal::model_file
