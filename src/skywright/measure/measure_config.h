/// All knobs of detection and measurement, with their defaults.
#pragma once

#include <vector>

#include "skywright/base/fields.h"
#include "skywright/image/mask.h"
#include "skywright/measure/background.h"
#include "skywright/measure/deblend.h"
#include "skywright/measure/footprints.h"
#include "skywright/measure/significance.h"

namespace skywright::measure {

/// What the image is convolved with before the threshold.
enum class DetectFilter {
  psf,       ///< the PSF found on the image (first a Gaussian, then the model): the best for stars
  gaussian,  ///< a round Gaussian of `filter_fwhm`
  kernel,    ///< the weights in `filter_kernel`
  none
};

struct DetectConfig {
  double threshold = 5.0;  ///< lowest peak kept [sigma]
  double extent = 2.5;     ///< footprints reach down to this [sigma]; never above `threshold`
  int min_area = 3;        ///< smallest footprint kept [pixel]
  DetectFilter filter = DetectFilter::psf;
  double filter_fwhm = 0.0;           ///< [pixel]; 0 measures it on the image
  std::vector<double> filter_kernel;  ///< square of odd side, row by row, any sum
  NoiseUnit noise_unit = NoiseUnit::filtered;
  Polarity polarity = Polarity::positive;
};
void describe(Fields& fields, DetectConfig& config);

struct PsfConfig {
  int side = 0;           ///< of the model's stamp, odd [pixel]; 0 takes about 9 FWHM
  int degree = 2;         ///< of the polynomial over the field, lowered where stars are few
  double min_snr = 40.0;  ///< of stars that enter; halved twice where they are too few
  int max_stars = 300;    ///< brightest first
  int min_stars = 3;      ///< below it a constant Moffat profile of the width that was seen
};
void describe(Fields& fields, PsfConfig& config);

struct PhotometryConfig {
  std::vector<double> aperture_radii = {3, 5, 6, 9, 12, 17, 25};  ///< [pixel]
  double kron_factor = 2.5;      ///< aperture's semi-major axis [Kron radii]
  double kron_min_radius = 3.5;  ///< smallest aperture [semi-major axes of the matched Gaussian]
  double extended_ratio = 0.04;  ///< extended: larger than the PSF by this share and 3 sigma
};
void describe(Fields& fields, PhotometryConfig& config);

struct MeasureConfig {
  BackgroundConfig background;
  DetectConfig detection;
  DeblendConfig deblend;
  PsfConfig psf;
  PhotometryConfig photometry;
  double gain = 0.0;  ///< electrons per image unit, for the sources' own noise where the image has
                      ///< no variance plane; 0: not known
  double noise_factor =
      1.0;  ///< noise of a flux over that of independent pixels (resampled images)
};
void describe(Fields& fields, MeasureConfig& config);
/// @throws ConfigError: field, value, range
void validate(const MeasureConfig& config);

}  // namespace skywright::measure
