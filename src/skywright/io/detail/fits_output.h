/// HDUs as bytes: header, data, padding, and the checksums of both.
///
/// Checksums: FITS 4.0, section 4.4.2.7 and appendix J (Seaman, Pence & Rots).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "skywright/header/header.h"
#include "skywright/io/detail/output_file.h"

namespace skywright::io::detail {

/// Ones' complement sum of big-endian 32-bit words.
class Checksum {
 public:
  /// @pre size is a multiple of 4
  void add(const void* bytes, std::size_t size);
  void add_words(std::uint64_t sum);
  [[nodiscard]] std::uint32_t value() const;

 private:
  std::uint64_t sum_ = 0;
};

/// The 16 characters of a CHECKSUM card for which header and data sum to all ones.
std::string encoded_checksum(std::uint32_t sum);

/// Writes one HDU. Data come after the header and are summed as they pass; the two checksum cards
/// are filled in at the end.
class HduOutput {
 public:
  /// @param structure the records of the mandatory cards, as text; the user's cards follow
  HduOutput(ByteSink& sink, const std::string& structure, const std::string& cards);
  void append(const void* bytes, std::size_t size);
  /// As above for bytes whose words sum to `sum`.
  void append_summed(const void* bytes, std::size_t size, std::uint64_t sum);
  /// Pad with `fill` and set the checksums.
  void finish(char fill = '\0');

 private:
  ByteSink& sink_;
  std::uint64_t header_offset_ = 0;
  std::string header_;
  std::size_t checksum_card_ = 0;
  std::uint64_t data_size_ = 0;
  Checksum data_sum_;
};

/// One record of a mandatory card.
std::string record_of(std::string_view keyword, header::Value value, std::string_view comment = {});

}  // namespace skywright::io::detail
