// Writes archives; see zip.hpp.
#include "crc32.hpp"
#include "zip.hpp"
#include "zip_records.hpp"

namespace astonish::internal::model_file {

namespace {

constexpr std::uint16_t kVersion = 45;         // of the format that has 64-bit fields
constexpr std::uint16_t kDate = (1 << 5) | 1;  // 1 January 1980: the same model, the same file
constexpr std::uint16_t kExtraHeader = 2 + 2;
constexpr std::uint16_t kAlignment = 64;  // of members in the file

class Record {
 public:
  template <typename T>
  Record& put(T value) {
    for (std::size_t k = 0; k < sizeof(T); ++k) {
      bytes_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * k)));
    }
    return *this;
  }

  Record& put_text(const std::string& text) {
    for (const char c : text) put(static_cast<std::uint8_t>(c));
    return *this;
  }

  // The fields from "version needed" to "file name length" that local headers and directory have.
  Record& put_common(const std::string& name, const ZipEntry& entry) {
    put(kVersion).put(zip::kUtf8Name).put(zip::kStored);
    put(std::uint16_t{0}).put(kDate);  // midnight
    put(entry.crc).put(zip::kIn64).put(zip::kIn64);
    return put(static_cast<std::uint16_t>(name.size()));
  }

  Record& put_extra64(std::initializer_list<std::uint64_t> values) {
    put(zip::kExtra64).put(static_cast<std::uint16_t>(8 * values.size()));
    for (const std::uint64_t value : values) put(value);
    return *this;
  }

  // What a reader skips: the alignment, and zeros.
  Record& put_padding(std::uint16_t n_zeros) {
    put(zip::kExtraPadding).put(static_cast<std::uint16_t>(2 + n_zeros)).put(kAlignment);
    for (std::uint16_t k = 0; k < n_zeros; ++k) put(std::uint8_t{0});
    return *this;
  }

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

Record local_header(const std::string& name, const ZipEntry& entry) {
  constexpr std::uint16_t least_extra = kExtraHeader + 2 * 8 + kExtraHeader + 2;
  const std::uint64_t least_end = entry.offset + zip::kLocalHeaderSize + name.size() + least_extra;
  const auto n_zeros =
      static_cast<std::uint16_t>((kAlignment - least_end % kAlignment) % kAlignment);
  Record record;
  record.put(zip::kLocalHeader).put_common(name, entry);
  record.put(static_cast<std::uint16_t>(least_extra + n_zeros));
  return record.put_text(name).put_extra64({entry.size, entry.size}).put_padding(n_zeros);
}

Record directory_entry(const std::string& name, const ZipEntry& entry) {
  Record record;
  record.put(zip::kDirectoryEntry).put(kVersion).put_common(name, entry);
  record.put(std::uint16_t{kExtraHeader + 3 * 8});
  record.put(std::uint16_t{0}).put(std::uint16_t{0}).put(std::uint16_t{0});  // comment, disk, kind
  record.put(std::uint32_t{0}).put(zip::kIn64);                              // attributes, offset
  return record.put_text(name).put_extra64({entry.size, entry.size, entry.offset});
}

Record end_records(std::uint64_t n_entries, std::uint64_t offset, std::uint64_t end) {
  constexpr std::uint32_t this_disk = 0;
  Record record;
  record.put(zip::kEnd64).put(std::uint64_t{zip::kEnd64Size - 12});  // without signature and size
  record.put(kVersion).put(kVersion).put(this_disk).put(this_disk);
  record.put(n_entries).put(n_entries).put(end - offset).put(offset);
  record.put(zip::kLocator64).put(this_disk).put(end).put(std::uint32_t{1});  // of one disk
  record.put(zip::kEnd).put(this_disk);  // two fields of 16 bits
  record.put(zip::kIn64Short).put(zip::kIn64Short).put(zip::kIn64).put(zip::kIn64);
  return record.put(std::uint16_t{0});  // comment
}

}  // namespace

void ZipWriter::add(const std::string& name,
                    std::initializer_list<std::span<const std::byte>> parts) {
  ZipEntry entry{written_, 0, 0};
  for (const auto part : parts) {
    entry.size += part.size();
    entry.crc = crc32(entry.crc, part);
  }
  write(local_header(name, entry).bytes());
  for (const auto part : parts) write(part);
  entries_.emplace_back(name, entry);
}

void ZipWriter::finish() {
  const std::uint64_t offset = written_;
  for (const auto& [name, entry] : entries_) write(directory_entry(name, entry).bytes());
  write(end_records(entries_.size(), offset, written_).bytes());
}

void ZipWriter::write(std::span<const std::byte> bytes) {
  out_.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  written_ += bytes.size();
}

}  // namespace astonish::internal::model_file
