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
  f.number("max_altitude_deg", c.max_altitude_deg, "highest, so that the zenith is avoided",
           {.low = 10, .high = 90});
  f.number("moon_distance_deg", c.moon_distance_deg, "no visit nearer to the Moon",
           {.low = 0, .high = 120});
  f.number("sun_altitude_deg", c.sun_altitude_deg, "no visit while the Sun stands higher",
           {.low = -30, .high = -12});
  f.number("cloud", c.cloud, "closed above this share of cloud", {.low = 0, .high = 1});
  f.number("pad_deg", c.pad_deg, "maps stay so far inside the limits", {.low = 0, .high = 10});
}

void describe(Fields& f, VisitShape& c) {
  f.numbers("exposure_s", c.exposure_s, "of a whole visit: one for all bands, or one each",
            {.above = 0});
  f.numbers("exposures", c.exposures, "exposures a visit: one for all bands, or one each",
            {.low = 1, .high = 100});
}

void describe(Fields& f, FilterRule& c) {
  f.texts("bright", c.bright, "filters mounted while the Moon is bright; empty: all");
  f.texts("dark", c.dark, "filters mounted around new Moon; empty: all");
  f.number("illumination", c.illumination, "of the Moon at sunset; `bright` above",
           {.low = 0, .high = 1});
}

void describe(Fields& f, DitherConfig& c) {
  f.flag("fields", c.fields, "turn the tessellation at random every night");
  f.number("rotator_range_deg", c.rotator_range_deg, "rotTelPos is drawn within, every night",
           {.low = 0, .high = 180});
}

void describe(Fields& f, Weights& c) {
  f.number("depth", c.depth, "depth now less that of a dark sky at the best airmass [1/mag]");
  f.number("footprint", c.footprint, "visits that the footprint wants less those made [1/visit]");
  f.number("slew", c.slew, "against slew time [1/135 s]");
  f.number("stay", c.stay, "for the filter in use");
  f.number("repeat", c.repeat, "for places seen within `repeat_hours`; negative keeps away");
  f.number("good_seeing", c.good_seeing, "for g, r, i under good seeing, three a season");
  f.number("airmass", c.airmass, "against airmass above the best that the place reaches");
  f.number("hour_angle", c.hour_angle, "against hours from the meridian [1/h]");
  f.number("repeat_hours", c.repeat_hours, "what `repeat` calls recent [h]", {.low = 0});
  f.number("cloud_shadow", c.cloud_shadow, "against places behind a patch of cloud");
  f.number("season", c.season,
           "for fewer than three visits in 300 days, rising towards the season's end");
}

void describe(Fields& f, AreaSurvey& c) {
  f.text("name", c.name, "for scheduler_note");
  describe_choice(f, "kind", c.kind, {"singles", "blocks", "pairs", "triplets", "quads"},
                  "how fields are visited");
  f.whole("tier", c.tier, "lower ones are asked first", {.low = 0, .high = 100});
  f.texts("bands", c.bands, "one filter (\"r\") or two (\"g+r\") an entry");
  describe_nested(f, "weights", c.weights, "of the basis functions");
  f.number("block_minutes", c.block_minutes, "one pass over a block of fields",
           {.low = 1, .high = 600});
  f.whole("repeats", c.repeats, "passes of quads", {.low = 1, .high = 20});
  f.number("gap_hours_min", c.gap_hours_min, "before the third visit of triplets", {.low = 0});
  f.number("gap_hours_max", c.gap_hours_max, "and at most", {.low = 0});
  f.number("exposure_s", c.exposure_s, "one exposure of this length; 0: as [visits]", {.low = 0});
  f.number("sun_altitude_min_deg", c.sun_altitude_min_deg, "only while the Sun stands above");
  f.number("sun_altitude_max_deg", c.sun_altitude_max_deg, "and below");
  f.number("minutes_before_dawn", c.minutes_before_dawn,
           "only so near the end of the night, or above sun_altitude_min_deg; 0: any time",
           {.low = 0});
  f.number("minutes_after_dusk", c.minutes_after_dusk, "not earlier after evening's twilight ends",
           {.low = 0});
  f.number("max_altitude_deg", c.max_altitude_deg, "highest altitude", {.low = 10, .high = 90});
  f.number("airmass_max", c.airmass_max, "highest airmass", {.above = 1});
  f.number("hour_angle_from_h", c.hour_angle_from_h, "window of hour angles, west positive",
           {.low = -12, .high = 12});
  f.number("hour_angle_to_h", c.hour_angle_to_h, "its end", {.low = -12, .high = 12});
  f.number("hour_angle_beyond_h", c.hour_angle_beyond_h,
           "only fields at least so far from the meridian", {.low = 0, .high = 12});
  f.number("elongation_max_deg", c.elongation_max_deg, "farthest from the Sun",
           {.low = 0, .high = 180});
  f.number("ecliptic_latitude_max_deg", c.ecliptic_latitude_max_deg, "farthest from the ecliptic",
           {.low = 0, .high = 90});
  f.flag("sunward", c.sunward, "only in the half of the sky where the Sun is");
  f.texts("dark_bands", c.dark_bands, "first filters taken only while the Moon is down");
  f.number("seeing_max_arcsec", c.seeing_max_arcsec, "FWHM_eff in the first filter", {.above = 0});
  f.whole("visits_wanted", c.visits_wanted, "with that seeing, then a place is done; 0: any number",
          {.low = 0});
  f.whole("night_every", c.night_every, "only each n-th night", {.low = 1});
  f.whole("night_offset", c.night_offset, "counted from this night", {.low = 0});
  f.flag("night_skip", c.night_skip, "on all other nights instead");
  f.whole("last_night", c.last_night, "0: to the end", {.low = 0});
  f.number("area_deg2", c.area_deg2, "must be open around the best place", {.low = 0});
  f.number("reach_deg", c.reach_deg, "a block stays so near its best place",
           {.high = 180, .above = 0});
  f.flag("once_a_night", c.once_a_night, "one block a night");
  f.flag("balance", c.balance, "counts for the footprint");
}

