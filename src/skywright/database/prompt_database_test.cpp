#include "skywright/database/prompt_database.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/source_id.h"
#include "skywright/sql/postgres.h"

namespace skywright::database {
namespace {

namespace fs = std::filesystem;
using table::Table;

/// The same tests on a file and, where SKYWRIGHT_TEST_POSTGRES names a server, in a schema of their
/// own on it (tests/integration/test_postgres.py starts one).
class PromptDatabaseTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    std::replace(name.begin(), name.end(), '/', '_');
    name = "prompt_" + name + std::to_string(getpid());
    folder_ = fs::path(testing::TempDir()) / name;
    fs::create_directories(folder_);
    place_ = folder_ / "prompt.sqlite";
    if (GetParam() != "postgres") return;
    const char* url = std::getenv("SKYWRIGHT_TEST_POSTGRES");
    if (url == nullptr) GTEST_SKIP() << "SKYWRIGHT_TEST_POSTGRES names no server";
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    sql::Postgres(url).execute("CREATE SCHEMA " + name);
    place_ = std::string(url) + "?options=-csearch_path%3D" + name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] std::unique_ptr<PromptDatabase> made() const {
    return open_prompt_database(place_, sql::Access::create);
  }
  fs::path folder_;
  std::string place_;
};

std::string name_of(const testing::TestParamInfo<std::string>& info) { return info.param; }
INSTANTIATE_TEST_SUITE_P(On, PromptDatabaseTest, testing::Values("sqlite", "postgres"), name_of);

struct Spot {
  std::int64_t object;
  double ra;
  double dec;
};

/// One detection an object on one detector of a visit.
Table sources_at(std::int64_t visit, int detector, double time, const std::vector<Spot>& spots) {
  std::vector<std::int64_t> ids, objects;
  std::vector<double> ra, dec;
  for (std::size_t i = 0; i < spots.size(); ++i) {
    ids.push_back(
        packed_source_id(VisitId{visit}, DetectorId{detector}, static_cast<std::int64_t>(i) + 1));
    objects.push_back(spots[i].object);
    ra.push_back(spots[i].ra);
    dec.push_back(spots[i].dec);
  }
  const std::size_t n = spots.size();
  Table t;
  t.add("diaSourceId", "", "", ids);
  t.add("visit", "", "", std::vector<std::int64_t>(n, visit));
  t.add("detector", "", "", std::vector<std::int32_t>(n, detector));
  t.add("diaObjectId", "", "", objects);
  t.add("midpointMjdTai", "d", "", std::vector<double>(n, time));
  t.add("ra", "deg", "", ra);
  t.add("dec", "deg", "", dec);
  t.add("psfFlux", "nJy", "", std::vector<float>(n, 1234.5F));
  t.add("band", "", "", std::vector<std::string>(n, "r"));
  t.add_flags("isNegative", "", std::vector<std::uint8_t>(n, 1));
  t.add("unknownColumn", "", "", ra);
  return t;
}

Table objects_at(const std::vector<Spot>& spots) {
  Table t;
  std::vector<std::int64_t> ids;
  std::vector<double> ra, dec;
  for (const Spot& s : spots) {
    ids.push_back(s.object);
    ra.push_back(s.ra);
    dec.push_back(s.dec);
  }
  t.add("diaObjectId", "", "", ids);
  t.add("ra", "deg", "", ra);
  t.add("dec", "deg", "", dec);
  return t;
}

Table visit_row(std::int64_t visit, double time) {
  Table t;
  t.add("visit", "", "", std::vector<std::int64_t>{visit});
  t.add("band", "", "", std::vector<std::string>{"r"});
  t.add("expMidptMJD", "d", "", std::vector<double>{time});
  return t;
}

Table detector_row(std::int64_t visit, int detector) {
  Table t;
  t.add("visitId", "", "", std::vector<std::int64_t>{visit});
  t.add("detector", "", "", std::vector<std::int32_t>{detector});
  return t;
}

