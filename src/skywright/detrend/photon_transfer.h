/// Gain from the noise of a pair of flats.
#pragma once

#include <string>
#include <vector>

#include "skywright/detrend/detrend.h"

namespace skywright::detrend {

struct GainCheck {
  std::string amplifier;
  double level = 0.0;       ///< mean of the two flats [electron, by the described gain]
  double gain = 0.0;        ///< measured [electron/ADU]; NaN where the pair cannot tell
  double gain_err = 0.0;    ///< from the number of pixels [electron/ADU]
  double described = 0.0;   ///< by the instrument [electron/ADU]
  double read_noise = 0.0;  ///< from the overscan [electron]
};

/// Photon transfer (Janesick 2007): the variance of the difference of two flats of one level, less
/// read noise, equals their level where the gain is right. Differences in level are scaled out;
/// fixed patterns cancel. Charge that repels charge correlates neighbours and makes the gain
/// read high by about 1 % at 50,000 electrons; this is not corrected.
/// @throws InputError where the raws do not fit the detector
std::vector<GainCheck> check_gain(const RawExposure& first, const RawExposure& second,
                                  const instrument::Detector& detector, const Masters& masters,
                                  const OverscanConfig& overscan, const Execution& execution);

}  // namespace skywright::detrend
