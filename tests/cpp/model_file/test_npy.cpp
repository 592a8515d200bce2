// Arrays and the archives that hold them: npy.hpp, zip.hpp, crc32.hpp.
#include "model_file/npy.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "model_file/crc32.hpp"
#include "model_file/temporary_file.hpp"

using namespace astonish;
using namespace astonish::internal::model_file;
using astonish::testing::TemporaryFile;
using doctest::Contains;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string archive_of(const std::string& name, const std::string& content) {
  std::ostringstream out;
  ZipWriter archive(out);
  archive.add(name, {bytes_of(content)});
  archive.finish();
  return out.str();
}

template <typename T>
NpyArray<T> read_array(const std::string& content, std::size_t n_dimensions) {
  const TemporaryFile file(archive_of("a.npy", content));
  ZipReader archive(file.path());
  return read_npy<T>(archive, "a", n_dimensions);
}

// An array as NumPy 2 wrote it: numpy.lib.format.write_array of the given header.
std::string array_file(const std::string& header, const std::string& content) {
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header +
         content;
}

const std::string kVector = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n";
const std::string kTwo("\x01\0\0\0\x02\0\0\0", 8);

void refuse_archive(std::string content, const char* reason) {
  const TemporaryFile file(std::move(content));
  CHECK_THROWS_WITH_AS(ZipReader{file.path()}, Contains(reason), std::invalid_argument);
}

}  // namespace

TEST_CASE("The checksum is that of zip") {
  const std::string digits = "123456789";
  CHECK(crc32(0, bytes_of(digits)) == 0xCBF43926);  // the standard's check value
  CHECK(crc32(0, {}) == 0);
  std::string text;
  for (int k = 0; k < 100; ++k) text += static_cast<char>(7 * k);
  const std::uint32_t whole = crc32(0, bytes_of(text));
  for (std::size_t k = 0; k <= text.size(); ++k) {
    CHECK(crc32(crc32(0, bytes_of(text).first(k)), bytes_of(text).subspan(k)) == whole);
  }
}