void store(PromptDatabase& db, std::int64_t visit, int detector, double time,
           const std::vector<Spot>& spots) {
  auto change = db.change();
  (void)db.forget(visit, detector);
  db.store({.visit = visit_row(visit, time),
            .detectors = detector_row(visit, detector),
            .sources = sources_at(visit, detector, time, spots),
            .objects = objects_at(spots)});
  change->commit();
}

sphere::Cone cone(double ra, double dec, double radius) {
  return {sphere::unit_vector(sphere::SkyPosition::from_degrees(ra, dec)),
          sphere::Angle::from_degrees(radius)};
}

TEST_P(PromptDatabaseTest, LoadsObjectsOfTheConeWithTheirHistory) {
  const auto held = made();
  PromptDatabase& db = *held;
  store(db, 1, 0, 59000.0, {{11, 10.0, 5.0}});
  store(db, 2, 0, 59900.0, {{11, 10.0, 5.0}, {12, 10.05, 5.0}, {13, 10.2, 5.0}});
  store(db, 3, 0, 60000.0, {{11, 10.0, 5.0}});
  const PromptRegion region = db.load(cone(10.0, 5.0, 0.1), 60000.0);
  EXPECT_EQ(region.objects.wholes("diaObjectId"), (std::vector<std::int64_t>{11, 12}));
  // Not the visit itself, nor what is older than twelve months.
  EXPECT_EQ(region.sources.wholes("visit"), (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(region.sources.numbers("psfFlux")[0], 1234.5);
  EXPECT_EQ(region.sources.wholes("isNegative")[0], 1);
  EXPECT_EQ(region.sources.wholes("ssObjectId")[0], 0);
  EXPECT_TRUE(std::isnan(region.sources.numbers("snr")[0]));
  EXPECT_EQ(region.forced.rows(), 0u);
}

TEST_P(PromptDatabaseTest, FindsObjectsAtThePolesAndAcrossTheMeridian) {
  const auto held = made();
  PromptDatabase& db = *held;
  store(db, 1, 0, 59000.0, {{1, 359.999, 0.0}, {2, 0.001, 0.0}, {3, 200.0, 89.999}});
  EXPECT_EQ(db.load(cone(0.0, 0.0, 0.01), 60000.0).objects.rows(), 2u);
  EXPECT_EQ(db.load(cone(20.0, 90.0, 0.01), 60000.0).objects.rows(), 1u);
}

TEST_P(PromptDatabaseTest, StoringAgainReplacesExactly) {
  const auto held = made();
  PromptDatabase& db = *held;
  store(db, 1, 0, 59000.0, {{11, 10.0, 5.0}});
  store(db, 2, 0, 59001.0, {{11, 10.0, 5.0}, {12, 10.1, 5.0}});
  store(db, 2, 1, 59001.0, {{13, 10.3, 5.0}});
  EXPECT_TRUE(db.contains(2, 0));
  EXPECT_FALSE(db.contains(2, 2));
  auto change = db.change();
  EXPECT_EQ(db.forget(2, 0), (std::vector<std::int64_t>{11}));  // 12 had no other detection
  change->commit();
  EXPECT_FALSE(db.contains(2, 0));
  EXPECT_EQ(db.count("DiaSource"), 2);
  EXPECT_EQ(db.rows("DiaObject").wholes("diaObjectId"), (std::vector<std::int64_t>{11, 13}));
  store(db, 2, 0, 59001.0, {{11, 10.0, 5.0}});
  store(db, 2, 0, 59001.0, {{11, 10.0, 5.0}});
  EXPECT_EQ(db.count("DiaSource"), 3);
  EXPECT_EQ(db.count("VisitDetector"), 3);
}

TEST_P(PromptDatabaseTest, CountsTheSightingsOfKnownBodies) {
  const auto held = made();
  PromptDatabase& db = *held;
  const auto see = [&](std::int64_t visit, double time, const std::vector<std::int64_t>& ids) {
    std::vector<Spot> spots;
    for (const std::int64_t id : ids)
      spots.push_back({0, 10.0 + 0.01 * static_cast<double>(id), 5.0});
    const Table sources = sources_at(visit, 0, time, spots);
    Table seen;
    seen.add("diaSourceId", "", "", sources.wholes("diaSourceId"));
    seen.add("ssObjectId", "", "", ids);
    seen.add("visit", "", "", std::vector<std::int64_t>(ids.size(), visit));
    seen.add("detector", "", "", std::vector<std::int64_t>(ids.size(), 0));
    seen.add("midpointMjdTai", "d", "", std::vector<double>(ids.size(), time));
    Table bodies;
    bodies.add("ssObjectId", "", "", ids);
    bodies.add("designation", "", "", std::vector<std::string>(ids.size(), "2026 XX"));
    auto change = db.change();
    (void)db.forget(visit, 0);
    db.store_known_bodies(seen, bodies);
    change->commit();
  };
  see(1, 59000.0, {7, 8});
  see(2, 59010.5, {7});
  see(2, 59010.5, {7});
  Table bodies = db.rows("SSObject");
  EXPECT_EQ(bodies.wholes("ssObjectId"), (std::vector<std::int64_t>{7, 8}));
  EXPECT_EQ(bodies.wholes("nObs"), (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(bodies.numbers("arc"), (std::vector<double>{10.5, 0.0}));
  EXPECT_EQ(bodies.numbers("firstObservationMjdTai"), (std::vector<double>{59000.0, 59000.0}));
  auto change = db.change();
  (void)db.forget(1, 0);  // 8 was seen there alone
  change->commit();
  bodies = db.rows("SSObject");
  EXPECT_EQ(bodies.wholes("ssObjectId"), (std::vector<std::int64_t>{7}));
  EXPECT_EQ(bodies.numbers("firstObservationMjdTai"), (std::vector<double>{59010.5}));
}

TEST_P(PromptDatabaseTest, AChangeThatIsNotCommittedLeavesNothing) {
  const auto held = made();
  PromptDatabase& db = *held;
  try {
    auto change = db.change();
    db.store({.visit = visit_row(1, 59000.0),
              .detectors = detector_row(1, 0),
              .sources = sources_at(1, 0, 59000.0, {{11, 10.0, 5.0}}),
              .objects = {}});
    throw std::runtime_error("killed");
  } catch (const std::runtime_error&) {
  }
  for (const TableSpec& table : prompt_tables()) EXPECT_EQ(db.count(table.name), 0);
}

TEST_P(PromptDatabaseTest, RefusesRowsWithoutAnIdOrOfAnotherKind) {
  const auto held = made();
  PromptDatabase& db = *held;
  Table no_id;
  no_id.add("ra", "deg", "", std::vector<double>{1.0});
  no_id.add("dec", "deg", "", std::vector<double>{1.0});
  EXPECT_THROW(db.store_objects(no_id), InputError);
  Table text = objects_at({{1, 1.0, 1.0}});
  text.add("raErr", "deg", "", std::vector<std::string>{"x"});
  EXPECT_THROW(db.store_objects(text), InputError);
}

TEST_P(PromptDatabaseTest, KeepsEveryNumberAndText) {
  const auto held = made();
  PromptDatabase& db = *held;
  Table rows = objects_at({{1, 0.1, -1.0 / 3.0}, {2, 1e-300, 89.99999999999999}});
  rows.add("raErr", "deg", "", std::vector<double>{std::nan(""), 4.9e-324});
  rows.add("nDiaSources", "", "", std::vector<std::int64_t>{0, (std::int64_t{1} << 62) + 1});
  auto change = db.change();
  db.store_objects(rows);
  Table visit = visit_row(7, 60000.123456789);
  visit.add("physical_filter", "", "", std::vector<std::string>{"it's\ta \\N \"tab\"\n\xC3\xA9"});
  Table none;
  db.store({.visit = visit, .detectors = none, .sources = none, .objects = none});
  change->commit();
  const Table back = made()->rows("DiaObject");
  EXPECT_EQ(back.numbers("ra"), (std::vector<double>{0.1, 1e-300}));
  EXPECT_EQ(back.numbers("dec"), (std::vector<double>{-1.0 / 3.0, 89.99999999999999}));
  EXPECT_TRUE(std::isnan(back.numbers("raErr")[0]));
  EXPECT_EQ(back.numbers("raErr")[1], 4.9e-324);
  EXPECT_EQ(back.wholes("nDiaSources")[1], (std::int64_t{1} << 62) + 1);
  EXPECT_EQ(db.rows("Visit").column<std::string>("physical_filter")[0],
            visit.column<std::string>("physical_filter")[0]);
}

TEST_P(PromptDatabaseTest, HasTheSameColumnsEmptyAsFull) {
  const auto held = made();
  for (const TableSpec& table : prompt_tables()) {
    const Table rows = held->rows(table.name);
    EXPECT_EQ(rows.rows(), 0u);
    EXPECT_EQ(rows.columns().size(), table.columns.size());
  }
}

TEST_P(PromptDatabaseTest, RefusesAnotherKindOfDatabase) {
  if (GetParam() == "postgres") {
    EXPECT_THROW(open_prompt_database(place_, sql::Access::read_only), InputError);
    (void)made();
    sql::Postgres(place_).execute("UPDATE \"PromptSchema\" SET version = 99");
    EXPECT_THROW(made(), InputError);
    return;
  }
  {
    sql::Database other(folder_ / "other.db", {.access = sql::Access::create});
    other.execute("CREATE TABLE observations(id INTEGER)");
  }
  EXPECT_THROW(open_prompt_database(folder_ / "other.db", sql::Access::create), InputError);
  EXPECT_THROW(open_prompt_database(folder_ / "missing.db", sql::Access::read_only), InputError);
}

TEST(OpenPromptDatabase, TellsWhatIsWrongWithAServer) {
  EXPECT_THROW(open_prompt_database("postgresql://h?nonsense=1", sql::Access::create), ConfigError);
  EXPECT_THROW(open_prompt_database("postgresql://nobody@127.0.0.1:1/none?connect_timeout=2",
                                    sql::Access::create),
               ServiceError);
}

TEST_P(PromptDatabaseTest, KeepsPaceWithTheSurvey) {
  // Requirement of today's survey: 10,000 detections a visit (telescopes.md, nAlertVisitAvg).
  const auto held = made();
  PromptDatabase& db = *held;
  auto random = RandomStream::for_unit(3, {0}, "sky");
  std::vector<Spot> spots;
  for (int i = 0; i < 10000; ++i)
    spots.push_back({1000 + i, random.uniform(10.0, 13.0), random.uniform(-1.5, 1.5)});
  for (int v = 0; v < 4; ++v) store(db, v, 0, 59000.0 + v, spots);
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  store(db, 9, 0, 59010.0, spots);
  const auto stored = Clock::now();
  const PromptRegion region = db.load(cone(11.5, 0.0, 0.16), 59020.0);  // an LSST CCD's circle
  const auto loaded = Clock::now();
  const auto ms = [](auto from, auto to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
  };
  RecordProperty("store_ms", std::to_string(ms(begin, stored)));
  RecordProperty("load_ms", std::to_string(ms(stored, loaded)));
  std::printf("10,000 sources stored in %.0f ms; %zu objects and %zu sources loaded in %.1f ms\n",
              ms(begin, stored), region.objects.rows(), region.sources.rows(), ms(stored, loaded));
  // 10,000 over 9 square degrees, within 5 sigma of Poisson.
  const double expected = 10000.0 * 3.14159265 * 0.16 * 0.16 / 9.0;
  EXPECT_NEAR(static_cast<double>(region.objects.rows()), expected, 5.0 * std::sqrt(expected));
  EXPECT_EQ(region.sources.rows(), 5 * region.objects.rows());
  // The requirement with room for a busy machine: 1 s and 50 ms are what a free one must keep.
  EXPECT_LT(ms(begin, stored), 5000.0);
  EXPECT_LT(ms(stored, loaded), 500.0);
}

}  // namespace
}  // namespace skywright::database
