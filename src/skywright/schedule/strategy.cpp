#include "skywright/schedule/strategy.h"

namespace skywright::schedule {

bool counts_for_footprint(const StrategyConfig& strategy, std::string_view note) {
  const std::string_view name = note.substr(0, note.find(','));
  for (const AreaSurvey& survey : strategy.surveys)
    if (survey.name == name) return survey.balance;
  return false;
}

void describe(Fields& f, PointingLimits& c) {
  f.number("min_altitude_deg", c.min_altitude_deg, "lowest altitude of a visit",
           {.low = 5, .high = 85});
  f.number("max_altitude_deg", c.max_altitude_deg,
           "highest altitude of a visit, so that the zenith is avoided", {.low = 10, .high = 90});
  f.number("moon_distance_deg", c.moon_distance_deg, "no visit is made nearer to the Moon",
           {.low = 0, .high = 120});
  f.number("sun_altitude_deg", c.sun_altitude_deg, "no visit is made while the Sun stands higher",
           {.low = -30, .high = -12});
  f.number("cloud", c.cloud, "share of the sky under cloud above which the dome is shut",
           {.low = 0, .high = 1});
  f.number("pad_deg", c.pad_deg, "maps stay so far inside the limits", {.low = 0, .high = 10});
}

void describe(Fields& f, VisitShape& c) {
  f.numbers("exposure_s", c.exposure_s,
            "open-shutter time of a whole visit: one for all bands, or one each", {.above = 0});
  f.numbers("exposures", c.exposures, "exposures a visit: one for all bands, or one each",
            {.low = 1, .high = 100});
}

void describe(Fields& f, FilterRule& c) {
  f.texts("bright", c.bright, "filters mounted while the Moon is bright; empty: all");
  f.texts("dark", c.dark, "filters mounted around new Moon; empty: all");
  f.number("illumination", c.illumination,
           "lit part of the Moon at sunset above which `bright` is mounted", {.low = 0, .high = 1});
}

void describe(Fields& f, DitherConfig& c) {
  f.flag("fields", c.fields, "turn the tessellation at random every night");
  f.number("rotator_range_deg", c.rotator_range_deg, "rotTelPos is drawn within this, every night",
           {.low = 0, .high = 180});
}

void describe(Fields& f, Weights& c) {
  f.number("depth", c.depth,
           "weight of the depth now less that of a dark sky at the best airmass [1/mag]");
  f.number("footprint", c.footprint,
           "weight of the visits that the footprint wants less those made [1/visit]");
  f.number("slew", c.slew, "weight against slew time [1/135 s]");
  f.number("stay", c.stay, "weight of the filter in use");
  f.number("repeat", c.repeat, "weight of places seen within `repeat_hours`; negative keeps away");
  f.number("good_seeing", c.good_seeing,
           "weight of g, r and i under good seeing, three images a season");
  f.number("airmass", c.airmass, "weight against airmass above the best that the place reaches");
  f.number("hour_angle", c.hour_angle, "weight against hours from the meridian [1/h]");
  f.number("repeat_hours", c.repeat_hours, "what `repeat` calls recent [h]", {.low = 0});
  f.number("cloud_shadow", c.cloud_shadow, "weight against places behind a patch of cloud");
  f.number("season", c.season,
           "weight of fewer than three visits in 300 days, rising towards the season's end");
}

void describe(Fields& f, AreaSurvey& c) {
  f.text("name", c.name, "name of the survey, for scheduler_note");
  describe_choice(f, "kind", c.kind, {"singles", "blocks", "pairs", "triplets", "quads"},
                  "how fields are visited");
  f.whole("tier", c.tier, "lower ones are asked first", {.low = 0, .high = 100});
  f.texts("bands", c.bands, "one filter (\"r\") or two (\"g+r\") an entry");
  describe_nested(f, "weights", c.weights, "weights of the basis functions");
  f.number("block_minutes", c.block_minutes, "how long one pass over a block of fields takes",
           {.low = 1, .high = 600});
  f.whole("repeats", c.repeats, "how many passes quads make", {.low = 1, .high = 20});
  f.number("gap_hours_min", c.gap_hours_min, "shortest wait before the third visit of triplets",
           {.low = 0});
  f.number("gap_hours_max", c.gap_hours_max, "longest wait before the third visit of triplets",
           {.low = 0});
  f.number("exposure_s", c.exposure_s, "one exposure of this length; 0: as [visits]", {.low = 0});
  f.number("sun_altitude_min_deg", c.sun_altitude_min_deg,
           "asked only while the Sun stands above this");
  f.number("sun_altitude_max_deg", c.sun_altitude_max_deg,
           "asked only while the Sun stands below this");
  f.number("minutes_before_dawn", c.minutes_before_dawn,
           "asked only so near the end of the night, or while the Sun is above "
           "sun_altitude_min_deg; 0: any time",
           {.low = 0});
  f.number("minutes_after_dusk", c.minutes_after_dusk,
           "asked no earlier after evening's twilight ends", {.low = 0});
  f.number("max_altitude_deg", c.max_altitude_deg, "highest altitude of its visits",
           {.low = 10, .high = 90});
  f.number("airmass_max", c.airmass_max, "highest airmass of its visits", {.above = 1});
  f.number("hour_angle_from_h", c.hour_angle_from_h,
           "begin of the window of hour angles, west positive", {.low = -12, .high = 12});
  f.number("hour_angle_to_h", c.hour_angle_to_h, "end of the window of hour angles, west positive",
           {.low = -12, .high = 12});
  f.number("hour_angle_beyond_h", c.hour_angle_beyond_h,
           "fields are at least so far from the meridian", {.low = 0, .high = 12});
  f.number("elongation_max_deg", c.elongation_max_deg, "farthest that a field lies from the Sun",
           {.low = 0, .high = 180});
  f.number("ecliptic_latitude_max_deg", c.ecliptic_latitude_max_deg,
           "farthest that a field lies from the ecliptic", {.low = 0, .high = 90});
  f.flag("sunward", c.sunward, "fields lie only in the half of the sky where the Sun is");
  f.texts("dark_bands", c.dark_bands, "first filters taken only while the Moon is down");
  f.number("seeing_max_arcsec", c.seeing_max_arcsec, "worst FWHM_eff in the first filter",
           {.above = 0});
  f.whole("visits_wanted", c.visits_wanted,
          "visits with that seeing after which a place is done; 0: any number", {.low = 0});
  f.whole("night_every", c.night_every, "asked only on each n-th night", {.low = 1});
  f.whole("night_offset", c.night_offset, "night from which night_every counts", {.low = 0});
  f.flag("night_skip", c.night_skip, "asked on all nights but those of night_every");
  f.whole("last_night", c.last_night, "night after which it is not asked; 0: to the end",
          {.low = 0});
  f.number("area_deg2", c.area_deg2, "area that must be open around the best place", {.low = 0});
  f.number("reach_deg", c.reach_deg, "a block stays so near its best place",
           {.high = 180, .above = 0});
  f.flag("once_a_night", c.once_a_night, "at most one block a night");
  f.flag("balance", c.balance, "its visits count for the footprint");
}

void describe(Fields& f, DeepField& c) {
  f.text("name", c.name, "name, for target_name");
  f.number("ra_deg", c.ra_deg, "right ascension, ICRS", {.low = 0, .high = 360});
  f.number("dec_deg", c.dec_deg, "declination, ICRS", {.low = -90, .high = 90});
  f.texts("bands", c.bands, "filters, in the order in which they are taken");
  f.numbers("visits", c.visits, "visits of a sequence, one number a filter", {.low = 0});
  f.whole("sequences_a_season", c.sequences_a_season,
          "sequences of a season, spread evenly over it", {.low = 0});
  f.number("share", c.share,
           "share of all visits; no sequence on a night that begins with more. 0: no such limit",
           {.low = 0, .below = 1});
  f.flag("moon_down", c.moon_down, "sequences only while the Moon is down at both their ends");
  f.number("season_gap", c.season_gap, "part of the year left out at each end of a season",
           {.low = 0, .high = 0.5});
  f.number("hour_angle_max_h", c.hour_angle_max_h,
           "farthest from the meridian at the beginning of a sequence", {.high = 12, .above = 0});
  f.number("depth_limit", c.depth_limit,
           "depth that must be reached in depth_band, clear, at a seeing of 0.7 arcsec [mag]");
  f.text("depth_band", c.depth_band, "filter in which depth_limit is asked for");
  f.number("dither_deg", c.dither_deg, "each night's offset lies within this",
           {.low = 0, .high = 10});
  f.number("partner_ra_deg", c.partner_ra_deg,
           "right ascension of a second pointing that alternates; -1: none",
           {.low = -1, .high = 360});
  f.number("partner_dec_deg", c.partner_dec_deg, "declination of the second pointing",
           {.low = -90, .high = 90});
}

void describe(Fields& f, DeepConfig& c) {
  f.whole("tier", c.tier, "lower ones are asked first", {.low = 0, .high = 100});
  f.number("tolerance_minutes", c.tolerance_minutes, "a sequence begins so late at most",
           {.low = 0});
  f.number("respect_minutes", c.respect_minutes, "no block begins so short before a sequence",
           {.low = 0});
  f.number("rotator_range_deg", c.rotator_range_deg, "rotTelPos of a sequence is drawn within this",
           {.low = 0, .high = 180});
  describe_list(f, "field", c.fields, "fields visited in long sequences");
}

void describe(Fields& f, Target& c) {
  f.text("name", c.name, "name, for target_name");
  f.text("program", c.program, "name of the program, for science_program");
  f.number("ra_deg", c.ra_deg, "right ascension, ICRS", {.low = 0, .high = 360});
  f.number("dec_deg", c.dec_deg, "declination, ICRS", {.low = -90, .high = 90});
  f.texts("bands", c.bands, "filters, in the order in which they are taken");
  f.numbers("visits", c.visits, "visits of an epoch, one number a filter", {.low = 1});
  f.number("exposure_s", c.exposure_s, "one exposure of this length; 0: as [visits]", {.low = 0});
  f.whole("epochs", c.epochs, "how many epochs are wanted", {.low = 1});
  f.number("gap_hours", c.gap_hours, "shortest wait from one epoch to the next", {.low = 0});
  f.number("begin_mjd", c.begin_mjd, "first instant at which it may be observed, MJD TAI");
  f.number("end_mjd", c.end_mjd, "last instant at which it may be observed, MJD TAI");
  f.number("priority", c.priority, "rank among targets, larger first", {.above = 0});
  f.number("airmass_max", c.airmass_max, "highest airmass at the beginning of a visit",
           {.above = 1});
  f.number("seeing_max_arcsec", c.seeing_max_arcsec,
           "worst seeing of the atmosphere at 500 nm and the zenith", {.above = 0});
  f.number("moon_illumination_max", c.moon_illumination_max,
           "largest lit part while the Moon is up", {.low = 0, .high = 1});
  f.number("moon_distance_deg", c.moon_distance_deg, "nearest that it may be to the Moon",
           {.low = 0, .high = 180});
  f.number("sun_altitude_max_deg", c.sun_altitude_max_deg, "highest altitude of the Sun",
           {.low = -90, .high = -12});
}

void describe(Fields& f, TargetQueue& c) {
  f.whole("tier", c.tier, "lower ones are asked first", {.low = 0, .high = 100});
  describe_list(f, "target", c.targets, "places with wishes of their own");
}

void describe(Fields& f, TargetList& c) {
  describe_list(f, "target", c.targets, "targets of opportunity");
}

void describe(Fields& f, StrategyConfig& c) {
  f.text("name", c.name, "name of the strategy");
  f.text("instrument", c.instrument, "built-in telescope that it is for, unless one is named");
  f.text("program", c.program, "science_program of visits that have none of their own");
  f.whole("nside", c.nside, "side of the HEALPix maps: 16, 32 or 64", {.low = 16, .high = 64});
  f.number("start_mjd", c.start_mjd,
           "begin of the survey: the night after it is the first, MJD TAI",
           {.low = 51545, .high = 88000});
  describe_nested(f, "limits", c.limits, "where and when the telescope may point");
  describe_nested(f, "visits", c.visits, "how a visit is exposed");
  describe_nested(f, "filters", c.filters, "which filters are mounted");
  describe_nested(f, "footprint", c.footprint, "which part of the sky gets which share of visits");
  describe_nested(f, "rolling", c.rolling, "stripes that take turns");
  describe_nested(f, "dither", c.dither, "small changes from night to night");
  describe_list(f, "survey", c.surveys, "surveys over the footprint");
  describe_nested(f, "deep", c.deep, "deep drilling fields");
  describe_nested(f, "queue", c.queue, "targets with wishes of their own");
  describe_nested(f, "weather", c.weather, "clouds and seeing");
  describe_nested(f, "downtime", c.downtime, "when the telescope is shut");
}

}  // namespace skywright::schedule
