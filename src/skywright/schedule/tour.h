/// A short way through the fields of a block.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace skywright::schedule {

/// A place in the plane in which the way is measured: altitude and azimuth [rad], since the mount
/// turns about these axes and not along great circles.
struct TourStop {
  double x = 0.0;
  double y = 0.0;
};

/// The order of a closed way through all stops, beginning with the one nearest to `from`: nearest
/// neighbours, then 2-opt until no exchange of two legs shortens it (Croes 1958, Oper. Res. 6,
/// 791). O(n^2) a round; ties by index.
std::vector<std::size_t> short_tour(std::span<const TourStop> stops, const TourStop& from);

/// Length of the closed way.
double tour_length(std::span<const TourStop> stops, std::span<const std::size_t> order);

}  // namespace skywright::schedule
