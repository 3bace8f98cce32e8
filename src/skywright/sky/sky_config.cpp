#include "skywright/sky/sky_config.h"

namespace skywright::sky {

void describe(Fields& f, TransientsConfig& c) {
  f.number("supernova_rate", c.supernova_rate, "supernovae of type Ia [1/deg2/yr]",
           {.low = 0, .high = 1e8});
  f.number("peak_magnitude_bright", c.peak_magnitude_bright,
           "brightest peak in r, uniform to the faintest; 0: from the host's redshift",
           {.low = 0, .high = 40});
  f.number("peak_magnitude_faint", c.peak_magnitude_faint, "faintest peak in r",
           {.low = 0, .high = 40});
  f.number("variable_star_fraction", c.variable_star_fraction, "part of faint stars that vary",
           {.low = 0, .high = 1});
  f.number("active_nucleus_fraction", c.active_nucleus_fraction,
           "part of galaxies with i < 24.5 that have an active nucleus", {.low = 0, .high = 1});
  f.number("asteroid_density", c.asteroid_density,
           "density of asteroids relative to the main belt's", {.low = 0, .high = 1000});
}

void describe(Fields& f, SkyConfig& c) {
  f.whole("seed", c.seed, "seed of the statistical sky", {.low = 0});
  f.number("galaxy_limit_i", c.galaxy_limit_i, "faintest galaxies [AB]", {.low = 15, .high = 29});
  f.number("star_limit_r", c.star_limit_r, "faintest stars [AB]", {.low = 9, .high = 29});
  f.number("galaxy_density", c.galaxy_density, "density of galaxies relative to published counts",
           {.low = 0, .high = 100});
  f.number("star_density", c.star_density, "density of stars relative to the model of the Galaxy",
           {.low = 0, .high = 100});
  f.flag("bright_stars", c.bright_stars, "draw the real stars brighter than V = 9");
  describe_nested(f, "transients", c.transients, "what changes and moves");
}

}  // namespace skywright::sky
