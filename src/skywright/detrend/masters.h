/// Building the calibration masters of a detector from its raw bias, dark and flat exposures.
#pragma once

#include "skywright/detrend/detrend.h"

namespace skywright::detrend {

struct MasterConfig {
  OverscanConfig overscan;
  bool correct_crosstalk = true;
  double clip = 5.0;          ///< a value that far from the median of the first frames is left out
                              ///< [sigma of the noise model]
  int median_frames = 5;      ///< frames whose median tells outliers; they are held in memory
  double flat_low = 0.8;      ///< response below this share of its surroundings: dead
  double flat_high = 1.2;     ///< response above this share of its surroundings: bad
  double hot_rate = 1.0;      ///< dark current above the surroundings' [electron/s]: hot
  double column_share = 0.3;  ///< of an amplifier's column flagged, above which all of it is
};
void describe(Fields& fields, MasterConfig& config);

struct MasterFrame {
  image::MaskedImage image;  ///< mean; variance is that of the mean
  int frames = 0;
  std::int64_t rejected = 0;  ///< single values left out as outliers (cosmic rays)
  /// Scatter of the last frame about the mean over what the noise model says; 1 where gain and
  /// read noise are right.
  double noise_ratio = 0.0;
};

/// Mean of bias exposures after overscan [electron].
///
/// All three masters are clipped means: a value is left out where it differs from the median of the
/// first few frames by more than `clip` sigma of the noise model, so that each frame is read once
/// and memory does not grow with their number.
/// @throws InputError where there is no exposure or one does not fit the detector
MasterFrame build_bias(const RawSource& raws, std::size_t count,
                       const instrument::Detector& detector, const MasterConfig& config,
                       const Execution& execution);
/// Mean dark current [electron/s], weighted by exposure time. @param masters bias is used
/// @throws InputError also for an exposure time of zero
MasterFrame build_dark(const RawSource& raws, std::size_t count,
                       const instrument::Detector& detector, const Masters& masters,
                       const MasterConfig& config, const Execution& execution);
/// Mean of flats, each over its own median level, weighted by that level; scaled to mean 1.
/// @param masters bias and dark are used
/// @throws InputError also for a flat without light
MasterFrame build_flat(const RawSource& raws, std::size_t count,
                       const instrument::Detector& detector, const Masters& masters,
                       const MasterConfig& config, const Execution& execution);

struct DefectMap {
  image::Image<image::MaskBits> mask;  ///< BAD or 0
  int dead = 0;
  int hot = 0;
  int columns = 0;  ///< amplifier columns flagged whole
};
/// Dead, bright and hot pixels and bad columns. @param masters dark and flat are used, both
/// optional
DefectMap find_defects(const Masters& masters, const instrument::Detector& detector,
                       const MasterConfig& config, const Execution& execution);

}  // namespace skywright::detrend
