#include "skywright/associate/known_bodies.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"

namespace skywright::associate {
namespace {

constexpr double kArcsec = 1.0 / 3600.0;

PredictedBody body_at(double ra, double dec, double magnitude = 20.0) {
  return {.ra = ra, .dec = dec, .rate = 0.01, .error = 0.0, .magnitude = magnitude};
}
BodyDetection seen_at(double ra, double dec, double magnitude = 20.0) {
  return {.ra = ra, .dec = dec, .error = 0.03, .magnitude = magnitude};
}

TEST(MatchKnownBodies, TakesTheNearestWithinTheToleranceAndTellsTheOffset) {
  const auto match = match_known_bodies(
      {seen_at(10.0, 0.5 * kArcsec), seen_at(10.0, 5.0 * kArcsec), seen_at(11.0, 0.0)},
      {body_at(10.0, 0.0)}, 30.0, {});
  EXPECT_EQ(match[0].body, 0u);
  EXPECT_NEAR(match[0].offset, 0.5, 1e-6);
  EXPECT_FALSE(match[0].ambiguous);
  EXPECT_EQ(match[1].body, kNoBody);
  EXPECT_TRUE(std::isnan(match[1].offset));
  EXPECT_EQ(match[2].body, kNoBody);
}

TEST(MatchKnownBodies, ToleratesWhatOrbitAndMotionAllow) {
  const std::vector<BodyDetection> seen = {seen_at(10.0, 4.0 * kArcsec)};
  PredictedBody body = body_at(10.0, 0.0);
  EXPECT_EQ(match_known_bodies(seen, {body}, 30.0, {})[0].body, kNoBody);
  body.error = 1.5;
  EXPECT_EQ(match_known_bodies(seen, {body}, 30.0, {})[0].body, 0u);
  body.error = 0.0;
  body.rate = 1.0;  // 30 arcsec of trail, whose centre may be off by a fifth
  EXPECT_EQ(match_known_bodies(seen, {body}, 30.0, {})[0].body, 0u);
  body.error = 100.0;
  const auto far = match_known_bodies({seen_at(10.0, 11.0 * kArcsec)}, {body}, 30.0, {});
  EXPECT_EQ(far[0].body, kNoBody);  // beyond largest_arcsec
}

TEST(MatchKnownBodies, RefusesAnotherBrightnessButNotAnUnknownOne) {
  const std::vector<PredictedBody> faint = {body_at(10.0, 0.0, 24.0)};
  EXPECT_EQ(match_known_bodies({seen_at(10.0, 0.0, 18.0)}, faint, 30.0, {})[0].body, kNoBody);
  EXPECT_EQ(match_known_bodies({seen_at(10.0, 0.0, NAN)}, faint, 30.0, {})[0].body, 0u);
}

TEST(MatchKnownBodies, GivesEachBodyOneDetectionAndSaysWhatIsAmbiguous) {
  const auto match =
      match_known_bodies({seen_at(10.0, 0.3 * kArcsec), seen_at(10.0, -0.6 * kArcsec)},
                         {body_at(10.0, 0.2 * kArcsec), body_at(10.0, -0.5 * kArcsec)}, 30.0, {});
  EXPECT_EQ(match[0].body, 0u);
  EXPECT_EQ(match[1].body, 1u);
  EXPECT_TRUE(match[0].ambiguous);
  const auto two = match_known_bodies({seen_at(10.0, 0.3 * kArcsec), seen_at(10.0, 0.1 * kArcsec)},
                                      {body_at(10.0, 0.0)}, 30.0, {});
  EXPECT_EQ(two[0].body, kNoBody);
  EXPECT_EQ(two[1].body, 0u);
  EXPECT_TRUE(two[1].ambiguous);
}

TEST(MatchKnownBodies, DependsOnNoOrder) {
  auto random = RandomStream::for_unit(1, {1}, "bodies");
  std::vector<PredictedBody> bodies;
  std::vector<BodyDetection> seen;
  for (int i = 0; i < 200; ++i) {
    bodies.push_back(body_at(10.0 + random.uniform(0.0, 0.01), random.uniform(0.0, 0.01)));
    seen.push_back(seen_at(bodies.back().ra + 0.3 * kArcsec * random.normal(), bodies.back().dec));
  }
  const auto straight = match_known_bodies(seen, bodies, 30.0, {});
  std::reverse(seen.begin(), seen.end());
  std::reverse(bodies.begin(), bodies.end());
  const auto turned = match_known_bodies(seen, bodies, 30.0, {});
  int matched = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    const auto& a = straight[i];
    const auto& b = turned[199 - i];
    EXPECT_EQ(a.body == kNoBody, b.body == kNoBody);
    if (a.body == kNoBody) continue;
    ++matched;
    EXPECT_EQ(a.body, 199 - b.body);
  }
  EXPECT_GT(matched, 150);
}

}  // namespace
}  // namespace skywright::associate
