#include "skywright/pipelines/associate_visit.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "skywright/base/random_stream.h"
#include "skywright/base/source_id.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using table::Table;

struct Field {
  std::vector<double> ra, dec;
};

Field field() {
  auto random = RandomStream::for_unit(17, {0}, "field");
  Field f;
  for (int i = 0; i < 60; ++i) {
    f.ra.push_back(random.uniform(150.0, 150.2));
    f.dec.push_back(random.uniform(2.0, 2.2));
  }
  return f;
}

/// Every object seen with errors of 0.1 arcsec, three in four of them a visit.
VisitSources visit_of(const Field& f, std::int64_t visit, double time, const std::string& band) {
  auto random = RandomStream::for_unit(18, {visit}, "visit");
  std::vector<std::int64_t> ids;
  std::vector<double> ra, dec, flux;
  for (std::size_t i = 0; i < f.ra.size(); ++i) {
    const double east = random.normal(), north = random.normal(), bright = random.normal();
    if (random.uniform() < 0.25) continue;
    ids.push_back(packed_source_id(VisitId{visit}, DetectorId{94},
                                   static_cast<std::int64_t>(ids.size()) + 1));
    ra.push_back(f.ra[i] + 0.1 / 3600.0 * east);
    dec.push_back(f.dec[i] + 0.1 / 3600.0 * north);
    flux.push_back(5000.0 + 300.0 * bright);
  }
  const std::size_t n = ids.size();
  VisitSources out;
  out.footprint = sphere::Cone{sphere::unit_vector(sphere::SkyPosition::from_degrees(150.1, 2.1)),
                               sphere::Angle::from_degrees(0.2)};
  out.visit.add("visit", "", "", std::vector<std::int64_t>{visit});
  out.visit.add("band", "", "", std::vector<std::string>{band});
  out.visit.add("expMidptMJD", "d", "", std::vector<double>{time});
  out.detectors.add("visitId", "", "", std::vector<std::int64_t>{visit});
  out.detectors.add("detector", "", "", std::vector<std::int32_t>{94});
  Table& s = out.sources;
  s.add("diaSourceId", "", "", ids);
  s.add("visit", "", "", std::vector<std::int64_t>(n, visit));
  s.add("detector", "", "", std::vector<std::int32_t>(n, 94));
  s.add("midpointMjdTai", "d", "", std::vector<double>(n, time));
  s.add("band", "", "", std::vector<std::string>(n, band));
  s.add("ra", "deg", "", ra);
  s.add("dec", "deg", "", dec);
  s.add("raErr", "deg", "", std::vector<double>(n, 0.1 / 3600.0));
  s.add("decErr", "deg", "", std::vector<double>(n, 0.1 / 3600.0));
  s.add("psfFlux", "nJy", "", flux);
  s.add("psfFluxErr", "nJy", "", std::vector<double>(n, 300.0));
  return out;
}

class AssociateVisitTest : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) /
              (std::string("associate_") + info->name() + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] std::unique_ptr<database::PromptDatabase> made(const std::string& name) const {
    return database::open_prompt_database(folder_ / name, sql::Access::create);
  }
  fs::path folder_;
};

/// Every row of a table as text with all bits.
std::string dump(const database::PromptDatabase& db, const std::string& name) {
  std::string out;
  const Table rows = db.rows(name);
  for (const table::Column& column : rows.columns()) {
    out += column.name + ":";
    std::visit(
        [&](const auto& v) {
          using Vector = std::decay_t<decltype(v)>;
          if constexpr (std::is_same_v<Vector, std::vector<double>>)
            for (const double x : v) {
              char text[64];
              std::snprintf(text, sizeof text, "%a ", x);
              out += text;
            }
          else if constexpr (std::is_same_v<Vector, std::vector<std::int64_t>>)
            for (const auto x : v) out += std::to_string(x) + " ";
          else if constexpr (std::is_same_v<Vector, std::vector<std::string>>)
            for (const auto& x : v) out += x + " ";
        },
        column.values);
    out += "\n";
  }
  return out;
}

TEST_F(AssociateVisitTest, FollowsObjectsThroughVisits) {
  const auto held = made("a.sqlite");
  database::PromptDatabase& db = *held;
  const Field f = field();
  std::size_t created = 0, seen = 0;
  for (int v = 0; v < 8; ++v) {
    const AssociatedVisit result =
        associate_visit(db, visit_of(f, v + 1, 60000.0 + v, v % 2 ? "g" : "r"), {});
    created += result.created;
    seen += result.sources.rows();
    EXPECT_EQ(result.created + result.matched, result.sources.rows());
    EXPECT_EQ(result.objects.rows(), result.sources.rows());
    EXPECT_EQ(result.targets.rows(), created);  // all objects known so far
    EXPECT_EQ(result.history.rows(), seen - result.sources.rows());
  }
  EXPECT_EQ(created, 60u);  // 1.5e-5 of the objects would stay unseen in 8 visits
  EXPECT_EQ(db.count("DiaSource"), static_cast<std::int64_t>(seen));
  const Table objects = db.rows("DiaObject");
  std::int64_t detections = 0;
  for (const std::int64_t n : objects.wholes("nDiaSources")) detections += n;
  EXPECT_EQ(detections, static_cast<std::int64_t>(seen));
}

TEST_F(AssociateVisitTest, StoringAVisitAgainChangesNoBit) {
  const auto held = made("a.sqlite");
  database::PromptDatabase& db = *held;
  const Field f = field();
  for (int v = 0; v < 6; ++v) (void)associate_visit(db, visit_of(f, v + 1, 60000.0 + v, "r"), {});
  const std::string sources = dump(db, "DiaSource");
  const std::string objects = dump(db, "DiaObject");
  (void)associate_visit(db, visit_of(f, 6, 60005.0, "r"), {});  // the last one
  EXPECT_EQ(dump(db, "DiaSource"), sources);
  EXPECT_EQ(dump(db, "DiaObject"), objects);
  (void)associate_visit(db, visit_of(f, 3, 60002.0, "r"), {});  // one in the middle
  EXPECT_EQ(dump(db, "DiaSource"), sources);
  EXPECT_EQ(dump(db, "DiaObject"), objects);
}

TEST_F(AssociateVisitTest, AVisitWithoutSourcesIsStored) {
  const auto held = made("a.sqlite");
  database::PromptDatabase& db = *held;
  VisitSources visit = visit_of({}, 5, 60000.0, "r");
  const AssociatedVisit result = associate_visit(db, visit, {});
  EXPECT_EQ(result.sources.rows(), 0u);
  EXPECT_TRUE(db.contains(5, 94));
}

TEST_F(AssociateVisitTest, KnownMovingObjectsMakeNoObject) {
  const auto held = made("a.sqlite");
  database::PromptDatabase& db = *held;
  VisitSources visit = visit_of(field(), 5, 60000.0, "r");
  std::vector<std::int64_t> movers(visit.sources.rows(), 0);
  movers[3] = 777;
  visit.sources.add("ssObjectId", "", "", movers);
  const AssociatedVisit result = associate_visit(db, visit, {});
  EXPECT_EQ(result.sources.wholes("diaObjectId")[3], 0);
  EXPECT_EQ(result.created, visit.sources.rows() - 1);
}

}  // namespace
}  // namespace skywright::pipelines
