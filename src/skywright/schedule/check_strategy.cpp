#include <cmath>
#include <set>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/schedule/band_list.h"
#include "skywright/schedule/strategy.h"
#include "skywright/sphere/healpix.h"

namespace skywright::schedule {
namespace {

void check_shape(const std::vector<double>& values, std::size_t bands, const char* key) {
  if (values.size() == 1 || values.size() == bands) return;
  throw ConfigError(fmt::format("visits.{}", key), fmt::format("it has {} values", values.size()),
                    fmt::format("give one, or {}: one a band of the instrument", bands));
}

void check_place(const std::string& what, double dec, const StrategyConfig& strategy,
                 const instrument::Instrument& instrument) {
  const double latitude = instrument.site.latitude.degrees();
  const double lowest = strategy.limits.min_altitude_deg;
  if (rises(dec, latitude, lowest)) return;
  throw ConfigError(
      what,
      fmt::format("at declination {:g} it never stands {:g} degrees high over {} ({:.1f} at most)",
                  dec, lowest, instrument.site.name, 90.0 - std::abs(latitude - dec)),
      fmt::format("choose declinations from {:.1f} to {:.1f}", latitude - 90.0 + lowest,
                  latitude + 90.0 - lowest));
}

void check_bands(const std::vector<std::string>& bands, std::size_t visits, const std::string& what,
                 const instrument::Instrument& instrument) {
  for (const std::string& band : bands) (void)band_index(instrument, band, what);
  if (visits != bands.size())
    throw ConfigError(what, fmt::format("{} bands and {} numbers of visits", bands.size(), visits),
                      "give one number a band");
}

void check_area_survey(const AreaSurvey& survey, const StrategyConfig& strategy,
                       const instrument::Instrument& instrument) {
  const std::string what = fmt::format("survey {}", survey.name);
  if (survey.bands.empty()) throw ConfigError(what, "it has no bands", "name one, as \"r\"");
  for (const std::string& entry : survey.bands) {
    const BandPair pair = band_pair(instrument, entry, what);
    const bool two = survey.kind == AreaKind::pairs || survey.kind == AreaKind::triplets;
    if (two != pair.second.has_value())
      throw ConfigError(what, fmt::format("bands \"{}\" do not fit its kind", entry),
                        two ? "pairs and triplets take two, as \"g+r\"" : "give one band an entry");
  }
  if (survey.max_altitude_deg <= strategy.limits.min_altitude_deg + 2.0 * strategy.limits.pad_deg)
    throw ConfigError(what,
                      fmt::format("max_altitude_deg {:g} leaves no sky above {:g}",
                                  survey.max_altitude_deg, strategy.limits.min_altitude_deg),
                      "raise it");
  if (survey.gap_hours_max < survey.gap_hours_min)
    throw ConfigError(what, "gap_hours_max is below gap_hours_min", "swap them");
  // A field must be about as wide as a pixel, or places between the pixels' fields are lost.
  const double pixel = std::sqrt(41252.96 / (12.0 * strategy.nside * strategy.nside));
  const double field = instrument.telescope.field_of_view.degrees();
  if (field < 0.9 * pixel)
    throw ConfigError(what,
                      fmt::format("the field of view, {:.2f} deg, is smaller than the maps' "
                                  "pixels, {:.2f} deg",
                                  field, pixel),
                      "raise nside, or list the fields under [[queue.target]]");
}

void check_target(const Target& target, const StrategyConfig& strategy,
                  const instrument::Instrument& instrument) {
  const std::string what = fmt::format("target {}", target.name);
  check_place(what, target.dec_deg, strategy, instrument);
  check_bands(target.bands, target.visits.size(), what, instrument);
  if (target.end_mjd <= target.begin_mjd)
    throw ConfigError(what, "end_mjd is not after begin_mjd", "swap them");
}

}  // namespace

bool rises(double dec_deg, double latitude_deg, double altitude_deg) {
  return 90.0 - std::abs(latitude_deg - dec_deg) >= altitude_deg;
}

void check_strategy(const StrategyConfig& strategy, const instrument::Instrument& instrument) {
  check_fields(strategy);
  if (strategy.nside != 16 && strategy.nside != 32 && strategy.nside != 64)
    throw ConfigError(fmt::format("nside={}", strategy.nside), "must be 16, 32 or 64",
                      "32 is the default");
  check_shape(strategy.visits.exposure_s, instrument.bands.size(), "exposure_s");
  check_shape(strategy.visits.exposures, instrument.bands.size(), "exposures");
  for (const double n : strategy.visits.exposures)
    if (n != std::floor(n))
      throw ConfigError(fmt::format("visits.exposures={:g}", n), "must be whole", "give 1 or 2");
  if (strategy.limits.max_altitude_deg <= strategy.limits.min_altitude_deg)
    throw ConfigError("limits.max_altitude_deg", "it is not above min_altitude_deg", "raise it");
  for (const instrument::Band& band : instrument.bands)
    if (band.depth_cm == 0.0)
      throw ConfigError(fmt::format("band {} of {}", band.name, instrument.name),
                        "how deep it sees is not known",
                        "give its zero_point (or throughput) and dark_sky, or depth_cm");
  for (const auto* list : {&strategy.filters.bright, &strategy.filters.dark})
    for (const std::string& band : *list) (void)band_index(instrument, band, "filters");
  validate(strategy.weather);
  validate(strategy.footprint);
  validate(strategy.rolling);
  std::set<std::string> names;
  const auto unique = [&](const std::string& name, const std::string& what) {
    if (name.empty() || !names.insert(name).second)
      throw ConfigError(what, name.empty() ? "it has no name" : "the name is used twice",
                        "give each a name of its own");
  };
  for (const AreaSurvey& survey : strategy.surveys) {
    unique(survey.name, fmt::format("survey {}", survey.name));
    if (survey.name.find(',') != std::string::npos)
      throw ConfigError(fmt::format("survey {}", survey.name), "its name holds a comma",
                        "scheduler_note ends the name there; choose another");
    check_area_survey(survey, strategy, instrument);
  }
  for (const DeepField& field : strategy.deep.fields) {
    const std::string what = fmt::format("deep field {}", field.name);
    unique(field.name, what);
    check_place(what, field.dec_deg, strategy, instrument);
    if (field.partner_ra_deg >= 0.0)
      check_place(what + ", partner", field.partner_dec_deg, strategy, instrument);
    check_bands(field.bands, field.visits.size(), what, instrument);
    (void)band_index(instrument, field.depth_band, what);
  }
  for (const Target& target : strategy.queue.targets) {
    unique(target.name, fmt::format("target {}", target.name));
    check_target(target, strategy, instrument);
  }
  if (strategy.surveys.empty() && strategy.deep.fields.empty() && strategy.queue.targets.empty())
    throw ConfigError(fmt::format("strategy {}", strategy.name), "it has no survey",
                      "add [[survey]], [[deep.field]] or [[queue.target]]");
}

void check_opportunities(const std::vector<Target>& opportunities, const StrategyConfig& strategy,
                         const instrument::Instrument& instrument) {
  for (const Target& target : opportunities) check_target(target, strategy, instrument);
}

}  // namespace skywright::schedule
