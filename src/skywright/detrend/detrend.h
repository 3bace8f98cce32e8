/// From a raw exposure to a clean image in electrons, with variance and mask.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/detrend/cosmic_rays.h"
#include "skywright/detrend/overscan.h"
#include "skywright/detrend/raw_exposure.h"
#include "skywright/image/masked_image.h"

namespace skywright::detrend {

/// Calibration frames of one detector, assembled; each may be missing.
struct Masters {
  std::optional<image::MaskedImage> bias;  ///< [electron], after overscan
  std::optional<image::MaskedImage> dark;  ///< [electron/s]
  std::optional<image::MaskedImage> flat;  ///< mean 1 over good pixels, of the exposure's band
  std::optional<image::Image<image::MaskBits>> defects;  ///< BAD where a pixel cannot be trusted
  /// Corrects the response of each amplifier: true signal s(v) = v + sum_k c[k] v^(k+2), v in ADU
  /// above the zero level. Empty: linear.
  std::vector<std::vector<double>> linearity;
  /// ADU in amplifier i per ADU in j, row-major; empty: that of the detector's description.
  std::vector<double> crosstalk;
};

struct DetrendConfig {
  OverscanConfig overscan;
  CosmicRayConfig cosmic_rays;
  bool correct_crosstalk = true;
  int saturation_growth = 1;      ///< [pixel] around saturated pixels that become SAT too
  double suspect_fraction = 0.9;  ///< of saturation, above which a pixel is SUSPECT
  bool interpolate_defects = true;
  double least_flat = 0.05;  ///< pixels with a flat below are BAD
};
void describe(Fields& fields, DetrendConfig& config);

struct AmplifierReport {
  std::string name;
  double bias_level = 0.0;  ///< [ADU]
  double read_noise = 0.0;  ///< [electron] measured in the overscan; as described where none
  int saturated = 0;        ///< pixels at or above saturation, before growth
  int not_finite = 0;
};

struct DetrendResult {
  image::MaskedImage image;  ///< [electron]
  std::vector<AmplifierReport> amplifiers;
  CosmicRayReport cosmic_rays;
  int saturated = 0;     ///< pixels with SAT
  int defective = 0;     ///< pixels with BAD
  int interpolated = 0;  ///< defects replaced, cosmic rays not counted
};

/// Overscan, crosstalk, linearity, gain, bias, dark, flat, defects and cosmic rays, in the order
/// opposite to that in which the camera put them in.
///
/// Variance = read noise^2 + signal [electron^2] (dark current included, never below the read
/// noise), over flat^2, plus the variances of the masters.
/// @throws InputError where raw frame or masters do not fit the detector
DetrendResult detrend(const RawExposure& raw, const instrument::Detector& detector,
                      const Masters& masters, const DetrendConfig& config,
                      const Execution& execution);

}  // namespace skywright::detrend
