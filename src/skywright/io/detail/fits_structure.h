/// The layout of a FITS file: every header found, every size checked against the file's length, so
/// that whoever reads data afterwards can trust the numbers.
///
/// FITS 4.0 (IAU FITS Working Group 2018), sections 3, 4.4, 7 and 10.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/header/header.h"
#include "skywright/io/detail/byte_source.h"

namespace skywright::io::detail {

inline constexpr std::uint64_t kBlock = 2880;

enum class HduType { image, random_groups, binary_table, ascii_table, other };

/// One field of a table's row.
struct ColumnLayout {
  std::string name;
  char type = 0;              ///< letter of TFORM; for ASCII tables A, I, F, E or D
  std::int64_t repeat = 1;    ///< for ASCII tables, characters
  char element = 0;           ///< of a variable-length array (type P or Q); else 0
  std::int64_t offset = 0;    ///< of the field in the row [byte]
  std::int64_t width = 0;     ///< of the field [byte]
  std::int64_t decimals = 0;  ///< of an ASCII real: implied decimals where no point is written
};

struct HduLayout {
  HduType type = HduType::image;
  header::Header header;
  std::uint64_t data_offset = 0;
  std::uint64_t data_size = 0;     ///< without padding
  int bitpix = 0;                  ///< of an image, ZBITPIX of a compressed one
  std::vector<std::int64_t> axes;  ///< of an image, ZNAXISn of a compressed one
  bool compressed = false;
  std::int64_t row_size = 0;  ///< of a table [byte]
  std::int64_t rows = 0;
  std::int64_t heap_offset = 0;  ///< from data_offset
  std::int64_t heap_size = 0;
  std::vector<ColumnLayout> columns;

  [[nodiscard]] const ColumnLayout* column(std::string_view name) const;
};

/// Bytes of a value of this letter in a binary table; 0 for a letter that is none.
int element_size(char type);

/// @throws InputError naming the HDU and what is wrong
std::vector<HduLayout> read_structure(const ByteSource& file);

}  // namespace skywright::io::detail
