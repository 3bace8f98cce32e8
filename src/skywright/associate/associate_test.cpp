#include "skywright/associate/associate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "skywright/associate/assignment.h"
#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"

namespace skywright::associate {
namespace {

constexpr double kArcsec = 1.0 / 3600.0;

Detection detection(std::int64_t id, double east_arcsec, double flux = 100.0, double err = 0.05) {
  return {.id = id,
          .ra = 150.0 + east_arcsec * kArcsec,
          .dec = 0.0,
          .ra_err = err * kArcsec,
          .dec_err = err * kArcsec,
          .flux = flux,
          .flux_err = 10.0};
}

VisitDetections visit_of(std::vector<Detection> detections, double midpoint = 60000.0) {
  return {.band = "r", .midpoint = midpoint, .detections = std::move(detections)};
}

TEST(FluxSummaryTest, AgreesWithFormulasOverAllFluxes) {
  auto random = RandomStream::for_unit(5, {0}, "fluxes");
  std::vector<double> flux, err;
  FluxSummary summary;
  for (int i = 0; i < 200; ++i) {
    flux.push_back(1e5 + 300.0 * random.normal());
    err.push_back(random.uniform(50.0, 400.0));
    summary.add(flux.back(), err.back());
  }
  double weights = 0.0, weighted = 0.0, sum = 0.0, errs = 0.0;
  for (std::size_t i = 0; i < flux.size(); ++i) {
    weights += 1.0 / (err[i] * err[i]);
    weighted += flux[i] / (err[i] * err[i]);
    sum += flux[i];
    errs += err[i];
  }
  const double mean = sum / 200.0;
  double squares = 0.0;
  for (const double f : flux) squares += (f - mean) * (f - mean);
  EXPECT_NEAR(summary.mean, weighted / weights, 1e-7);
  EXPECT_NEAR(summary.mean_err, 1.0 / std::sqrt(weights), 1e-10);
  EXPECT_NEAR(summary.sigma, std::sqrt(squares / 199.0), 1e-7);
  EXPECT_NEAR(summary.err_mean, errs / 200.0, 1e-9);
  EXPECT_EQ(summary.min, *std::min_element(flux.begin(), flux.end()));
  EXPECT_EQ(summary.max, *std::max_element(flux.begin(), flux.end()));
  EXPECT_EQ(summary.count, 200);
}

TEST(FluxSummaryTest, LeavesOutFluxesThatSayNothing) {
  FluxSummary summary;
  summary.add(std::nan(""), 1.0);
  summary.add(1.0, 0.0);
  summary.add(1.0, std::nan(""));
  EXPECT_EQ(summary.count, 0);
  summary.add(5.0, 2.0);
  EXPECT_EQ(summary.mean, 5.0);
  EXPECT_TRUE(std::isnan(summary.sigma));  // one flux has no scatter
}

TEST(Assignment, IsTheBestOfAllPossible) {
  auto random = RandomStream::for_unit(6, {0}, "gains");
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t lefts = 1 + static_cast<std::size_t>(random.below(5));
    const std::size_t rights = 1 + static_cast<std::size_t>(random.below(5));
    std::vector<Candidate> candidates;
    std::vector<double> gain(lefts * rights, 0.0);
    for (std::size_t l = 0; l < lefts; ++l)
      for (std::size_t r = 0; r < rights; ++r)
        if (random.uniform() < 0.6) {
          gain[l * rights + r] = random.uniform();
          candidates.push_back({l, r, gain[l * rights + r]});
        }
    // Every one-to-one matching: each left one takes a right one or none.
    double best = 0.0;
    std::vector<std::size_t> choice(lefts, 0);
    for (;;) {
      double total = 0.0;
      bool clash = false;
      for (std::size_t l = 0; l < lefts; ++l) {
        if (choice[l] == rights) continue;
        for (std::size_t k = 0; k < l; ++k) clash |= choice[k] == choice[l];
        total += gain[l * rights + choice[l]];
      }
      if (!clash) best = std::max(best, total);
      std::size_t digit = 0;
      while (digit < lefts && ++choice[digit] > rights) choice[digit++] = 0;
      if (digit == lefts) break;
    }
    double total = 0.0;
    const auto match = best_assignment(lefts, rights, candidates);
    for (std::size_t l = 0; l < lefts; ++l)
      if (match[l] != kUnmatched) total += gain[l * rights + match[l]];
    EXPECT_NEAR(total, best, 1e-12);
    for (std::size_t l = 0; l < lefts; ++l)
      for (std::size_t k = 0; k < l; ++k)
        EXPECT_TRUE(match[l] == kUnmatched || match[l] != match[k]);
  }
}

TEST(Associate, MakesAnObjectOfADetectionOfItsOwn) {
  const Association result = associate(visit_of({detection(7, 0.0), detection(9, 5.0)}), {}, {});
  ASSERT_EQ(result.objects.size(), 2u);
  EXPECT_EQ(result.created, 2u);
  EXPECT_EQ(result.object_ids, (std::vector<std::int64_t>{7, 9}));
  EXPECT_EQ(result.objects[0].detections, 1);
  EXPECT_EQ(result.objects[0].bands[2].mean, 100.0);
  EXPECT_EQ(result.objects[0].bands[1].count, 0);
}

TEST(Associate, UpdatesTheObjectNearestAndLeavesOthersAlone) {
  const Association before = associate(visit_of({detection(1, 0.0), detection(2, 30.0)}), {}, {});
  const Association after =
      associate(visit_of({detection(11, 0.2, 140.0)}, 60003.0), before.objects, {});
  EXPECT_EQ(after.object_ids, (std::vector<std::int64_t>{1}));
  EXPECT_EQ(after.changed, (std::vector<std::size_t>{0}));
  EXPECT_EQ(after.created, 0u);
  EXPECT_NEAR((after.objects[0].ra - 150.0) / kArcsec, 0.1, 1e-6);  // equal errors: the middle
  EXPECT_NEAR(after.objects[0].ra_err / kArcsec, std::hypot(0.05, 0.02) / std::sqrt(2.0), 1e-9);
  EXPECT_EQ(after.objects[0].bands[2].mean, 120.0);
  EXPECT_EQ(after.objects[0].last_time, 60003.0);
  EXPECT_EQ(after.objects[0].first_time, 60000.0);
  EXPECT_EQ(after.objects[1].detections, 1);
}

TEST(Associate, GoesNoFartherThanTheRadius) {
  const Association before = associate(visit_of({detection(1, 0.0)}), {}, {});
  EXPECT_EQ(associate(visit_of({detection(2, 0.999)}), before.objects, {}).created, 0u);
  EXPECT_EQ(associate(visit_of({detection(2, 1.001)}), before.objects, {}).created, 1u);
}

TEST(Associate, MatchesOneToOne) {
  const Association before = associate(visit_of({detection(1, 0.0)}), {}, {});
  const Association after =
      associate(visit_of({detection(2, 0.3), detection(3, 0.1)}), before.objects, {});
  EXPECT_EQ(after.object_ids, (std::vector<std::int64_t>{2, 1}));  // the nearer one takes it
  EXPECT_EQ(after.objects[0].detections, 2);
}

TEST(Associate, PrefersOneNearPairToTwoFarOnes) {
  // Two pairs of 0.95 arcsec could be made, or one of none.
  const Association before = associate(visit_of({detection(1, 0.0), detection(2, 0.95)}), {}, {});
  const Association after =
      associate(visit_of({detection(3, 0.0), detection(4, -0.95)}), before.objects, {});
  EXPECT_EQ(after.object_ids, (std::vector<std::int64_t>{1, 4}));
}

TEST(Associate, WorksAcrossTheMeridianAndAtThePole) {
  Detection west = detection(1, 0.0);
  west.ra = 359.99999;
  Detection east = detection(2, 0.0);
  east.ra = 0.00001;
  const Association first = associate(visit_of({west}), {}, {});
  const Association second = associate(visit_of({east}), first.objects, {});
  EXPECT_EQ(second.created, 0u);
  EXPECT_NEAR(std::remainder(second.objects[0].ra, 360.0), 0.0, 1e-9);
  Detection a = detection(1, 0.0);
  a.dec = 89.9999;
  a.ra = 10.0;
  Detection b = a;
  b.id = 2;
  b.ra = 40.0;  // 0.19 arcsec away
  EXPECT_EQ(associate(visit_of({b}), associate(visit_of({a}), {}, {}).objects, {}).created, 0u);
}

TEST(Associate, DoesNotDependOnTheOrderOfItsInput) {
  auto random = RandomStream::for_unit(7, {0}, "field");
  std::vector<Detection> first, second;
  for (int i = 0; i < 400; ++i) {
    const double east = random.uniform(0.0, 100.0);
    if (i < 300) first.push_back(detection(i + 1, east));
    second.push_back(detection(1000 + i, east + 0.3 * random.normal(), 50.0));
  }
  const auto objects = associate(visit_of(first), {}, {}).objects;
  const Association straight = associate(visit_of(second), objects, {});
  std::vector<Detection> backward(second.rbegin(), second.rend());
  std::vector<DiaObject> turned(objects.rbegin(), objects.rend());
  const Association other = associate(visit_of(backward), turned, {});
  for (std::size_t i = 0; i < second.size(); ++i)
    EXPECT_EQ(straight.object_ids[i], other.object_ids[second.size() - 1 - i]);
  EXPECT_GE(straight.created, 100u);  // 400 detections meet 300 objects
  EXPECT_LT(straight.created, 200u);
}

TEST(Associate, RecoversTrueObjectsOverManyVisits) {
  // 300 objects 3 arcsec apart, errors of 0.1 arcsec, each seen with probability 0.7: a step of
  // 1 arcsec is 7 standard deviations of a difference, so that no false match or split is expected.
  auto random = RandomStream::for_unit(8, {0}, "visits");
  std::vector<DiaObject> objects;
  std::vector<std::int64_t> object_of_true(300, 0);
  std::int64_t id = 0;
  std::vector<int> seen(300, 0);
  for (int v = 0; v < 12; ++v) {
    std::vector<Detection> detections;
    std::vector<std::size_t> truth;
    for (std::size_t k = 0; k < 300; ++k) {
      if (random.uniform() > 0.7) continue;
      detections.push_back(
          detection(++id, 3.0 * static_cast<double>(k) + 0.1 * random.normal(), 100.0, 0.1));
      truth.push_back(k);
      ++seen[k];
    }
    const Association result = associate(visit_of(detections, 60000.0 + v), objects, {});
    objects = result.objects;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      std::int64_t& known = object_of_true[truth[i]];
      if (known == 0) known = result.object_ids[i];
      EXPECT_EQ(result.object_ids[i], known);
    }
  }
  EXPECT_EQ(objects.size(), static_cast<std::size_t>(std::count_if(seen.begin(), seen.end(),
                                                                   [](int n) { return n > 0; })));
  double chi2 = 0.0;
  for (std::size_t k = 0; k < 300; ++k)
    for (const DiaObject& o : objects)
      if (o.id == object_of_true[k])
        chi2 += std::pow((o.ra - 150.0 - 3.0 * static_cast<double>(k) * kArcsec) / o.ra_err, 2);
  // The floor of 0.02 is added to errors of 0.1 where the truth has none: 4 % below 1.
  EXPECT_NEAR(chi2 / static_cast<double>(objects.size()), 0.96, 5.0 * std::sqrt(2.0 / 300.0));
}

