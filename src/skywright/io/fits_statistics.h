/// What a FITS file holds, HDU by HDU, with numbers by which two readers can be compared.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "skywright/io/fits.h"

namespace skywright::io {

/// Sums in double, in the order of the pixels; NaN and infinite values are counted, not summed.
struct ValueStatistics {
  std::int64_t finite = 0;
  std::int64_t not_finite = 0;
  double sum = 0.0;
  double least = 0.0;  ///< of the finite values; 0 where there is none
  double most = 0.0;
  [[nodiscard]] double mean() const { return finite > 0 ? sum / static_cast<double>(finite) : 0.0; }
};

struct ColumnStatistics {
  std::string name;
  std::string unit;
  std::string type;        ///< float64, float32, int64, int32, bool or text
  ValueStatistics values;  ///< for text: of the lengths
};

struct HduStatistics {
  HduSummary summary;
  bool has_values = false;  ///< a two-dimensional image that could be read
  ValueStatistics values;
  std::vector<ColumnStatistics> columns;  ///< of a table
  /// Why its content could not be read although it is an image of two axes or a table; else empty.
  std::string problem;
};

/// @throws InputError where the file's structure makes no sense
std::vector<HduStatistics> fits_statistics(const std::filesystem::path& path);

/// As a table for people, and as one JSON object.
std::string statistics_text(const std::vector<HduStatistics>& hdus);
std::string statistics_json(const std::vector<HduStatistics>& hdus);

}  // namespace skywright::io
