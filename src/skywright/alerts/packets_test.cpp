#include "skywright/alerts/packets.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

#include "skywright/alerts/cutout.h"
#include "skywright/base/error.h"

namespace skywright::alerts {
namespace {

using table::Table;

/// Rows (id, object, time) with the columns that every detection has.
Table dia_sources(const std::vector<std::array<double, 3>>& rows) {
  std::vector<std::int64_t> ids, visits, objects;
  std::vector<std::int32_t> detectors;
  std::vector<double> times, ra, dec;
  std::vector<float> x, snr;
  std::vector<std::string> bands;
  std::vector<std::uint8_t> negative;
  for (const auto& [id, object, time] : rows) {
    ids.push_back(static_cast<std::int64_t>(id));
    objects.push_back(static_cast<std::int64_t>(object));
    times.push_back(time);
    visits.push_back(7);
    detectors.push_back(94);
    ra.push_back(150.0 + id * 1e-3);
    dec.push_back(2.0);
    x.push_back(10.5F);
    snr.push_back(id == 2 ? std::numeric_limits<float>::quiet_NaN() : 6.5F);
    bands.emplace_back("r");
    negative.push_back(id == 1);
  }
  Table t;
  t.add("diaSourceId", "", "", ids);
  t.add("visit", "", "", visits);
  t.add("detector", "", "", detectors);
  t.add("diaObjectId", "", "", objects);
  t.add("midpointMjdTai", "d", "", times);
  t.add("ra", "deg", "", ra);
  t.add("dec", "deg", "", dec);
  t.add("x", "pixel", "", x);
  t.add("y", "pixel", "", x);
  t.add("snr", "", "", snr);
  t.add("band", "", "", bands);
  t.add_flags("isNegative", "", negative);
  t.add("timeProcessedMjdTai", "d", "", times);
  t.add("aColumnOfNoField", "", "", ra);
  return t;
}

Table dia_objects(const std::vector<std::int64_t>& ids) {
  const std::vector<double> zeros(ids.size(), 1.5);
  const std::vector<std::int32_t> counts(ids.size(), 3);
  Table t;
  t.add("diaObjectId", "", "", ids);
  for (const char* name : {"validityStartMjdTai", "ra", "dec"}) t.add(name, "", "", zeros);
  for (const char* band : {"u", "g", "r", "i", "z", "y"})
    t.add(std::string(band) + "_psfFluxNdata", "", "", counts);
  t.add("nDiaSources", "", "", counts);
  return t;
}

Table forced_sources(std::int64_t object, double time) {
  Table t;
  t.add("diaForcedSourceId", "", "", std::vector<std::int64_t>{5});
  t.add("diaObjectId", "", "", std::vector<std::int64_t>{object});
  t.add("visit", "", "", std::vector<std::int64_t>{6});
  t.add("detector", "", "", std::vector<std::int64_t>{94});
  for (const char* name : {"ra", "dec", "psfFlux", "timeProcessedMjdTai"})
    t.add(name, "", "", std::vector<double>{1.25});
  t.add("midpointMjdTai", "", "", std::vector<double>{time});
  return t;
}

std::string container_of(const VisitAlerts& alerts, std::string_view key, const AlertConfig& config,
                         const Execution& execution) {
  std::string file;
  write_alerts(
      alerts, key, config, [&](std::string_view part) { file += part; }, execution);
  return file;
}

std::int64_t whole(const AvroValue& v, std::string_view path) {
  return std::get<std::int64_t>(v.find(path)->datum);
}

TEST(AlertPackets, HoldTheDetectionItsHistoryAndItsPictures) {
  const Table sources = dia_sources({{1, 11, 60000.0}, {2, 0, 60000.0}});
  const Table history = dia_sources({{5, 11, 59999.0}, {4, 11, 59990.0}, {3, 12, 59990.0}});
  const Table objects = dia_objects({12, 11});
  const std::vector<Cutouts> cutouts = {{{1, 2}, {3}, {}}, {}};
  const VisitAlerts alerts{.sources = sources,
                           .history = history,
                           .forced = forced_sources(11, 59999.0),
                           .objects = objects,
                           .cutouts = cutouts,
                           .target_name = "deep field"};
  const AvroFile file(container_of(alerts, "key", {}, Execution()), "alerts");
  ASSERT_EQ(file.size(), 2u);
  const AvroValue first = file.record(0);
  EXPECT_EQ(whole(first, "diaSourceId"), 1);
  EXPECT_EQ(whole(first, "diaSource.detector"), 94);
  EXPECT_EQ(std::get<double>(first.find("diaSource.ra")->datum), 150.001);
  EXPECT_EQ(std::get<double>(first.find("diaSource.snr")->datum), 6.5);
  EXPECT_TRUE(std::get<bool>(first.find("diaSource.isNegative")->datum));
  EXPECT_EQ(first.find("diaSource.reliability"), nullptr);  // no such column: null
  EXPECT_EQ(first.find("observation_reason"), nullptr);
  EXPECT_EQ(std::get<std::string>(first.find("target_name")->datum), "deep field");
  const auto& previous = std::get<AvroValue::Array>(first.find("prvDiaSources")->datum);
  ASSERT_EQ(previous.size(), 2u);
  EXPECT_EQ(whole(previous[0], "diaSourceId"), 4);  // oldest first
  EXPECT_EQ(whole(previous[1], "diaSourceId"), 5);
  EXPECT_EQ(std::get<AvroValue::Array>(first.find("prvDiaForcedSources")->datum).size(), 1u);
  EXPECT_EQ(whole(first, "diaObject.diaObjectId"), 11);
  EXPECT_EQ(std::get<AvroValue::Bytes>(first.find("cutoutDifference")->datum),
            (AvroValue::Bytes{1, 2}));
  EXPECT_EQ(first.find("cutoutTemplate"), nullptr);
  const AvroValue second = file.record(1);
  EXPECT_EQ(second.find("diaSource.snr"), nullptr);  // NaN
  EXPECT_EQ(second.find("diaObject"), nullptr);
  EXPECT_EQ(second.find("prvDiaSources"), nullptr);
}

TEST(AlertPackets, ReachBackTwelveMonthsAndNotIntoTheFuture) {
  const Table sources = dia_sources({{1, 11, 60000.0}});
  const Table history =
      dia_sources({{2, 11, 60000.0 - 366.0}, {3, 11, 60000.0 - 365.0}, {4, 11, 60000.5}});
  const Table objects = dia_objects({11});
  const VisitAlerts alerts{
      .sources = sources, .history = history, .forced = {}, .objects = objects, .cutouts = {}};
  const AvroFile file(container_of(alerts, "key", {}, Execution()), "alerts");
  const AvroValue alert = file.record(0);
  const auto& previous = std::get<AvroValue::Array>(alert.find("prvDiaSources")->datum);
  ASSERT_EQ(previous.size(), 1u);
  EXPECT_EQ(whole(previous[0], "diaSourceId"), 3);
}

TEST(AlertPackets, HoldTwelveMonthsToTheMoment) {
  // 365.25 days are twelve months; what lies on the rim is in, what lies beyond it is out. The
  // moment itself is the detection's own.
  constexpr double kNow = 60500.5;
  constexpr double kRim = kNow - 365.25;  // exact in binary
  const Table sources = dia_sources({{1, 11, kNow}});
  const Table history = dia_sources({{2, 11, std::nextafter(kRim, 0.0)},
                                     {3, 11, kRim},
                                     {4, 11, std::nextafter(kNow, 0.0)},
                                     {5, 11, kNow},
                                     {6, 12, kRim + 1.0}});
  const Table objects = dia_objects({11});
  const auto forced_in = [&](double time) {
    const VisitAlerts alerts{.sources = sources,
                             .history = history,
                             .forced = forced_sources(11, time),
                             .objects = objects,
                             .cutouts = {}};
    const AvroFile file(container_of(alerts, "key", {}, Execution()), "alerts");
    const AvroValue alert = file.record(0);
    std::vector<std::int64_t> ids;
    for (const AvroValue& s : std::get<AvroValue::Array>(alert.find("prvDiaSources")->datum))
      ids.push_back(whole(s, "diaSourceId"));
    EXPECT_EQ(ids, (std::vector<std::int64_t>{3, 4}));
    return alert.find("prvDiaForcedSources") != nullptr;
  };
  EXPECT_TRUE(forced_in(kRim));
  EXPECT_FALSE(forced_in(std::nextafter(kRim, 0.0)));
  EXPECT_FALSE(forced_in(kNow));
}

TEST(AlertPackets, AreTheSameBytesForAnyNumberOfThreads) {
  std::vector<std::array<double, 3>> rows;
  for (int i = 1; i <= 500; ++i) rows.push_back({static_cast<double>(i), 0.0, 60000.0});
  const Table sources = dia_sources(rows);
  const VisitAlerts alerts{
      .sources = sources, .history = {}, .forced = {}, .objects = {}, .cutouts = {}};
  const std::string one = container_of(alerts, "key", {}, Execution(1));
  EXPECT_EQ(container_of(alerts, "key", {}, Execution(2)), one);
  EXPECT_EQ(container_of(alerts, "key", {}, Execution(5)), one);
}

TEST(AlertPackets, RefuseRowsThatLackWhatEveryAlertHas) {
  Table sources;
  sources.add("diaSourceId", "", "", std::vector<std::int64_t>{1});
  sources.add("midpointMjdTai", "", "", std::vector<double>{1});
  const VisitAlerts alerts{
      .sources = sources, .history = {}, .forced = {}, .objects = {}, .cutouts = {}};
  EXPECT_THROW((void)container_of(alerts, "key", {}, Execution()), InputError);
  const Table orphan = dia_sources({{1, 99, 60000.0}});
  const VisitAlerts no_object{
      .sources = orphan, .history = {}, .forced = {}, .objects = {}, .cutouts = {}};
  EXPECT_THROW((void)container_of(no_object, "key", {}, Execution()), InputError);
}

/// A container of 70 alerts (several blocks) with all that a packet can hold. Written where
/// SKYWRIGHT_SAMPLE_ALERTS says, for tests/integration/test_alerts.py to read by other software.
TEST(AlertPackets, AFullVisitIsReadBack) {
  image::MaskedImage image(200, 200);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels.data()[i] = static_cast<float>(i % 977);
    image.variance.data()[i] = 2.0F;
  }
  const wcs::Wcs wcs(wcs::Linear{.reference_pixel = {100.0, 100.0},
                                 .reference_sky = sphere::SkyPosition::from_degrees(150.0, 2.0),
                                 .cd = {-5.5e-5, 0.0, 0.0, 5.5e-5}});
  const image::Image<float> psf(25, 25, 1.0F / 625.0F);
  std::vector<std::array<double, 3>> rows, earlier;
  std::vector<std::int64_t> ids;
  std::vector<Cutouts> cutouts;
  for (int i = 1; i <= 70; ++i) {
    rows.push_back({static_cast<double>(i), 1000.0 + i, 60000.0});
    for (int k = 0; k < i % 3; ++k)
      earlier.push_back({1e6 + 10.0 * i + k, 1000.0 + i, 59990.0 + k});
    ids.push_back(1000 + i);
    const auto stamp = cutout_fits({.image = image, .wcs = &wcs, .header = {}, .scale = 2.0},
                                   {50.0 + i, 100.0}, 41, psf.view());
    cutouts.push_back({stamp, stamp, stamp});
  }
  const Table sources = dia_sources(rows);
  const Table history = dia_sources(earlier);
  const Table objects = dia_objects(ids);
  const VisitAlerts alerts{.sources = sources,
                           .history = history,
                           .forced = forced_sources(1001, 59999.0),
                           .objects = objects,
                           .cutouts = cutouts,
                           .observation_reason = "survey",
                           .target_name = "field 7"};
  for (const AvroCodec codec : {AvroCodec::none, AvroCodec::deflate}) {
    const std::string bytes =
        container_of(alerts, "visit 7, detector 94", {.codec = codec}, Execution());
    const AvroFile file(bytes, "alerts");
    ASSERT_EQ(file.size(), 70u);
    EXPECT_EQ(std::get<AvroValue::Bytes>(file.record(69).find("cutoutScience")->datum),
              cutouts[69].science);
    const char* where = std::getenv("SKYWRIGHT_SAMPLE_ALERTS");
    if (where != nullptr)
      std::ofstream(
          std::string(where) + (codec == AvroCodec::none ? "/plain" : "/deflated") + ".avro",
          std::ios::binary)
          << bytes;
  }
}

}  // namespace
}  // namespace skywright::alerts
