// Reads archives; see zip.hpp.
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "crc32.hpp"
#include "zip.hpp"
#include "zip_records.hpp"

namespace astonish::internal::model_file {

namespace {

void require(bool condition, const std::string& message) {
  if (!condition) throw std::invalid_argument(message);
}

// Little-endian fields of a record, one after the other.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename T>
  T take() {
    T value = 0;
    const auto bytes = take_bytes(sizeof(T));
    for (std::size_t k = 0; k < sizeof(T); ++k) {
      value = static_cast<T>(value | std::to_integer<T>(bytes[k]) << (8 * k));
    }
    return value;
  }

  std::span<const std::byte> take_bytes(std::size_t n) {
    require(n <= bytes_.size(), "a record of the archive is cut off");
    const auto bytes = bytes_.first(n);
    bytes_ = bytes_.subspan(n);
    return bytes;
  }

  std::string take_text(std::size_t n) {
    const auto bytes = take_bytes(n);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
};

void read_at(std::istream& file, std::uint64_t place, std::span<std::byte> out) {
  file.seekg(static_cast<std::streamoff>(place));
  file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
  if (!file) throw std::system_error(errno, std::generic_category(), "the file cannot be read");
}

std::vector<std::byte> read_at(std::istream& file, std::uint64_t place, std::uint64_t n) {
  std::vector<std::byte> bytes(n);
  read_at(file, place, bytes);
  return bytes;
}

struct Directory {
  std::uint64_t offset;
  std::uint64_t size;
};

// Where the 64-bit record before `end` says that the directory is.
Directory find_directory64(std::istream& file, std::uint64_t end) {
  require(end >= zip::kLocator64Size + zip::kEnd64Size, "the archive has no 64-bit directory");
  const auto locator = read_at(file, end - zip::kLocator64Size, zip::kLocator64Size);
  require(Fields(locator).take<std::uint32_t>() == zip::kLocator64,
          "the archive has no 64-bit directory");
  const std::uint64_t end64 = end - zip::kLocator64Size - zip::kEnd64Size;
  const auto record = read_at(file, end64, zip::kEnd64Size);
  Fields fields(record);
  require(fields.take<std::uint32_t>() == zip::kEnd64, "the archive has no 64-bit directory");
  fields.take_bytes(36);  // sizes, versions, disks, counts
  const auto size = fields.take<std::uint64_t>();
  const auto offset = fields.take<std::uint64_t>();
  require(offset <= end64 && size == end64 - offset, "the archive's directory is misplaced");
  return {offset, size};
}

Directory find_directory(std::istream& file, std::uint64_t file_size) {
  require(file_size >= zip::kEndSize, "it is too short");
  const std::uint64_t end = file_size - zip::kEndSize;
  const auto record = read_at(file, end, zip::kEndSize);
  Fields fields(record);
  require(fields.take<std::uint32_t>() == zip::kEnd, "it does not end as a zip archive does");
  fields.take_bytes(4);  // disks
  fields.take_bytes(2);  // entries on this disk
  const auto count = fields.take<std::uint16_t>();
  const auto size = fields.take<std::uint32_t>();
  const auto offset = fields.take<std::uint32_t>();
  if (count == zip::kIn64Short || size == zip::kIn64 || offset == zip::kIn64) {
    return find_directory64(file, end);
  }
  require(offset <= end && size == end - offset, "the archive's directory is misplaced");
  return {offset, size};
}

// The 64-bit values of those fields that have none of 32 bits, in this order.
void read_extra64(Fields extra, std::initializer_list<std::uint64_t*> fields) {
  while (!extra.empty()) {
    const auto id = extra.take<std::uint16_t>();
    Fields content(extra.take_bytes(extra.take<std::uint16_t>()));
    if (id != zip::kExtra64) continue;
    for (std::uint64_t* field : fields) {
      if (*field == zip::kIn64) *field = content.take<std::uint64_t>();
    }
  }
}

struct NamedEntry {
  std::string name;
  ZipEntry entry;
};

NamedEntry take_entry(Fields& fields) {
  require(fields.take<std::uint32_t>() == zip::kDirectoryEntry,
          "the archive's directory is damaged");
  fields.take_bytes(4);  // versions
  const auto flags = fields.take<std::uint16_t>();
  const auto method = fields.take<std::uint16_t>();
  fields.take_bytes(4);  // time and date
  const auto crc = fields.take<std::uint32_t>();
  std::uint64_t stored_size = fields.take<std::uint32_t>();
  std::uint64_t size = fields.take<std::uint32_t>();
  const auto name_length = fields.take<std::uint16_t>();
  const auto extra_length = fields.take<std::uint16_t>();
  const auto comment_length = fields.take<std::uint16_t>();
  fields.take_bytes(8);  // disk, attributes
  std::uint64_t offset = fields.take<std::uint32_t>();
  std::string name = fields.take_text(name_length);
  read_extra64(Fields(fields.take_bytes(extra_length)), {&size, &stored_size, &offset});
  fields.take_bytes(comment_length);
  require(method == zip::kStored && size == stored_size, name + " is compressed");
  require((flags & zip::kEncrypted) == 0, name + " is encrypted");
  return {std::move(name), {offset, size, crc}};
}

}  // namespace

ZipMember::ZipMember(std::istream& file, const ZipEntry& entry, const std::string& name)
    : file_(file), name_(name), remaining_(entry.size), expected_crc_(entry.crc) {
  const auto header = read_at(file, entry.offset, zip::kLocalHeaderSize);
  Fields fields(header);
  require(fields.take<std::uint32_t>() == zip::kLocalHeader, name + " is not where it should be");
  fields.take_bytes(22);  // what the directory says, too
  const auto name_length = fields.take<std::uint16_t>();
  const auto extra_length = fields.take<std::uint16_t>();
  file.seekg(name_length + extra_length, std::ios::cur);
}

void ZipMember::read(std::span<std::byte> out) {
  require(out.size() <= remaining_, name_ + " is too short");
  file_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
  require(file_.good(), name_ + " is cut off");
  crc_ = crc32(crc_, out);
  remaining_ -= out.size();
  require(remaining_ > 0 || crc_ == expected_crc_, name_ + " has a wrong checksum");
}

ZipReader::ZipReader(const std::filesystem::path& path) : file_(path, std::ios::binary) {
  file_.seekg(0, std::ios::end);
  if (!file_) throw std::system_error(errno, std::generic_category(), path.string());
  const auto directory = find_directory(file_, static_cast<std::uint64_t>(file_.tellg()));
  read_directory(read_at(file_, directory.offset, directory.size));
  std::uint64_t total = 0;
  for (const auto& [name, entry] : entries_) {
    const bool fits = entry.offset <= directory.offset &&
                      entry.size <= directory.offset - entry.offset &&
                      zip::kLocalHeaderSize <= directory.offset - entry.offset - entry.size;
    require(fits, name + " does not fit into the archive");
    total += entry.size;
    require(total <= directory.offset, "the archive's members overlap");
  }
}

void ZipReader::read_directory(std::span<const std::byte> directory) {
  for (Fields fields(directory); !fields.empty();) {
    auto [name, entry] = take_entry(fields);
    require(entries_.emplace(name, entry).second, name + " is there twice");
  }
}

ZipMember ZipReader::open(const std::string& name) {
  const auto entry = entries_.find(name);
  require(entry != entries_.end(), "it holds no " + name);
  file_.clear();
  return {file_, entry->second, name};
}

}  // namespace astonish::internal::model_file
