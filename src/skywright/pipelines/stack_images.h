/// Images in memory onto one grid, averaged: what `skywright stack` does between reading and
/// writing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/pipelines/foreign_image.h"
#include "skywright/stack/stack.h"

namespace skywright::pipelines {

/// A grid named by place and size; what is left out is taken from the images.
struct GridRequest {
  std::optional<stack::StackGrid> like;  ///< taken as it is; the rest then says nothing
  std::optional<double> ra;              ///< of the middle [deg]
  std::optional<double> dec;             ///< [deg]
  std::optional<int> width;              ///< [pixel]
  std::optional<int> height;             ///< [pixel]
  std::optional<double> scale;           ///< [arcsec]
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

struct Stacked {
  Exposure coadd;
  image::Image<std::uint16_t> coverage;  ///< images that entered each pixel
  std::vector<double> weights;           ///< one an image, sum 1
  StackSummary summary;
};

/// @throws InputError where the image has no WCS
void require_wcs(const OpenedImage& image);

/// Images with a zero point (MAGZERO) are brought to that of the first. The grid: `like`, or a
/// place and size, or that of the first image, without its distortion and wide enough for all.
/// @throws ConfigError for no images or half a place; InputError for images without WCS, or far
///         apart
Stacked stack_images(std::vector<OpenedImage> images, const GridRequest& grid,
                     const stack::StackConfig& config, const Execution& execution);

}  // namespace skywright::pipelines
