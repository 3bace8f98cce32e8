#include "skywright/sphere/region.h"

#include <algorithm>
#include <numbers>

#include "skywright/base/error.h"

namespace skywright::sphere {
namespace {

enum class Relation { outside, crossing, inside };

// Rounding of an angle between unit vectors; rims are widened by it.
constexpr double kRounding = 1e-14;  // [rad]

UnitVector cross(const UnitVector& a, const UnitVector& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

double length(const UnitVector& v) { return std::hypot(v.x, v.y, v.z); }

UnitVector scaled(const UnitVector& v, double k) { return {v.x * k, v.y * k, v.z * k}; }

UnitVector normalised(const UnitVector& v) { return scaled(v, 1.0 / length(v)); }

Relation relation(const Cone& cone, const UnitVector& at, double radius) {
  const double distance = separation(cone.centre, at).radians();
  if (distance > cone.radius.radians() + radius + kRounding) return Relation::outside;
  return distance + radius + kRounding < cone.radius.radians() ? Relation::inside
                                                               : Relation::crossing;
}

Relation relation(const ConvexPolygon& polygon, const UnitVector& at, double radius) {
  bool inside = true;
  for (const UnitVector& pole : polygon.edge_poles()) {
    const double height = std::asin(std::clamp(dot(pole, at), -1.0, 1.0));
    if (height < -radius - kRounding) return Relation::outside;
    inside = inside && height > radius + kRounding;
  }
  return inside ? Relation::inside : Relation::crossing;
}

/// Down the tree from the twelve faces: whole pixels where inside, four children where crossing.
template <class Region>
Moc covered(const Region& region, int order) {
  struct Step {
    std::int64_t pixel;
    int order;
  };
  std::vector<double> radius;
  for (int k = 0; k <= order; ++k) radius.push_back(healpix::max_pixel_radius(k).radians());
  std::vector<PixelRange> ranges;
  std::vector<Step> open;
  for (std::int64_t face = 11; face >= 0; --face) open.push_back({face, 0});
  while (!open.empty()) {
    const Step step = open.back();
    open.pop_back();
    const Relation r = relation(region, healpix::centre(step.pixel, step.order),
                                radius[static_cast<std::size_t>(step.order)]);
    if (r == Relation::outside) continue;
    if (r == Relation::inside || step.order == order) {
      const int shift = 2 * (healpix::kMaxOrder - step.order);
      ranges.push_back({step.pixel << shift, (step.pixel + 1) << shift});
      continue;
    }
    for (std::int64_t child = 3; child >= 0; --child) {
      open.push_back({4 * step.pixel + child, step.order + 1});
    }
  }
  return Moc(std::move(ranges));
}

[[noreturn]] void refuse(const char* reason) {
  throw InputError("no convex polygon", reason,
                   "give its corners in order, all within a hemisphere");
}

}  // namespace

bool Cone::contains(const UnitVector& v) const { return separation(centre, v) <= radius; }

double Cone::area() const {
  const double s = std::sin(radius.radians() / 2.0);
  return 4.0 * std::numbers::pi * s * s;
}

ConvexPolygon::ConvexPolygon(std::span<const UnitVector> vertices)
    : vertices_(vertices.begin(), vertices.end()) {
  if (vertices_.size() < 3) refuse("it has fewer than three corners");
  UnitVector mean{0.0, 0.0, 0.0};
  for (UnitVector& v : vertices_) {
    const double norm = length(v);
    if (!(norm > 0.0) || !std::isfinite(norm)) refuse("a corner is no direction");
    v = scaled(v, 1.0 / norm);
    mean = {mean.x + v.x, mean.y + v.y, mean.z + v.z};
  }
  if (!(dot(cross(vertices_[0], vertices_[1]), mean) >= 0.0)) {
    std::reverse(vertices_.begin(), vertices_.end());
  }
  for (std::size_t i = 0; i < vertices_.size(); ++i) {
    const UnitVector pole = cross(vertices_[i], vertices_[(i + 1) % vertices_.size()]);
    if (!(length(pole) > kRounding)) refuse("two neighbouring corners are one place or opposite");
    poles_.push_back(normalised(pole));
  }
  for (std::size_t e = 0; e < poles_.size(); ++e) {
    bool flat = true;
    for (const UnitVector& v : vertices_) {
      const double height = dot(poles_[e], v);
      if (height < -kRounding) refuse("a corner lies outside an edge");
      flat = flat && height < kRounding;
    }
    if (flat) refuse("all corners lie on one great circle");
  }
}

bool ConvexPolygon::contains(const UnitVector& v) const {
  return std::all_of(poles_.begin(), poles_.end(),
                     [&](const UnitVector& pole) { return dot(pole, v) >= 0.0; });
}

double ConvexPolygon::area() const {
  double sum = 0.0;
  const UnitVector& a = vertices_[0];
  for (std::size_t i = 1; i + 1 < vertices_.size(); ++i) {
    const UnitVector& b = vertices_[i];
    const UnitVector& c = vertices_[i + 1];
    sum += 2.0 * std::atan2(dot(a, cross(b, c)), 1.0 + dot(a, b) + dot(b, c) + dot(c, a));
  }
  return sum;
}

Cone ConvexPolygon::bounding_cone() const {
  UnitVector mean{0.0, 0.0, 0.0};
  for (const UnitVector& v : vertices_) mean = {mean.x + v.x, mean.y + v.y, mean.z + v.z};
  Cone cone{normalised(mean), Angle()};
  for (const UnitVector& v : vertices_)
    cone.radius = std::max(cone.radius, separation(cone.centre, v));
  return cone;
}

Moc coverage(const Cone& cone, int order) { return covered(cone, order); }
Moc coverage(const ConvexPolygon& polygon, int order) { return covered(polygon, order); }

}  // namespace skywright::sphere
