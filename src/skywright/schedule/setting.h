/// All that stays the same while a survey is planned: instrument, strategy, maps and models.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/ephemeris/observer.h"
#include "skywright/instrument/instrument.h"
#include "skywright/schedule/field_grid.h"
#include "skywright/schedule/sky_pixels.h"
#include "skywright/schedule/slew.h"
#include "skywright/schedule/strategy.h"
#include "skywright/sky/night_sky.h"

namespace skywright::schedule {

struct Setting {
  /// @throws ConfigError as check_strategy
  Setting(const instrument::Instrument& instrument, const StrategyConfig& strategy,
          std::uint64_t seed);

  instrument::Instrument instrument;
  StrategyConfig strategy;
  std::uint64_t seed;
  ephemeris::Observatory observatory;
  SkyPixels pixels;
  FieldGrid grid;
  sky::NightSky night_sky;
  SlewModel slew;
  sphere::Angle field_radius;

  [[nodiscard]] std::size_t bands() const { return instrument.bands.size(); }
  [[nodiscard]] double exposure_s(int band) const;
  [[nodiscard]] int exposures(int band) const;
  /// What a visit takes of a block's time, the slew to it included: exposures, readouts between
  /// them, and 7.5 s (rubin_scheduler's slew_approx) that hold slew and last readout.
  [[nodiscard]] double block_seconds(int band, double exposure_override_s = 0.0) const;
};

}  // namespace skywright::schedule
