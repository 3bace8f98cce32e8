/// The body of `skywright detect`: the sources of an image in a file.
#pragma once

#include <optional>
#include <string>

#include "skywright/base/execution.h"
#include "skywright/pipelines/detect_image.h"

namespace skywright::pipelines {

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

/// Images of our own (IMAGE, VARIANCE, MASK) bring variance, mask, PSF and noise correlation; of
/// others, the first two-dimensional image of the file is read, or the one that is named, and the
/// noise measured. With a WCS there are columns ra and dec.
/// @throws InputError
DetectInput load_image(const DetectFileInputs& inputs);

/// Weight, mask, PSF and saturation, where `inputs` names them; the header's SATURATE else.
/// @throws InputError
void add_planes(DetectInput& image, const DetectFileInputs& inputs,
                const measure::BackgroundConfig& background, const Execution& execution);

/// @throws StorageError; ConfigError for a catalog whose name says no format
void write_detect_outputs(const DetectFileOutputs& outputs, const DetectInput& input,
                          const Detected& detected, const Execution& execution);

/// All of it, and detect_image between. @throws InputError, StorageError, ConfigError
DetectSummary detect_file(const DetectFileInputs& inputs, const DetectFileOutputs& outputs,
                          const MeasureSettings& settings, const Execution& execution);

}  // namespace skywright::pipelines
