/// Regions of the sphere, cones and convex polygons, and the HEALPix pixels that cover them.
#pragma once

#include <span>
#include <vector>

#include "skywright/sphere/moc.h"

namespace skywright::sphere {

/// All places within `radius` of `centre`.
struct Cone {
  UnitVector centre;
  Angle radius;  ///< 0 to 180 degrees

  [[nodiscard]] bool contains(const UnitVector& v) const;
  [[nodiscard]] double area() const;  ///< [sr]
};

/// A convex polygon of great circles, smaller than a hemisphere.
class ConvexPolygon {
 public:
  /// @param vertices in either sense of turning, at least three
  /// @throws InputError where they are not convex, repeat, or lie on one great circle
  explicit ConvexPolygon(std::span<const UnitVector> vertices);

  [[nodiscard]] const std::vector<UnitVector>& vertices() const { return vertices_; }
  /// Poles of the edges: v lies inside where its product with each is not negative.
  [[nodiscard]] const std::vector<UnitVector>& edge_poles() const { return poles_; }
  [[nodiscard]] bool contains(const UnitVector& v) const;
  [[nodiscard]] double area() const;  ///< [sr], by Girard's theorem in the form of van Oosterom &
                                      ///< Strackee (1983)
  /// A cone that holds it, about the mean of the vertices.
  [[nodiscard]] Cone bounding_cone() const;

 private:
  std::vector<UnitVector> vertices_;  ///< anticlockwise seen from outside
  std::vector<UnitVector> poles_;
};

/// Pixels of `order` (whole ancestors where they fit) that cover the region: every pixel that meets
/// it, and at the rim some whose circumscribed circle meets it (or, for a polygon, all its edges).
Moc coverage(const Cone& cone, int order);
Moc coverage(const ConvexPolygon& polygon, int order);

}  // namespace skywright::sphere
