/// Charged particles through the sensor, as electrons by pixel.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/base/random_stream.h"

namespace skywright::imagesim {

struct CosmicRayConfig {
  double rate_cm2_s =
      0.05;  ///< tracks [1/cm^2/s]; muons at 2,650 m and the dome's own radioactivity: assumed
  double thickness_um = 100;   ///< of the depleted silicon
  double worm_fraction = 0.2;  ///< of tracks that are slow electrons, which scatter and curl
};

struct Charge {
  int x = 0, y = 0;  ///< pixel of the detector
  float electrons = 0.0F;
};

/// All tracks of one exposure, in order; a pixel may be met several times.
///
/// Muons cross in straight lines, directions as cos^2 of the zenith angle on a sensor that looks
/// up; the loss of each step follows Moyal's approximation of Landau's distribution (1955, Phil.
/// Mag. 46, 263), most probably 72 electrons/um in 100 um, width 4.9 electrons/um (xi of Bichsel
/// 1988, Rev. Mod. Phys. 60, 663). Charge diffuses by up to 0.4 pixel on its way to the gates.
/// @param seconds time over which they gather: exposure and readout
std::vector<Charge> cosmic_rays(const CosmicRayConfig& config, int width, int height,
                                double pixel_um, double seconds, RandomStream random);

}  // namespace skywright::imagesim