void describe(Fields& f, DeepField& c) {
  f.text("name", c.name, "for target_name");
  f.number("ra_deg", c.ra_deg, "ICRS", {.low = 0, .high = 360});
  f.number("dec_deg", c.dec_deg, "ICRS", {.low = -90, .high = 90});
  f.texts("bands", c.bands, "in the order in which they are taken");
  f.numbers("visits", c.visits, "of a sequence, one number a filter", {.low = 0});
  f.whole("sequences_a_season", c.sequences_a_season, "spread evenly over it", {.low = 0});
  f.number("share", c.share,
           "of all visits; no sequence on a night that begins with more. 0: no such limit",
           {.low = 0, .below = 1});
  f.flag("moon_down", c.moon_down, "while the Moon is down at both ends of a sequence");
  f.number("season_gap", c.season_gap, "of the year, left out at each end of a season",
           {.low = 0, .high = 0.5});
  f.number("hour_angle_max_h", c.hour_angle_max_h, "at the beginning of a sequence",
           {.high = 12, .above = 0});
  f.number("depth_limit", c.depth_limit, "in depth_band, clear, seeing 0.7 arcsec [mag]");
  f.text("depth_band", c.depth_band, "where depth_limit is asked for");
  f.number("dither_deg", c.dither_deg, "each night's offset is within", {.low = 0, .high = 10});
  f.number("partner_ra_deg", c.partner_ra_deg, "second pointing that alternates; -1: none",
           {.low = -1, .high = 360});
  f.number("partner_dec_deg", c.partner_dec_deg, "ICRS", {.low = -90, .high = 90});
}

void describe(Fields& f, DeepConfig& c) {
  f.whole("tier", c.tier, "lower ones are asked first", {.low = 0, .high = 100});
  f.number("tolerance_minutes", c.tolerance_minutes, "a sequence begins so late at most",
           {.low = 0});
  f.number("respect_minutes", c.respect_minutes, "no block begins so short before a sequence",
           {.low = 0});
  f.number("rotator_range_deg", c.rotator_range_deg, "rotTelPos of a sequence is drawn within",
           {.low = 0, .high = 180});
  describe_list(f, "field", c.fields, "fields visited in long sequences");
}

void describe(Fields& f, Target& c) {
  f.text("name", c.name, "for target_name");
  f.text("program", c.program, "for science_program");
  f.number("ra_deg", c.ra_deg, "ICRS", {.low = 0, .high = 360});
  f.number("dec_deg", c.dec_deg, "ICRS", {.low = -90, .high = 90});
  f.texts("bands", c.bands, "in the order in which they are taken");
  f.numbers("visits", c.visits, "of an epoch, one number a filter", {.low = 1});
  f.number("exposure_s", c.exposure_s, "one exposure of this length; 0: as [visits]", {.low = 0});
  f.whole("epochs", c.epochs, "how many", {.low = 1});
  f.number("gap_hours", c.gap_hours, "from one epoch to the next, at least", {.low = 0});
  f.number("begin_mjd", c.begin_mjd, "not before, MJD TAI");
  f.number("end_mjd", c.end_mjd, "not after, MJD TAI");
  f.number("priority", c.priority, "larger first", {.above = 0});
  f.number("airmass_max", c.airmass_max, "at the beginning of a visit", {.above = 1});
  f.number("seeing_max_arcsec", c.seeing_max_arcsec, "of the atmosphere at 500 nm and the zenith",
           {.above = 0});
  f.number("moon_illumination_max", c.moon_illumination_max, "while the Moon is up",
           {.low = 0, .high = 1});
  f.number("moon_distance_deg", c.moon_distance_deg, "no nearer to the Moon",
           {.low = 0, .high = 180});
  f.number("sun_altitude_max_deg", c.sun_altitude_max_deg, "not while the Sun stands higher",
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
  f.text("name", c.name, "of the strategy");
  f.text("instrument", c.instrument, "built-in telescope that it is for, unless one is named");
  f.text("program", c.program, "science_program of what has none of its own");
  f.whole("nside", c.nside, "of the HEALPix maps: 16, 32 or 64", {.low = 16, .high = 64});
  f.number("start_mjd", c.start_mjd, "the night after it is the first, MJD TAI",
           {.low = 51545, .high = 88000});
  describe_nested(f, "limits", c.limits, "where and when the telescope may point");
  describe_nested(f, "visits", c.visits, "how a visit is exposed");
  describe_nested(f, "filters", c.filters, "which are mounted");
  describe_nested(f, "footprint", c.footprint, "which part of the sky gets which share of visits");
  describe_nested(f, "rolling", c.rolling, "stripes that take turns");
  describe_nested(f, "dither", c.dither, "small changes from night to night");
  describe_list(f, "survey", c.surveys, "surveys over the footprint");
  describe_nested(f, "deep", c.deep, "deep drilling fields");
  describe_nested(f, "queue", c.queue, "targets");
  describe_nested(f, "weather", c.weather, "clouds and seeing");
  describe_nested(f, "downtime", c.downtime, "when the telescope is shut");
}

}  // namespace skywright::schedule
