/// The sky covered by round fields of view, near-evenly: where the telescope points.
///
/// A geodesic grid: each face of an icosahedron divided along great circles, as finely as needed
/// for no place to lie farther than half a field of view from a centre. (LSST's classical 5,292
/// fields are such a grid of frequency 23 with optimised places: Sloane, Hardin & Smith,
/// "Spherical coverings", http://neilsloane.com/coverings.)
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "skywright/sphere/direction.h"

namespace skywright::schedule {

/// A turn of the whole grid, row-major.
using GridRotation = std::array<double, 9>;
inline constexpr GridRotation kUnturned{1, 0, 0, 0, 1, 0, 0, 0, 1};

class FieldGrid {
 public:
  /// @param field_of_view  diameter; within (0.3, 60) degrees
  /// Costs about 0.3 s for 3.5 degrees.
  explicit FieldGrid(sphere::Angle field_of_view);

  [[nodiscard]] std::size_t size() const { return centres_.size(); }
  [[nodiscard]] const sphere::UnitVector& centre(std::size_t field) const {
    return centres_[field];
  }
  [[nodiscard]] sphere::UnitVector centre(std::size_t field, const GridRotation& turn) const;
  /// The field of the turned grid whose centre is nearest to `at`, but for places about as near to
  /// two (a twentieth of a field of view).
  [[nodiscard]] std::size_t nearest(const sphere::UnitVector& at, const GridRotation& turn) const;
  /// The largest distance of any place from the nearest centre.
  [[nodiscard]] sphere::Angle covering_radius() const { return covering_radius_; }

 private:
  std::vector<sphere::UnitVector> centres_;
  std::vector<std::int32_t> nearest_;  ///< of each pixel of `order_`
  int order_ = 7;
  sphere::Angle covering_radius_;
};

}  // namespace skywright::schedule
