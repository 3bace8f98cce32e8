#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/metrics/astrometry.h"
#include "skywright/metrics/cadence.h"
#include "skywright/metrics/pixel_visits.h"
#include "skywright/metrics/survey_metrics.h"
#include "skywright/sphere/healpix.h"

namespace skywright::metrics {
namespace {

using sphere::Angle;

struct Row {
  double mjd, ra, dec;
  std::string band;
  double depth = 24.0;
};

table::Table table_of(const std::vector<Row>& rows) {
  std::vector<double> mjd, ra, dec, depth, seeing, exposure, visit, slew, airmass;
  std::vector<std::string> band, note;
  for (const Row& r : rows) {
    mjd.push_back(r.mjd);
    ra.push_back(r.ra);
    dec.push_back(r.dec);
    band.push_back(r.band);
    depth.push_back(r.depth);
    seeing.push_back(0.7);
    exposure.push_back(30.0);
    visit.push_back(34.0);
    slew.push_back(6.0);
    airmass.push_back(1.2);
    note.push_back(r.band == "u" ? "DD:COSMOS, 3" : "pair_33, gr, a");
  }
  table::Table t;
  t.add("observationStartMJD", "d", "", mjd);
  t.add("fieldRA", "deg", "", ra);
  t.add("fieldDec", "deg", "", dec);
  t.add("band", "", "", band);
  t.add("fiveSigmaDepth", "mag", "", depth);
  t.add("seeingFwhmGeom", "arcsec", "", seeing);
  t.add("visitExposureTime", "s", "", exposure);
  t.add("visitTime", "s", "", visit);
  t.add("slewTime", "s", "", slew);
  t.add("airmass", "", "", airmass);
  t.add("scheduler_note", "", "", note);
  return t;
}

double value(const SurveyMetrics& s, std::string_view name) {
  const Metric* m = s.find(name);
  EXPECT_NE(m, nullptr) << name;
  return m == nullptr ? std::nan("") : m->value;
}

TEST(VisitsByPixel, AgreesWithTheComparisonOfEveryPair) {
  RandomStream random = RandomStream::for_unit(7, {1}, "metrics test");
  std::vector<double> ra, dec;
  for (int i = 0; i < 300; ++i) {
    ra.push_back(random.uniform() * 360.0);
    dec.push_back(std::asin(2.0 * random.uniform() - 1.0) * 180.0 / std::numbers::pi);
  }
  // The poles, their rims and the seam of right ascension.
  for (const double d : {90.0, -90.0, 89.0, -88.3, 0.0}) {
    ra.push_back(d == 0.0 ? 359.999 : 0.0);
    dec.push_back(d);
  }
  for (const double radius : {0.3, 1.75, 20.0}) {
    const PixelVisits fast = visits_by_pixel(ra, dec, Angle::from_degrees(radius), 4, Execution(3));
    const PixelVisits plain = visits_by_pixel_reference(ra, dec, Angle::from_degrees(radius), 4);
    EXPECT_EQ(fast.begin, plain.begin) << radius;
    EXPECT_EQ(fast.visit, plain.visit) << radius;
  }
}

TEST(VisitsByPixel, CoversTheAreaOfTheField) {
  RandomStream random = RandomStream::for_unit(8, {1}, "metrics test");
  std::vector<double> ra, dec;
  for (int i = 0; i < 40000; ++i) {
    ra.push_back(random.uniform() * 360.0);
    dec.push_back(std::asin(2.0 * random.uniform() - 1.0) * 180.0 / std::numbers::pi);
  }
  const PixelVisits seen = visits_by_pixel(ra, dec, Angle::from_degrees(1.75), 6, Execution());
  const double mean = static_cast<double>(seen.visit.size()) / 40000.0 * pixel_area_deg2(6);
  const double disc = 41252.96125 * 0.5 * (1.0 - std::cos(1.75 * std::numbers::pi / 180.0));
  // Pixels a field scatter by less than 3 about 11.5; so does a mean of 40,000 by 0.015.
  EXPECT_NEAR(mean, disc, 5 * 0.015 * pixel_area_deg2(6));
}

TEST(Observations, ComeInTheOrderOfTimeWithTheirLabels) {
  const Observations o = read_observations(
      table_of({{60002.1, 10, 0, "r_03"}, {60001.1, 20, 1, "u"}, {60001.2, 30, 2, "clear"}}));
  EXPECT_EQ(o.ra, (std::vector<double>{20, 30, 10}));
  EXPECT_EQ(o.band, (std::vector<std::uint8_t>{0, kOtherBand, 2}));
  EXPECT_EQ(o.deep, (std::vector<std::uint8_t>{1, 0, 0}));
  EXPECT_EQ(o.night, (std::vector<std::int32_t>{1, 1, 2}));
  EXPECT_EQ(o.note_names, (std::vector<std::string>{"DD:COSMOS", "pair_33, gr, a"}));
}

TEST(Observations, WithoutPlaceOrTimeAreRefusedByName) {
  table::Table t;
  t.add("observationStartMJD", "d", "", std::vector<double>{60000.0});
  EXPECT_THROW(read_observations(t), InputError);
  EXPECT_THROW(read_observations(table_of({{60000.0, 10.0, 95.0, "r"}})), InputError);
  EXPECT_THROW(read_observations(table_of({{std::nan(""), 10.0, 5.0, "r"}})), InputError);
}

TEST(SurveyMetrics, OfTwoNightsAreThoseCountedByHand) {
  // Night 1: g r i; night 2: r g. One field has two visits 30 min apart in each night.
  const SurveyMetrics s = survey_metrics(table_of({{60001.10, 50, -20, "g"},
                                                   {60001.10 + 1.0 / 48, 50, -20, "r"},
                                                   {60001.30, 120, -50, "i"},
                                                   {60003.10, 50, -20, "r"},
                                                   {60003.10 + 1.0 / 48, 50, -20, "g"}}),
                                         {}, Execution());
  EXPECT_EQ(value(s, "visits"), 5);
  EXPECT_EQ(value(s, "nights"), 2);
  EXPECT_EQ(value(s, "visits_per_night_mean"), 2.5);
  EXPECT_EQ(value(s, "filter_changes_per_night_mean"), 1.5);
  EXPECT_NEAR(value(s, "open_shutter_fraction"), 30.0 / 40.0, 1e-12);
  EXPECT_EQ(value(s, "slew_mean"), 6.0);
  EXPECT_EQ(value(s, "visits_g"), 2.0);
  EXPECT_EQ(value(s, "visits_r"), 2.0);
  EXPECT_EQ(value(s, "visits_i"), 1.0);
  EXPECT_EQ(value(s, "deep_drilling_share"), 0.0);
  EXPECT_NEAR(value(s, "visit_depth_g"), 24.0, 1e-6);
  EXPECT_NEAR(value(s, "coadded_depth_g"), 24.0 + 1.25 * std::log10(2.0), 1e-5);
  const Observations& o = s.observations;
  const std::vector<std::uint32_t> field{0, 1, 3, 4};
  std::vector<double> scratch;
  const RevisitTimes times = revisit_times(field, o, scratch);
  EXPECT_NEAR(times.within_night_median, 0.5, 1e-6);
  EXPECT_NEAR(times.between_nights_median, 2.0 - 1.0 / 48, 1e-6);
  EXPECT_NEAR(times.same_band_median[1], 2.0 + 1.0 / 48, 1e-6);
  EXPECT_EQ(times.nights, 2U);
  EXPECT_EQ(times.nights_with_pair, 2U);
}

TEST(SurveyMetrics, AnEvenCoverHasItsAreaAndItsVisits) {
  // A field on the centre of every pixel of a coarser grid, as wide as its largest pixel: the
  // circles cover the sky in each pass.
  std::vector<Row> rows;
  const int passes = 4;
  for (int k = 0; k < passes; ++k)
    for (std::int64_t p = 0; p < sphere::healpix::pixel_count(4); ++p) {
      const auto c = sphere::sky_position(sphere::healpix::centre(p, 4));
      rows.push_back(
          {60000.0 + k + 1e-5 * static_cast<double>(p), c.ra.degrees(), c.dec.degrees(), "r"});
    }
  const double radius = sphere::healpix::max_pixel_radius(4).degrees() * 1.001;
  const SurveyMetrics s = survey_metrics(
      table_of(rows), {.field_radius_deg = radius, .visits_design = passes, .visits_minimum = 1},
      Execution(2));
  EXPECT_NEAR(value(s, "area_seen"), 41252.961, 1e-2);
  EXPECT_NEAR(value(s, "area_design_visits"), 41252.961, 1e-2);
  EXPECT_GE(value(s, "visits_wide_min"), passes);
  double sum = 0.0;
  for (const std::uint32_t n : s.maps.visits) sum += n;
  const double disc = 41252.96125 * 0.5 * (1.0 - std::cos(radius * std::numbers::pi / 180.0));
  EXPECT_NEAR(sum * pixel_area_deg2(6) / static_cast<double>(rows.size()) / disc, 1.0, 2e-3);
}

TEST(SurveyMetrics, AreTheSameForAnyNumberOfThreads) {
  RandomStream random = RandomStream::for_unit(9, {1}, "metrics test");
  std::vector<Row> rows;
  for (int i = 0; i < 20000; ++i)
    rows.push_back({60000.0 + random.uniform() * 700.0, random.uniform() * 360.0,
                    -80.0 + 90.0 * random.uniform(),
                    std::string(kBandNames[static_cast<std::size_t>(random.uniform() * 6.0)]),
                    23.0 + random.uniform()});
  const table::Table table = table_of(rows);
  const SurveyMetrics one = survey_metrics(table, {}, Execution(1));
  for (const int jobs : {2, 5}) {
    const SurveyMetrics many = survey_metrics(table, {}, Execution(jobs));
    ASSERT_EQ(one.metrics.size(), many.metrics.size());
    for (std::size_t i = 0; i < one.metrics.size(); ++i) {
      EXPECT_EQ(one.metrics[i].name, many.metrics[i].name);
      EXPECT_EQ(one.metrics[i].value, many.metrics[i].value) << one.metrics[i].name;
    }
  }
}

TEST(SurveyMetrics, OfATableWithFewColumnsNoteWhatIsLeftOut) {
  table::Table t;
  t.add("observationStartMJD", "d", "", std::vector<double>{60000.0, 60000.1});
  t.add("fieldRA", "deg", "", std::vector<double>{1.0, 2.0});
  t.add("fieldDec", "deg", "", std::vector<double>{1.0, 2.0});
  t.add("filter", "", "", std::vector<std::string>{"g", "r"});
  const SurveyMetrics s = survey_metrics(t, {}, Execution());
  EXPECT_EQ(value(s, "visits"), 2);
  EXPECT_EQ(s.find("open_shutter_fraction"), nullptr);
  EXPECT_EQ(s.find("coadded_depth_r"), nullptr);
  ASSERT_FALSE(s.notes.empty());
  EXPECT_NE(s.notes[0].find("fiveSigmaDepth"), std::string::npos);
}

TEST(Parallax, IsThatOfTheEarthsOrbitAtThePoleOfTheEcliptic) {
  // Seen along the ecliptic's pole the star's circle has a radius of one astronomical unit: with N
  // visits of error e, the error is e / sqrt(N) whatever the dates.
  std::vector<double> mjd;
  std::vector<float> errors;
  std::vector<std::uint32_t> visits;
  for (std::uint32_t i = 0; i < 365; ++i) {
    mjd.push_back(60000.0 + i + 0.3);
    errors.push_back(0.02F);
    visits.push_back(i);
  }
  const auto pole = sphere::unit_vector(sphere::SkyPosition::from_degrees(270.0, 66.5607));
  const double error = parallax_error(pole, visits, errors, earth_places(mjd));
  // The mean of the square of the distance is 1 + e^2 / 2 (e = 0.0167) and the barycentre's place.
  EXPECT_NEAR(error, 20.0 / std::sqrt(365.0), 0.01 * error);
  // In the ecliptic only half of the square is across the line of sight.
  const auto equinox = sphere::unit_vector(sphere::SkyPosition::from_degrees(0.0, 0.0));
  EXPECT_NEAR(parallax_error(equinox, visits, errors, earth_places(mjd)),
              20.0 * std::sqrt(2.0 / 365.0), 0.015 * 20.0 * std::sqrt(2.0 / 365.0));
}

TEST(ProperMotion, OfTwoGroupsFollowsTheirDistanceInTime) {
  // Half of N visits at each end of T years: sigma = e / (sqrt(N) T / 2).
  std::vector<double> mjd;
  std::vector<float> errors;
  std::vector<std::uint32_t> visits;
  for (std::uint32_t i = 0; i < 100; ++i) {
    mjd.push_back(i < 50 ? 60000.0 : 60000.0 + 3652.5);
    errors.push_back(0.05F);
    visits.push_back(i);
  }
  std::vector<std::uint8_t> band(100, 2);
  EXPECT_NEAR(proper_motion_error(visits, errors, mjd, band), 50.0 / (10.0 * 5.0), 1e-6);
  EXPECT_TRUE(std::isnan(
      proper_motion_error(std::span<const std::uint32_t>(visits).first(50), errors, mjd, band)));
  // A band's only visit does not count.
  visits.push_back(100);
  mjd.push_back(60000.0 + 36525.0);
  errors.push_back(0.05F);
  band.push_back(3);
  EXPECT_NEAR(proper_motion_error(visits, errors, mjd, band), 50.0 / (10.0 * 5.0), 1e-6);
}

TEST(StarSnr, IsFiveAtTheDepthAndTenTimesMoreTwoAndAHalfMagnitudesAbove) {
  EXPECT_DOUBLE_EQ(star_snr(24.0, 24.0), 5.0);
  EXPECT_NEAR(star_snr(21.5, 24.0), 50.0, 1e-9);
  EXPECT_NEAR(place_error(0.7, 10.0, 0.01), std::hypot(0.07, 0.01), 1e-15);
}

TEST(Season, HasTheLengthOfEachYearBetweenTheSunsPassages) {
  // The Sun passes right ascension 0 about MJD 60757.5 + 365.25 k: visits from 60 days after it,
  // 100 days long in one year and 140 in the next.
  std::vector<Row> rows;
  for (int d = 0; d <= 100; d += 10) rows.push_back({60757.5 + 60 + d, 0, 0, "r"});
  for (int d = 0; d <= 140; d += 10) rows.push_back({61122.75 + 60 + d, 0, 0, "r"});
  const Observations o = read_observations(table_of(rows));
  std::vector<std::uint32_t> visits(rows.size());
  for (std::uint32_t i = 0; i < visits.size(); ++i) visits[i] = i;
  std::vector<double> scratch;
  EXPECT_NEAR(season_length(visits, o, 0.0, scratch), 120.0, 1e-6);
}

TEST(Transients, AreFoundByVisitsDeepAndOftenEnough) {
  TransientClass flash{.name = "flash", .source = "", .rate = 1.0, .duration_days = 4.0};
  flash.peak.fill(22.0);
  std::vector<Row> rows;
  // Every 10th day two filters an hour apart: depth 24 sees the first two days of a four-day event.
  for (int d = 0; d < 400; d += 10) {
    rows.push_back({60000.0 + d + 0.5, 0, 0, "g"});
    rows.push_back({60000.0 + d + 0.5 + 1.0 / 24, 0, 0, "r"});
  }
  const Observations o = read_observations(table_of(rows));
  std::vector<std::uint32_t> visits(rows.size());
  for (std::uint32_t i = 0; i < visits.size(); ++i) visits[i] = i;
  // Events begin on days 0, 4, 8 ... : of every five, that of day 0 (age 0.5) is seen and that of
  // day 8 (age 2.5 on day 10.5: mag 24.5) is not. 100 events, 20 found.
  EXPECT_NEAR(found_fraction(flash, seen_ages(flash, o), visits, o, 60000.0, 60400.0, 1), 0.2,
              1e-12);
  flash.min_bands = 3;
  EXPECT_EQ(found_fraction(flash, seen_ages(flash, o), visits, o, 60000.0, 60400.0, 1), 0.0);
  EXPECT_TRUE(
      std::isnan(found_fraction(flash, seen_ages(flash, o), visits, o, 60000.0, 60003.0, 1)));
}

TEST(Transients, AreFoundAsByTheirMagnitudesOneByOne) {
  RandomStream random = RandomStream::for_unit(10, {1}, "metrics test");
  std::vector<Row> rows;
  for (int i = 0; i < 3000; ++i)
    rows.push_back({60000.0 + 600.0 * random.uniform(), 0, 0,
                    std::string(kBandNames[static_cast<std::size_t>(random.uniform() * 6.0)]),
                    20.0 + 4.0 * random.uniform()});
  const Observations o = read_observations(table_of(rows));
  std::vector<std::uint32_t> visits(rows.size());
  for (std::uint32_t i = 0; i < visits.size(); ++i) visits[i] = i;
  for (const TransientClass& kind : default_transients()) {
    const double found = found_fraction(kind, seen_ages(kind, o), visits, o, 60000, 60600, 4);
    EXPECT_EQ(found, found_fraction_reference(kind, visits, o, 60000, 60600, 4)) << kind.name;
    EXPECT_GT(found, 0.0);
    // Fewer visits find fewer.
    std::vector<std::uint32_t> few;
    for (std::uint32_t v = 0; v < visits.size(); v += 40) few.push_back(v);
    EXPECT_LT(found_fraction(kind, seen_ages(kind, o), few, o, 60000, 60600, 4), found);
  }
}

TEST(Transients, RiseWithTheSquareOfTimeAndFadeAsTold) {
  const auto kinds = default_transients();
  const TransientClass& supernova = kinds[2];
  EXPECT_NEAR(supernova.magnitude(2, supernova.rise_days / 2) - supernova.peak[2],
              5.0 * std::log10(2.0), 1e-12);
  EXPECT_NEAR(supernova.magnitude(2, supernova.rise_days + 19.5) - supernova.peak[2], 1.1, 1e-9);
  EXPECT_TRUE(std::isinf(supernova.magnitude(0, 20.0)));
  const TransientClass& afterglow = kinds[1];
  EXPECT_NEAR(afterglow.magnitude(2, 1.0), 15.35 + 2.5 * std::log10(1440.0), 1e-9);
}

TEST(MetricsConfig, OutOfRangeIsRefused) {
  EXPECT_THROW(survey_metrics(table_of({{60000, 1, 1, "r"}}), {.order = 12}, Execution()),
               ConfigError);
}

}  // namespace
}  // namespace skywright::metrics
