/// The whole simulated sky as a function of seed, place, time and band.
///
///     const SkyModel sky(config);
///     const SkyObjects seen = sky.objects({centre, radius}, exposure.middle(), band);
///
/// Every object is drawn from the stream of its HEALPix cell (order 10), so that overlapping
/// regions hold the same objects however they are asked for, and the same object at another time.
#pragma once

#include <optional>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/ephemeris/observer.h"
#include "skywright/ephemeris/orbit_catalog.h"
#include "skywright/instrument/instrument.h"
#include "skywright/sky/bright_stars.h"
#include "skywright/sky/galaxies.h"
#include "skywright/sky/population.h"
#include "skywright/sky/sky_config.h"
#include "skywright/sky/sky_objects.h"
#include "skywright/table/table.h"
#include "skywright/time/time_scales.h"

namespace skywright::sky {

/// A circle on the sky.
struct Cone {
  sphere::SkyPosition centre;
  sphere::Angle radius;
};

enum class SkyContent {
  everything,
  quiet  ///< no supernovae, nothing moving, variables at their mean: the static sky
};

class SkyModel {
 public:
  /// @param site from which moving objects are seen; without one, from the LSST's
  /// @param orbits of bodies beside the modelled main belt
  /// @param populations of transients and variables beside the modelled ones
  /// @throws ConfigError for a config out of range
  explicit SkyModel(const SkyConfig& config, ephemeris::OrbitCatalog orbits = {},
                    std::optional<ephemeris::Observatory> site = {},
                    std::vector<Population> populations = {});

  /// What stands within the cone at `time`, by kind and cell. Positions are at that time, proper
  /// motion applied; parallax and aberration are not.
  /// @throws Stopped, as do the other two, between one cell of the sky and the next
  [[nodiscard]] SkyObjects objects(const Cone& cone, time::Tai time, const instrument::Band& band,
                                   SkyContent content = SkyContent::everything,
                                   const Execution& execution = Execution()) const;

  /// Stars of the cone at J2000, bright table and model, places without proper motion.
  [[nodiscard]] std::vector<Star> stars(const Cone& cone,
                                        const Execution& execution = Execution()) const;

  /// A catalog such as Gaia's of the stars from `bright` to `faint` in r, with errors of its own:
  /// columns `id ra dec raErr decErr pmRA pmDec epoch {b}_flux {b}_fluxErr`, places at J2016.0.
  /// Errors grow as the star fades: 0.05 mas and 3 mmag at r = 15, about ten times as much at 20.
  [[nodiscard]] table::Table reference_catalog(const Cone& cone, double bright, double faint,
                                               const Execution& execution = Execution()) const;

  [[nodiscard]] const SkyConfig& config() const { return config_; }

 private:
  [[nodiscard]] std::vector<Star> cell_stars(std::int64_t cell) const;
  [[nodiscard]] std::vector<Galaxy> cell_galaxies(std::int64_t cell) const;
  void add_supernovae(SkyObjects& out, std::int64_t cell, const std::vector<Galaxy>& galaxies,
                      double mjd, std::size_t band) const;

  SkyConfig config_;
  ephemeris::OrbitCatalog orbits_;
  std::vector<Population> populations_;
  ephemeris::Observatory site_;
  std::uint64_t seed_;
};

/// HEALPix cells of order 10 that may hold a point of the cone, ascending.
std::vector<std::int64_t> sky_cells(const Cone& cone);

}  // namespace skywright::sky
