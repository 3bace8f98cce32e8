/// What a survey wants, as a scientist writes it in a TOML file: limits, filters, footprint,
/// surveys with their weights.
///
///     StrategyConfig strategy = built_in_strategy("lsst-baseline");
///     config::read_toml(strategy, text, "mine.toml");
///     check_strategy(strategy, instrument);      // refuses what can never be observed
///
/// Defaults are those of LSST's baseline as its documents and rubin_scheduler's settings give them
/// (PSTN-051, PSTN-055; docs/guides/planning.md names the source of each weight).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skywright/base/fields.h"
#include "skywright/instrument/instrument.h"
#include "skywright/schedule/downtime.h"
#include "skywright/schedule/footprint_config.h"
#include "skywright/schedule/rolling_cadence.h"
#include "skywright/schedule/weather.h"

namespace skywright::schedule {

/// Where the telescope may point, and when the dome may be open.
struct PointingLimits {
  double min_altitude_deg = 20.0;
  double max_altitude_deg = 86.5;  ///< avoidance of the zenith
  double moon_distance_deg = 30.0;
  double sun_altitude_deg = -12.0;  ///< no visit while the Sun stands higher
  double cloud = 0.3;               ///< share of the sky; closed above
  double pad_deg = 2.0;             ///< maps stay so far inside the limits
};

/// How a visit is exposed: one value for all bands, or one for each in the instrument's order.
struct VisitShape {
  std::vector<double> exposure_s = {30.0};  ///< of the whole visit
  std::vector<double> exposures = {1.0};
};

/// Which filters are in the changer; empty lists: all.
struct FilterRule {
  std::vector<std::string> bright = {"g", "r", "i", "z", "y"};
  std::vector<std::string> dark = {"u", "g", "r", "i", "z"};
  double illumination = 0.4;  ///< of the Moon at sunset; `bright` above
};

struct DitherConfig {
  bool fields = true;               ///< the tessellation is turned at random every night
  double rotator_range_deg = 80.0;  ///< rotTelPos is drawn within it every night
};

/// Weights of the basis functions; docs/guides/planning.md tells what each does.
struct Weights {
  double depth = 6.0;        ///< five-sigma depth now less that in the dark at best [mag]
  double footprint = 1.5;    ///< visits that the footprint wants less those made
  double slew = 3.0;         ///< slew time [135 s], counts against
  double stay = 3.0;         ///< no filter change
  double repeat = -20.0;     ///< seen within the last `repeat_hours`
  double good_seeing = 3.0;  ///< fewer than three sharp images this season
  double airmass = 0.0;      ///< airmass less the best, counts against
  double hour_angle = 0.0;   ///< hours from the meridian, counts against
  double repeat_hours = 3.0;
  double cloud_shadow = 10.0;  ///< behind a patch of cloud, counts against
  double season = 0.0;  ///< fewer than three visits in 300 days, rising towards the season's end
};

enum class AreaKind {
  singles,   ///< the best field, visit by visit
  blocks,    ///< neighbouring fields, once each
  pairs,     ///< neighbouring fields, twice, in one or two bands
  triplets,  ///< as pairs, and a third time hours later
  quads,     ///< as blocks, four times (`repeats`) each
};

/// A survey over the footprint.
struct AreaSurvey {
  std::string name = "pairs";
  AreaKind kind = AreaKind::pairs;
  int tier = 4;  ///< lower ones are asked first
  std::vector<std::string> bands = {"u+g", "u+r", "g+r", "r+i", "i+z", "z+y", "y+y"};
  Weights weights;
  double block_minutes = 33.0;        ///< how long one pass takes
  int repeats = 4;                    ///< of quads
  double gap_hours_min = 2.0;         ///< of triplets: before the third visit ...
  double gap_hours_max = 7.0;         ///< ... and at most
  double exposure_s = 0.0;            ///< 0: as [visits]; else one exposure of this length
  double sun_altitude_min_deg = -90;  ///< asked only while the Sun stands between these
  double sun_altitude_max_deg = -18;
  double minutes_before_dawn = 0.0;  ///< 0: any time; else only so near the end of the night
  double minutes_after_dusk = 0.0;   ///< not earlier after the Sun passes -18 degrees
  double max_altitude_deg = 76.0;    ///< avoids long moves of the dome near the zenith
  double airmass_max = 10.0;
  double hour_angle_from_h = -12.0;  ///< window of hour angles, west positive
  double hour_angle_to_h = 12.0;
  double hour_angle_beyond_h = 0.0;  ///< only fields at least so far from the meridian
  double elongation_max_deg = 180.0;
  double ecliptic_latitude_max_deg = 90.0;
  bool sunward = false;                 ///< only in the half of the sky where the Sun is
  std::vector<std::string> dark_bands;  ///< first bands taken only while the Moon is down
  double seeing_max_arcsec = 100.0;     ///< FWHM_eff, in the first band
  int visits_wanted = 0;                ///< 0: any number; else with that seeing, then done
  int night_every = 1;                  ///< only each n-th night ...
  int night_offset = 0;                 ///< ... counted from this one
  bool night_skip = false;              ///< on all others instead
  int last_night = 0;                   ///< 0: to the end
  double area_deg2 = 0.0;               ///< wanted around the best place
  double reach_deg = 40.0;              ///< a block stays so near its best place
  bool once_a_night = false;
  bool balance = true;  ///< counts for the footprint
};

/// A field that is visited in long sequences, planned ahead.
struct DeepField {
  std::string name;
  double ra_deg = 0.0;
  double dec_deg = 0.0;
  std::vector<std::string> bands = {"u", "g", "r", "i", "z", "y"};
  std::vector<double> visits = {8, 10, 20, 20, 24, 18};  ///< of a sequence, one number a band
  int sequences_a_season = 30;
  double share = 0.0;  ///< of all visits; none begins on a night while the field has more. 0: any
  bool moon_down = false;   ///< sequences begin and end while the Moon is
  double season_gap = 0.2;  ///< of the year at each end of a season, not observed
  double hour_angle_max_h = 3.0;
  double depth_limit = 23.5;  ///< in `depth_band` at 0.7 arcsec seeing, clear
  std::string depth_band = "g";
  double dither_deg = 0.7;       ///< of each night, at random within
  double partner_ra_deg = -1.0;  ///< a second pointing, alternating visits; < 0: none
  double partner_dec_deg = 0.0;
};

struct DeepConfig {
  int tier = 1;
  double tolerance_minutes = 30.0;  ///< begins so late at most
  double respect_minutes = 45.0;    ///< blocks do not begin so short before
  double rotator_range_deg = 75.0;
  std::vector<DeepField> fields;
};

/// A place with its own wishes: of a programme, or a target of opportunity.
struct Target {
  std::string name;
  std::string program = "target";
  double ra_deg = 0.0;
  double dec_deg = 0.0;
  std::vector<std::string> bands = {"r"};
  std::vector<double> visits = {1};  ///< of an epoch, one number a band
  double exposure_s = 0.0;           ///< 0: as [visits]
  int epochs = 1;
  double gap_hours = 24.0;  ///< from one epoch to the next, at least
  double begin_mjd = 0.0;   ///< TAI
  double end_mjd = 1e6;
  double priority = 1.0;
  double airmass_max = 2.5;
  double seeing_max_arcsec = 100.0;    ///< of the atmosphere, 500 nm, zenith
  double moon_illumination_max = 1.0;  ///< while the Moon is up
  double moon_distance_deg = 30.0;
  double sun_altitude_max_deg = -12.0;
};

struct TargetQueue {
  int tier = 5;
  std::vector<Target> targets;
};

struct StrategyConfig {
  std::string name = "survey";
  std::string instrument = "lsst";  ///< built-in telescope that it is for
  std::string program = "SURVEY";   ///< science_program of what has none of its own
  int nside = 32;                   ///< of the maps: 16, 32 or 64
  double start_mjd = 60796.0;       ///< TAI; the night after it is the first
  PointingLimits limits;
  VisitShape visits;
  FilterRule filters;
  FootprintConfig footprint;
  RollingConfig rolling;
  DitherConfig dither;
  std::vector<AreaSurvey> surveys;
  DeepConfig deep;
  TargetQueue queue;
  WeatherConfig weather;
  DowntimeConfig downtime;
};

void describe(Fields& fields, Weights& value);
void describe(Fields& fields, AreaSurvey& value);
void describe(Fields& fields, DeepField& value);
void describe(Fields& fields, Target& value);
void describe(Fields& fields, StrategyConfig& value);

/// Targets of opportunity as their file lists them: [[target]] tables of the keys of `Target`.
struct TargetList {
  std::vector<Target> targets;
};
void describe(Fields& fields, TargetList& value);

/// Names of the strategies that come with the program.
std::vector<std::string> built_in_strategies();
/// The text of one. @throws ConfigError that lists those that exist
std::string_view built_in_strategy_text(std::string_view name);
StrategyConfig built_in_strategy(std::string_view name);

/// What ranges alone cannot tell: bands that the instrument has, fields and targets that rise above
/// the lowest altitude, maps fine enough for the field of view, at least one survey.
/// @throws ConfigError naming the survey, field or key
void check_strategy(const StrategyConfig& strategy, const instrument::Instrument& instrument);
/// The same of targets of opportunity.
void check_opportunities(const std::vector<Target>& opportunities, const StrategyConfig& strategy,
                         const instrument::Instrument& instrument);

/// Whether a visit of that scheduler_note counts for the footprint: those of surveys over it do,
/// where their `balance` says so; deep fields and targets do not.
bool counts_for_footprint(const StrategyConfig& strategy, std::string_view note);

/// Whether a place ever stands above `altitude_deg` at a latitude.
bool rises(double dec_deg, double latitude_deg, double altitude_deg);

}  // namespace skywright::schedule
