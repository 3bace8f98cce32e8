/// The electronic zero level of an amplifier, from pixels that saw no light.
#pragma once

#include <vector>

#include "skywright/base/fields.h"
#include "skywright/image/image.h"
#include "skywright/instrument/instrument.h"

namespace skywright::detrend {

enum class SerialModel {
  none,      ///< leave the level in the pixels
  constant,  ///< one level an amplifier
  per_row,   ///< each row's own clipped mean
  adaptive,  ///< a smooth level; single rows as far as their scatter exceeds the read noise's
};
enum class ParallelModel { none, per_column };

struct OverscanConfig {
  SerialModel serial = SerialModel::adaptive;
  ParallelModel parallel = ParallelModel::none;
  int skip = 5;             ///< leading overscan pixels left out: they hold deferred charge [pixel]
  int smoothing_rows = 65;  ///< window of the smooth level
  double clip = 4.0;        ///< [sigma] about the row's median
};
void describe(Fields& fields, OverscanConfig& config);

/// Zero level of one amplifier [ADU]; subtract row[y] + column[x] from raw pixel (x, y).
struct ZeroLevel {
  std::vector<float> row;     ///< one a raw row
  std::vector<float> column;  ///< one a raw column; all zero without a parallel model
  double level = 0.0;         ///< median of `row`
  double read_noise = 0.0;    ///< measured [ADU]; 0 without a serial overscan
};

/// Measure the zero level of an amplifier.
///
/// The adaptive model shrinks each row's mean towards the smooth level by the share of the
/// scatter that read noise explains (James & Stein 1961), so that a quiet amplifier gets no
/// row-correlated noise and a jumping one is followed.
/// @param raw the amplifier's raw rectangle
/// @param amplifier its sections; those of the raw HDU are shifted to `raw`
ZeroLevel measure_zero_level(image::ImageView<const float> raw,
                             const instrument::Amplifier& amplifier, const OverscanConfig& config);

}  // namespace skywright::detrend
