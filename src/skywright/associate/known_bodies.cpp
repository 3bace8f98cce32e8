#include "skywright/associate/known_bodies.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "skywright/associate/assignment.h"
#include "skywright/math/point_index.h"
#include "skywright/sphere/direction.h"

namespace skywright::associate {
namespace {

using Point = std::array<double, 3>;
constexpr double kArcsec = std::numbers::pi / 180.0 / 3600.0;
/// Errors common to positions, so that no pair weighs without bound [arcsec].
constexpr double kFloor = 0.05;

Point point(double ra, double dec) {
  const sphere::UnitVector v = sphere::unit_vector(sphere::SkyPosition::from_degrees(ra, dec));
  return {v.x, v.y, v.z};
}

double known_or_zero(double v) { return std::isfinite(v) && v > 0.0 ? v : 0.0; }

}  // namespace

void describe(Fields& fields, KnownBodyConfig& config) {
  fields.number("radius_arcsec", config.radius_arcsec,
                "what orbits and astrometry may be wrong by [arcsec]",
                {.high = 60.0, .above = 0.0});
  fields.number("largest_arcsec", config.largest_arcsec, "tolerances never exceed it [arcsec]",
                {.high = 300.0, .above = 0.0});
  fields.number("sigmas", config.sigmas,
                "errors of detection and orbit that are tolerated, in standard deviations",
                {.low = 0.0, .high = 10.0});
  fields.number("trail_share", config.trail_share,
                "share of the path during the exposure by which a centre may be off",
                {.low = 0.0, .high = 0.5});
  fields.number("magnitude_range", config.magnitude_range,
                "farthest that seen and predicted magnitudes lie apart [mag]",
                {.high = 20.0, .above = 0.0});
}

std::vector<KnownBodyMatch> match_known_bodies(const std::vector<BodyDetection>& detections,
                                               const std::vector<PredictedBody>& bodies,
                                               double exposure_s, const KnownBodyConfig& config) {
  check_fields(config);
  std::vector<KnownBodyMatch> out(detections.size(),
                                  {kNoBody, std::numeric_limits<double>::quiet_NaN(), false});
  if (detections.empty() || bodies.empty()) return out;
  std::vector<Point> places;
  places.reserve(detections.size());
  for (const BodyDetection& d : detections) places.push_back(point(d.ra, d.dec));
  const math::PointIndex<3> index(std::move(places));
  std::vector<Candidate> candidates;
  std::vector<std::size_t> of_detection(detections.size(), 0), of_body(bodies.size(), 0);
  std::vector<double> offsets;
  for (std::size_t b = 0; b < bodies.size(); ++b) {
    const PredictedBody& body = bodies[b];
    const double path = config.trail_share * body.rate * exposure_s;
    const double farthest = std::min(config.largest_arcsec, 300.0);
    for (const math::Neighbour& near : index.within(point(body.ra, body.dec), farthest * kArcsec)) {
      const BodyDetection& d = detections[near.index];
      // A magnitude that is not known on one side excludes nothing.
      if (std::abs(d.magnitude - body.magnitude) > config.magnitude_range) continue;
      const double errors =
          std::hypot(known_or_zero(d.error), known_or_zero(body.error)) * config.sigmas;
      const double tolerance =
          std::min(config.largest_arcsec, std::hypot(config.radius_arcsec, errors, path));
      const double distance = near.distance / kArcsec;
      if (distance >= tolerance) continue;
      const double sigma =
          std::hypot(kFloor, known_or_zero(d.error), std::hypot(known_or_zero(body.error), path));
      candidates.push_back(
          {near.index, b, (tolerance * tolerance - distance * distance) / (sigma * sigma)});
      offsets.push_back(distance);
      ++of_detection[near.index];
      ++of_body[b];
    }
  }
  const auto match = best_assignment(detections.size(), bodies.size(), candidates);
  for (std::size_t k = 0; k < candidates.size(); ++k) {
    const Candidate& c = candidates[k];
    if (match[c.left] != c.right) continue;
    out[c.left] = {c.right, offsets[k], of_detection[c.left] > 1 || of_body[c.right] > 1};
  }
  return out;
}

}  // namespace skywright::associate