TEST_CASE("An archive gives back its members") {
  std::ostringstream out;
  ZipWriter writer(out);
  const std::string first = "abc", second(100'000, 'x'), nothing;
  writer.add("first", {bytes_of(first), bytes_of(second)});
  writer.add("é", {bytes_of(nothing)});
  writer.finish();
  const TemporaryFile file(out.str());
  ZipReader reader(file.path());
  ZipMember member = reader.open("first");
  CHECK(member.remaining() == 100'003);
  std::string content(100'003, '\0');
  member.read(std::as_writable_bytes(std::span(content)));
  CHECK(content == first + second);
  CHECK(reader.open("é").remaining() == 0);
  CHECK_THROWS_WITH_AS((void)reader.open("third"), "it holds no third", std::invalid_argument);
  std::byte more[1];
  CHECK_THROWS_WITH_AS(member.read(more), "first is too short", std::invalid_argument);
}

TEST_CASE("What is no archive of stored members is refused") {
  const std::string good = archive_of("name", "content");
  refuse_archive("", "it is too short");
  refuse_archive(std::string(100, 'x'), "does not end as a zip archive does");
  refuse_archive(good + "x", "does not end as a zip archive does");
  refuse_archive("x" + good, "directory is misplaced");
  const std::size_t directory = good.find("PK\x01\x02");
  const auto changed = [&](std::size_t place, char byte) {
    std::string content = good;
    content[place] = byte;
    return content;
  };
  refuse_archive(changed(directory, 'Q'), "directory is damaged");
  refuse_archive(changed(directory + 8, 1), "name is encrypted");
  refuse_archive(changed(directory + 10, 8), "name is compressed");
  refuse_archive(changed(directory + 28, 127), "cut off");
  refuse_archive(changed(good.find("PK\x06\x06") + 48, 1), "directory is misplaced");
  refuse_archive(changed(good.find("PK\x06\x07"), 'Q'), "no 64-bit directory");
}

TEST_CASE("Sizes and places beyond the archive are refused before anything is allocated") {
  const std::string good = archive_of("name", "content");
  const std::size_t extra = good.find("PK\x01\x02") + 46 + 4 + 4;
  for (const std::size_t field : {0u, 16u}) {  // size and offset
    std::string content = good;
    content.replace(extra + field, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f");
    if (field == 0) content.replace(extra + 8, 8, content.substr(extra, 8));
    refuse_archive(content, "name does not fit into the archive");
  }
}

TEST_CASE("Members that overlap are refused: they would take more memory than the file has") {
  std::ostringstream out;
  ZipWriter writer(out);
  const std::string large(1000, 'x'), small = "x";
  writer.add("first", {bytes_of(large)});
  writer.add("other", {bytes_of(small)});
  writer.finish();
  std::string content = out.str();
  const std::size_t extra = 46 + 5 + 4;  // of an entry of the directory: sizes and offset
  const std::size_t first = content.find("PK\x01\x02") + extra;
  const std::size_t other = content.find("PK\x01\x02", first) + extra;
  content.replace(other, 24, content.substr(first, 24));
  refuse_archive(content, "the archive's members overlap");
}

TEST_CASE("Members begin at a multiple of 64 bytes") {
  std::ostringstream out;
  ZipWriter writer(out);
  const std::string mark = "a mark";
  std::string name;
  for (int k = 0; k < 70; ++k) writer.add(name += 'n', {bytes_of(mark)});
  writer.finish();
  const std::string content = out.str();
  int count = 0;
  for (std::size_t at = 0; (at = content.find(mark, at)) != content.npos; ++at, ++count) {
    CHECK(at % 64 == 0);
  }
  CHECK(count == 70);
}

TEST_CASE("A changed byte of a member is noticed") {
  std::string content = archive_of("name", "content");
  content[content.find("content")] = 'k';
  const TemporaryFile file(content);
  ZipReader reader(file.path());
  std::byte bytes[7];
  CHECK_THROWS_WITH_AS(reader.open("name").read(bytes), "name has a wrong checksum",
                       std::invalid_argument);
}

TEST_CASE("A file that cannot be read is a system error") {
  const TemporaryFile file("");
  CHECK_THROWS_AS(ZipReader{file.path() / "nothing"}, std::system_error);
  CHECK_THROWS_AS(ZipReader{file.path().parent_path()}, std::system_error);
}

TEST_CASE("NumPy's arrays are read") {
  const auto vector = read_array<std::int32_t>(array_file(kVector, kTwo), 1);
  CHECK(vector.shape == std::vector<std::size_t>{2});
  CHECK(vector.values == std::vector<std::int32_t>{1, 2});
  const std::string matrix = "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }   \n";
  CHECK(read_array<std::int32_t>(array_file(matrix, kTwo), 2).shape ==
        std::vector<std::size_t>{1, 2});
  const std::string empty = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 0), }\n";
  CHECK(read_array<double>(array_file(empty, ""), 2).values.empty());
  const std::string flat = "{'descr': '<i4', 'fortran_order': True, 'shape': (2,), }\n";
  CHECK(read_array<std::int32_t>(array_file(flat, kTwo), 1).values.size() == 2);
}

TEST_CASE("Arrays come back as they were written") {
  std::ostringstream out;
  ZipWriter writer(out);
  const std::vector<double> values{0.1, std::numeric_limits<double>::infinity(), -0.0};
  write_npy<double>(writer, "a", {3, 1}, values);
  write_npy<double>(writer, "empty", {0, 5}, {});
  writer.finish();
  const TemporaryFile file(out.str());
  ZipReader reader(file.path());
  CHECK(read_npy<double>(reader, "a", 2).values == values);
  CHECK(read_npy<double>(reader, "empty", 2).shape == std::vector<std::size_t>{0, 5});
}

TEST_CASE("An array of another type, shape or form is refused") {
  const auto refused = [](const std::string& header, const std::string& content,
                          const char* reason) {
    CHECK_THROWS_WITH_AS((void)read_array<std::int32_t>(array_file(header, content), 1),
                         Contains(reason), std::invalid_argument);
  };
  const auto with_shape = [](const char* shape) {
    return std::string("{'descr': '<i4', 'fortran_order': False, 'shape': ") + shape + ", }\n";
  };
  refused("{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }\n", kTwo, "type >i4");
  refused("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }\n", kTwo, "type |O");
  refused(with_shape("(2, 1)"), kTwo, "expected 1 dimensions");
  refused(with_shape("()"), kTwo, "expected 1 dimensions");
  refused(with_shape("(3,)"), kTwo, "a has 8 bytes, its shape is (3,)");
  refused(with_shape("(1,)"), kTwo, "a has 8 bytes, its shape is (1,)");
  refused(with_shape("(4611686018427387906,)"), kTwo, "its shape is");
  for (const char* shape :
       {"(-1,)", "(2", "2", "(2,,)", "(99999999999999999999,)", "(2,) ", "(2L,)"}) {
    refused(with_shape(shape), kTwo, "none of NumPy's");
  }
  refused("{'shape': (2,), 'descr': '<i4', 'fortran_order': False, }\n", kTwo, "none of NumPy's");
  refused("{'descr': '<i4", kTwo, "none of NumPy's");
  refused(kVector.substr(0, kVector.size() - 1), kTwo, "none of NumPy's");
  refused("", kTwo, "none of NumPy's");
  const auto refused_file = [](const std::string& content, const char* reason) {
    CHECK_THROWS_WITH_AS((void)read_array<std::int32_t>(content, 1), Contains(reason),
                         std::invalid_argument);
  };
  refused_file("", "too short");
  refused_file("\x93NUMPY", "too short");
  refused_file(std::string("\x93NUMPY\x02\x00\x01\x00\x00\x00 ", 13), "version 1.0");
  refused_file(std::string("\x93NUMPY\x01\x00\xff\xff", 10), "too short");
}

TEST_CASE("A shape whose product overflows is refused") {
  const std::string huge =
      "{'descr': '<i4', 'fortran_order': False, 'shape': (4294967296, 4294967297), }\n";
  CHECK_THROWS_AS((void)read_array<std::int32_t>(array_file(huge, kTwo), 2), std::invalid_argument);
}