TEST(Associate, RefusesDetectionsWithoutAPlaceOrAnId) {
  Detection nowhere = detection(1, 0.0);
  nowhere.ra = std::nan("");
  EXPECT_THROW((void)associate(visit_of({nowhere}), {}, {}), InputError);
  EXPECT_THROW((void)associate(visit_of({detection(1, 0.0), detection(1, 9.0)}), {}, {}),
               InputError);
  EXPECT_THROW((void)associate(visit_of({}), {}, {.radius_arcsec = 0.0}), ConfigError);
}

TEST(DiaObjectTable, KeepsEveryBitOnTheWayThroughATable) {
  Association result = associate(visit_of({detection(1, 0.0, 1.0 / 3.0)}), {}, {});
  result = associate(visit_of({detection(2, 0.1, 2.0 / 3.0)}, 60001.1), result.objects, {});
  const auto back = objects_from(to_table(result.objects));
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].ra, result.objects[0].ra);
  EXPECT_EQ(back[0].bands[2].mean, result.objects[0].bands[2].mean);
  EXPECT_EQ(back[0].bands[2].sigma, result.objects[0].bands[2].sigma);
  EXPECT_EQ(back[0].bands[2].count, 2);
  EXPECT_EQ(back[0].detections, 2);
}

TEST(ForcedTargets, AreTheObjectsSeenLately) {
  std::vector<DiaObject> objects(3);
  objects[0].id = 9;
  objects[0].last_time = 59990.0;
  objects[1].id = 4;
  objects[1].last_time = 59999.0;
  objects[2].id = 5;
  objects[2].last_time = 59000.0;
  EXPECT_EQ(forced_targets(objects, 60000.0, 365.25), (std::vector<std::size_t>{1, 0}));
}

}  // namespace
}  // namespace skywright::associate
