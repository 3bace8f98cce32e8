#include "skywright/schedule/field_grid.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <tuple>

#include "skywright/math/point_index.h"
#include "skywright/sphere/healpix.h"

namespace skywright::schedule {
namespace {

using sphere::UnitVector;

UnitVector normalised(double x, double y, double z) {
  const double r = std::sqrt(x * x + y * y + z * z);
  return {x / r, y / r, z / r};
}

/// The place at `share` of the great circle from `a` to `b`.
UnitVector along(const UnitVector& a, const UnitVector& b, double share) {
  const double angle = sphere::separation(a, b).radians();
  const double s = std::sin((1.0 - share) * angle), t = std::sin(share * angle);
  return normalised(s * a.x + t * b.x, s * a.y + t * b.y, s * a.z + t * b.z);
}

std::vector<UnitVector> icosahedron() {
  const double g = std::numbers::phi;
  std::vector<UnitVector> v;
  for (const double s : {-1.0, 1.0}) {
    for (const double t : {-g, g}) {
      v.push_back(normalised(0.0, s, t));
      v.push_back(normalised(s, t, 0.0));
      v.push_back(normalised(t, 0.0, s));
    }
  }
  return v;
}

std::vector<std::array<std::size_t, 3>> faces(const std::vector<UnitVector>& v) {
  const auto joined = [&](std::size_t i, std::size_t j) {
    return dot(v[i], v[j]) > 0.4;  // edges have cosine 1/sqrt(5), all others less
  };
  std::vector<std::array<std::size_t, 3>> out;
  for (std::size_t i = 0; i < v.size(); ++i)
    for (std::size_t j = i + 1; j < v.size(); ++j)
      for (std::size_t k = j + 1; k < v.size(); ++k)
        if (joined(i, j) && joined(j, k) && joined(i, k)) out.push_back({i, j, k});
  return out;
}

double circumradius(const UnitVector& a, const UnitVector& b, const UnitVector& c) {
  const double ux = b.x - a.x, uy = b.y - a.y, uz = b.z - a.z;
  const double vx = c.x - a.x, vy = c.y - a.y, vz = c.z - a.z;
  UnitVector n = normalised(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx);
  return std::acos(std::min(1.0, std::abs(dot(n, a))));
}

struct Grid {
  std::vector<UnitVector> centres;
  double covering = 0.0;  ///< [rad]
};

Grid geodesic(int frequency) {
  Grid grid;
  std::map<std::tuple<long, long, long>, bool> known;
  const auto add = [&](const UnitVector& v) {
    // Points of a face's edge come once from each face, equal but for rounding.
    const std::tuple key{std::lround(v.x * 1e6), std::lround(v.y * 1e6), std::lround(v.z * 1e6)};
    if (known.emplace(key, true).second) grid.centres.push_back(v);
  };
  const std::vector<UnitVector> corners = icosahedron();
  const auto n = static_cast<std::size_t>(frequency);
  for (const auto& [a, b, c] : faces(corners)) {
    std::vector<std::vector<UnitVector>> rows;
    for (std::size_t i = 0; i <= n; ++i) {
      const double share = static_cast<double>(i) / frequency;
      const UnitVector left = along(corners[a], corners[b], share);
      const UnitVector right = along(corners[a], corners[c], share);
      rows.emplace_back();
      for (std::size_t j = 0; j <= i; ++j) {
        rows.back().push_back(
            i == 0 ? left : along(left, right, static_cast<double>(j) / static_cast<double>(i)));
        add(rows.back().back());
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        grid.covering =
            std::max(grid.covering, circumradius(rows[i][j], rows[i + 1][j], rows[i + 1][j + 1]));
        if (j < i)
          grid.covering =
              std::max(grid.covering, circumradius(rows[i][j], rows[i][j + 1], rows[i + 1][j + 1]));
      }
    }
  }
  return grid;
}

UnitVector turned(const GridRotation& m, const UnitVector& v) {
  return {m[0] * v.x + m[1] * v.y + m[2] * v.z, m[3] * v.x + m[4] * v.y + m[5] * v.z,
          m[6] * v.x + m[7] * v.y + m[8] * v.z};
}

UnitVector turned_back(const GridRotation& m, const UnitVector& v) {
  return {m[0] * v.x + m[3] * v.y + m[6] * v.z, m[1] * v.x + m[4] * v.y + m[7] * v.z,
          m[2] * v.x + m[5] * v.y + m[8] * v.z};
}

}  // namespace

FieldGrid::FieldGrid(sphere::Angle field_of_view) {
  const double radius = 0.5 * field_of_view.radians();
  // An even grid of triangles with this circumradius has edges of sqrt(3) radius; the icosahedron's
  // are 63.4 degrees.
  int frequency = std::max(1, static_cast<int>(1.107 / (std::numbers::sqrt3 * radius)));
  Grid grid = geodesic(frequency);
  while (grid.covering > radius) grid = geodesic(++frequency);
  centres_ = std::move(grid.centres);
  covering_radius_ = sphere::Angle::from_radians(grid.covering);

  order_ = 5;
  while (order_ < 9 && std::sqrt(sphere::healpix::pixel_area(order_)) > 0.15 * radius) ++order_;
  std::vector<std::array<double, 3>> points;
  points.reserve(centres_.size());
  for (const UnitVector& v : centres_) points.push_back({v.x, v.y, v.z});
  const math::PointIndex<3> index(std::move(points));
  nearest_.resize(static_cast<std::size_t>(sphere::healpix::pixel_count(order_)));
  for (std::size_t p = 0; p < nearest_.size(); ++p) {
    const UnitVector v = sphere::healpix::centre(static_cast<std::int64_t>(p), order_);
    nearest_[p] = static_cast<std::int32_t>(index.nearest({v.x, v.y, v.z}, 1).front().index);
  }
}

UnitVector FieldGrid::centre(std::size_t field, const GridRotation& turn) const {
  return turned(turn, centres_[field]);
}

std::size_t FieldGrid::nearest(const UnitVector& at, const GridRotation& turn) const {
  const std::int64_t pixel = sphere::healpix::pixel_at(turned_back(turn, at), order_);
  return static_cast<std::size_t>(nearest_[static_cast<std::size_t>(pixel)]);
}

}  // namespace skywright::schedule
