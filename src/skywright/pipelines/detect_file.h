/// The body of `skywright detect`: the sources of an image in a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/measure/measure_config.h"

namespace skywright::pipelines {

/// What the pixels of a weight image say.
enum class WeightType {
  variance,  ///< variance of a pixel [image unit^2]
  weight,    ///< proportional to 1 / variance; scaled by the background's noise
  rms        ///< standard deviation of a pixel [image unit]
};

/// Paths are plain, or name a unit of a file: image.fits[2], image.fits[SCI].
struct DetectFileInputs {
  std::string image;
  std::string weight;  ///< empty for none; pixels of no or negative weight do not count
  WeightType weight_type = WeightType::variance;
  std::string mask;                  ///< empty for none; pixels that are not zero do not count
  std::string psf;                   ///< a model to use instead of finding one; empty for none
  std::optional<double> saturation;  ///< [image unit]; none takes the header's SATURATE, if any
};

/// Empty paths are not written.
struct DetectFileOutputs {
  std::string catalog;     ///< .fits, .parquet or .csv
  std::string psf;         ///< FITS, as read_psf reads it
  std::string background;  ///< FITS image
  std::string plot;        ///< PNG of the image with its sources
};

struct DetectSummary {
  std::size_t sources = 0;
  std::size_t blended = 0;
  std::size_t flagged = 0;  ///< with a pixel flag or a failed measurement
  int psf_stars = 0;        ///< 0: too few were there, and a Moffat profile was taken
  double psf_fwhm = 0.0;    ///< at the image's middle [pixel]
  double background = 0.0;  ///< median [image unit]
  double noise = 0.0;       ///< of a pixel [image unit]
  std::vector<std::string> warnings;
};

/// Images of our own (IMAGE, VARIANCE, MASK) bring variance, mask, PSF and noise correlation; of
/// others, the first two-dimensional image of the file is read, or the one that is named, and the
/// noise measured. With a WCS there are columns ra and dec.
/// @throws InputError, StorageError, ConfigError
DetectSummary detect_file(const DetectFileInputs& inputs, const DetectFileOutputs& outputs,
                          const measure::MeasureConfig& config, const Execution& execution);

}  // namespace skywright::pipelines
