#include "skywright/schedule/setting.h"

#include <bit>

namespace skywright::schedule {
namespace {

constexpr double kSlewEstimate = 7.5;  ///< [s]

const StrategyConfig& checked(const StrategyConfig& strategy,
                              const instrument::Instrument& instrument) {
  check_strategy(strategy, instrument);
  return strategy;
}

double of_band(const std::vector<double>& values, int band) {
  return values.size() == 1 ? values.front() : values[static_cast<std::size_t>(band)];
}

}  // namespace

Setting::Setting(const instrument::Instrument& instrument_in, const StrategyConfig& strategy_in,
                 std::uint64_t seed_in)
    : instrument(instrument_in),
      strategy(checked(strategy_in, instrument_in)),
      seed(seed_in),
      observatory{instrument.site.latitude, instrument.site.longitude, instrument.site.height_m},
      pixels(std::countr_zero(static_cast<unsigned>(strategy.nside))),
      grid(
          sphere::Angle::from_degrees(std::max(0.5, instrument.telescope.field_of_view.degrees()))),
      night_sky(instrument.bands, instrument.site.height_m),
      slew(instrument.kinematics),
      field_radius(0.5 * instrument.telescope.field_of_view) {}

double Setting::exposure_s(int band) const { return of_band(strategy.visits.exposure_s, band); }

int Setting::exposures(int band) const {
  return static_cast<int>(of_band(strategy.visits.exposures, band));
}

double Setting::block_seconds(int band, double exposure_override_s) const {
  if (exposure_override_s > 0.0) return exposure_override_s + kSlewEstimate;
  return exposure_s(band) + (exposures(band) - 1) * instrument.camera.readout_s + kSlewEstimate;
}

}  // namespace skywright::schedule
