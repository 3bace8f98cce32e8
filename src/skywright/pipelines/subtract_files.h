/// `skywright subtract`: two images from files, their difference and its sources to files.
#pragma once

#include <filesystem>
#include <string>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/difference/subtract.h"
#include "skywright/pipelines/foreign_image.h"
#include "skywright/table/table.h"

namespace skywright::pipelines {

enum class WarpReference {
  automatic,  ///< where both have a WCS and the grids differ by more than 0.02 pixel
  never       ///< one grid is taken for granted
};

struct SubtractFilesConfig {
  WarpReference warp = WarpReference::automatic;
  difference::SubtractConfig subtract;
};
void describe(Fields& fields, SubtractFilesConfig& config);

struct SubtractJob {
  ImageFiles science;
  ImageFiles reference;
  std::filesystem::path difference;  ///< IMAGE, VARIANCE, MASK, PSF; empty for none
  std::filesystem::path catalog;     ///< .parquet, .fits or .csv; empty for none
  std::filesystem::path score;       ///< the score image; empty for none
};

/// What the command reports.
struct SubtractSummary {
  int sources = 0;
  int positive = 0;
  int negative = 0;
  int reliable = 0;  ///< reliability of at least 0.5
  bool warped = false;
  bool science_psf_measured = false, reference_psf_measured = false;
  std::size_t science_not_finite = 0, reference_not_finite = 0;
  std::size_t science_bad_noise = 0, reference_bad_noise = 0;
  double science_lag1 = 0.0, reference_lag1 = 0.0;  ///< mean correlation of next neighbours
  double science_variance_scale = 1.0, reference_variance_scale = 1.0;
  difference::SubtractReport report;
  std::vector<std::string> warnings;

  [[nodiscard]] std::string json() const;
  [[nodiscard]] std::string text() const;
};

/// Two images in memory, subtracted.
struct Subtracted {
  Exposure difference;
  image::Image<float> score;  ///< signal-to-noise ratio of a point source centred on each pixel
  table::Table catalog;       ///< a row a source of the difference
  SubtractSummary summary;
};

/// @throws InputError for images of different sizes that have no WCS, or do not overlap
Subtracted subtract_images(OpenedImage science, OpenedImage reference,
                           const SubtractFilesConfig& config, const Execution& execution);

/// Writes what the job names.
void write_subtracted(const SubtractJob& job, const Subtracted& done);

/// PSFs come from files, from the exposure, or are measured on the image's stars.
SubtractSummary subtract_files(const SubtractJob& job, const SubtractFilesConfig& config,
                               const Execution& execution);

}  // namespace skywright::pipelines
