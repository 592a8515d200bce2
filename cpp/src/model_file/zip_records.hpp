// The records of a zip archive that both its reader and its writer name.
#pragma once

#include <cstddef>
#include <cstdint>

namespace astonish::internal::model_file::zip {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kDirectoryEntry = 0x02014b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kLocator64 = 0x07064b50;
constexpr std::uint32_t kEnd = 0x06054b50;

// Without names and extra fields.
constexpr std::size_t kLocalHeaderSize = 30;
constexpr std::size_t kDirectoryEntrySize = 46;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLocator64Size = 20;
constexpr std::size_t kEndSize = 22;

// Stands in a 16- or 32-bit field whose value is in a 64-bit field elsewhere.
constexpr std::uint16_t kIn64Short = 0xFFFF;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;
constexpr std::uint16_t kExtra64 = 1;            // id of the extra field that holds 64-bit fields
constexpr std::uint16_t kExtraPadding = 0xD935;  // and of the one that aligns, as zipalign has it

constexpr std::uint16_t kEncrypted = 1;     // flag
constexpr std::uint16_t kUtf8Name = 0x800;  // flag
constexpr std::uint16_t kStored = 0;        // method

}  // namespace astonish::internal::model_file::zip
