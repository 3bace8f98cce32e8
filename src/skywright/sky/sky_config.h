/// What the simulated sky holds.
#pragma once

#include "skywright/base/fields.h"

namespace skywright::sky {

struct TransientsConfig {
  /// Supernovae of type Ia [1/deg2/yr]: 2.27e-5 (1 + z)^1.7 /yr/Mpc3 (Frohmaier et al. 2019, MNRAS
  /// 486, 2308) over the volume to z = 1.5, where hosts end, in our time (120 to z = 1). Those of
  /// massive stars are not drawn.
  double supernova_rate = 312.0;
  /// Peak magnitudes in r, uniform between these instead of from the host's redshift; 0: physical.
  double peak_magnitude_bright = 0.0;
  double peak_magnitude_faint = 0.0;
  double variable_star_fraction = 0.01;    ///< of stars fainter than the bright-star table; assumed
  double active_nucleus_fraction = 0.015;  ///< of galaxies with i < 24.5; assumed
  double asteroid_density = 1.0;           ///< relative to the main belt's
};
void describe(Fields& fields, TransientsConfig& config);

struct SkyConfig {
  int seed = 1;
  double galaxy_limit_i = 26.5;  ///< faintest galaxies [AB]
  double star_limit_r = 27.0;    ///< faintest stars [AB]
  double galaxy_density = 1.0;   ///< relative to published counts
  double star_density = 1.0;     ///< relative to the model of the Galaxy
  bool bright_stars = true;      ///< the real stars brighter than V = 9
  TransientsConfig transients;
};
void describe(Fields& fields, SkyConfig& config);

}  // namespace skywright::sky
