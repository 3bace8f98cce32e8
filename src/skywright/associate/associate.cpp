#include "skywright/associate/associate.h"

#include <algorithm>
#include <numbers>
#include <numeric>

#include "skywright/associate/assignment.h"
#include "skywright/base/error.h"
#include "skywright/math/point_index.h"
#include "skywright/sphere/direction.h"

namespace skywright::associate {
namespace {

using Point = std::array<double, 3>;

Point point(double ra, double dec) {
  const sphere::UnitVector v = sphere::unit_vector(sphere::SkyPosition::from_degrees(ra, dec));
  return {v.x, v.y, v.z};
}

double square(double v) { return v * v; }

double known_or_zero(double err) { return std::isfinite(err) && err > 0.0 ? err : 0.0; }

/// Pairs within the radius, with gain (R^2 - d^2) / variance.
std::vector<Candidate> candidates_of(const std::vector<const Detection*>& detections,
                                     const std::vector<DiaObject>& objects,
                                     const AssociateConfig& config) {
  std::vector<Point> points;
  points.reserve(objects.size());
  for (const DiaObject& object : objects) points.push_back(point(object.ra, object.dec));
  const math::PointIndex<3> index(std::move(points));
  constexpr double kDegree = std::numbers::pi / 180.0;
  const double radius = config.radius_arcsec / 3600.0 * kDegree;
  const double floor = config.position_floor_arcsec / 3600.0;
  std::vector<Candidate> out;
  for (std::size_t i = 0; i < detections.size(); ++i) {
    const Detection& d = *detections[i];
    // Chords stand for arcs: they differ by 1e-12 of the distance at an arcsecond.
    for (const math::Neighbour& near : index.within(point(d.ra, d.dec), radius)) {
      const DiaObject& o = objects[near.index];
      const double variance = 0.5 * (square(known_or_zero(d.ra_err)) + square(o.ra_err) +
                                     square(known_or_zero(d.dec_err)) + square(o.dec_err)) +
                              square(floor);
      const double gain = (square(radius) - square(near.distance)) / (variance * square(kDegree));
      if (gain > 0.0) out.push_back({i, near.index, gain});
    }
  }
  return out;
}

void check_detections(const std::vector<const Detection*>& sorted) {
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Detection& d = *sorted[i];
    if (!std::isfinite(d.ra) || !std::isfinite(d.dec) || std::abs(d.dec) > 90.0)
      throw InputError("detection " + std::to_string(d.id), "has no position on the sky",
                       "solve the image's WCS first");
    if (i > 0 && sorted[i - 1]->id == d.id)
      throw InputError("detection " + std::to_string(d.id), "given twice",
                       "give each detection an id of its own");
  }
}

}  // namespace

void describe(Fields& fields, AssociateConfig& config) {
  fields.number("radius_arcsec", config.radius_arcsec,
                "farthest that a detection lies from its object [arcsec]",
                {.high = 60.0, .above = 0.0});
  fields.number("position_floor_arcsec", config.position_floor_arcsec,
                "error common to positions, added to each one's own [arcsec]",
                {.high = 10.0, .above = 0.0});
}

Association associate(const VisitDetections& visit, std::vector<DiaObject> known,
                      const AssociateConfig& config) {
  check_fields(config);
  std::vector<std::size_t> order(visit.detections.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return visit.detections[a].id < visit.detections[b].id;
  });
  std::vector<const Detection*> sorted;
  for (const std::size_t i : order) sorted.push_back(&visit.detections[i]);
  check_detections(sorted);
  // Equal gains are decided by order, so that the objects' order must not depend on the caller.
  std::vector<std::size_t> by_id(known.size());
  std::iota(by_id.begin(), by_id.end(), std::size_t{0});
  std::sort(by_id.begin(), by_id.end(),
            [&](std::size_t a, std::size_t b) { return known[a].id < known[b].id; });
  std::vector<DiaObject> ranked;
  ranked.reserve(known.size());
  for (const std::size_t row : by_id) ranked.push_back(known[row]);

  const std::vector<std::size_t> match =
      best_assignment(sorted.size(), ranked.size(), candidates_of(sorted, ranked, config));
  const double floor = config.position_floor_arcsec / 3600.0;
  Association out;
  out.object_ids.resize(visit.detections.size());
  std::vector<DiaObject> created;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Detection& detection = *sorted[i];
    if (match[i] == kUnmatched) {
      created.push_back(object_from(detection, visit.band, visit.midpoint, floor));
      out.object_ids[order[i]] = detection.id;
      continue;
    }
    const std::size_t row = by_id[match[i]];
    update(known[row], detection, visit.band, visit.midpoint, floor);
    out.object_ids[order[i]] = known[row].id;
    out.changed.push_back(row);
  }
  std::sort(out.changed.begin(), out.changed.end());
  out.created = created.size();
  out.objects = std::move(known);
  for (DiaObject& object : created) {
    out.changed.push_back(out.objects.size());
    out.objects.push_back(object);
  }
  return out;
}

std::vector<std::size_t> forced_targets(std::span<const DiaObject> objects, double time,
                                        double days) {
  std::vector<std::size_t> out;
  for (std::size_t row = 0; row < objects.size(); ++row)
    if (objects[row].last_time <= time && time - objects[row].last_time <= days) out.push_back(row);
  std::sort(out.begin(), out.end(),
            [&](std::size_t a, std::size_t b) { return objects[a].id < objects[b].id; });
  return out;
}

}  // namespace skywright::associate
