/// `skywright stack`: images from files onto one grid, averaged, to a file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/stack/stack.h"

namespace skywright::pipelines {

/// A grid named by place and size; what is left out is taken from the images.
struct GridRequest {
  std::string like;             ///< an image whose grid is taken; empty for none
  std::optional<double> ra;     ///< of the middle [deg]
  std::optional<double> dec;    ///< [deg]
  std::optional<int> width;     ///< [pixel]
  std::optional<int> height;    ///< [pixel]
  std::optional<double> scale;  ///< [arcsec]
};

struct StackJob {
  std::vector<std::string> images;  ///< each may name an HDU
  std::filesystem::path out;
  GridRequest grid;
};

struct StackSummary {
  int images = 0;
  int width = 0, height = 0;
  std::size_t covered = 0;  ///< pixels that an input reaches
  std::size_t clipped = 0;  ///< input pixels rejected as outliers
  double median_count = 0.0;
  std::optional<double> zero_point;  ///< of the coadd
  std::vector<std::string> warnings;

  [[nodiscard]] std::string json() const;
  [[nodiscard]] std::string text() const;
};

/// Images with a zero point (MAGZERO) are brought to that of the first. Images without a WCS are
/// refused. The grid: `like`, or a place and size, or that of the first image, without its
/// distortion and wide enough for all.
StackSummary stack_files(const StackJob& job, const stack::StackConfig& config,
                         const Execution& execution);

}  // namespace skywright::pipelines
