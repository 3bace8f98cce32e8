/// A FITS file opened for reading: its bytes and its checked layout.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "skywright/io/detail/byte_source.h"
#include "skywright/io/detail/fits_structure.h"
#include "skywright/io/fits.h"

namespace skywright::io::detail {

struct FitsFile {
  std::unique_ptr<ByteSource> bytes;
  std::vector<HduLayout> hdus;

  explicit FitsFile(const std::filesystem::path& path)
      : bytes(open_byte_source(path)), hdus(read_structure(*bytes)) {}

  /// The HDU that a selector names; without one the first that `fits` accepts.
  /// @throws InputError listing what is there
  [[nodiscard]] std::size_t selected(const HduSelector& selector,
                                     bool (*fits)(const HduLayout&)) const;
};

/// EXTNAME, empty where there is none.
std::string name_of(const HduLayout& hdu);
bool is_table(const HduLayout& hdu);

}  // namespace skywright::io::detail
