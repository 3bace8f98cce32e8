/// HEALPix in the NESTED scheme: equal-area pixels of the sphere, the survey's one spatial key.
///
/// At `order` k the sphere has 12 * 4^k pixels; a pixel's index shifted right by 2 bits is its
/// parent's. Order 29 (0.4 mas) is the column `_healpix_29`. Gorski et al. (2005), ApJ 622, 759.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "skywright/sphere/direction.h"

namespace skywright::sphere::healpix {

inline constexpr int kMaxOrder = 29;

constexpr std::int64_t pixel_count(int order) { return std::int64_t{12} << (2 * order); }
/// The pixel of lower order `to` that holds `index` of order `from`. @pre to <= from
constexpr std::int64_t ancestor(std::int64_t index, int from, int to) {
  return index >> (2 * (from - to));
}
/// Solid angle of one pixel [sr].
double pixel_area(int order);
/// The largest distance of a pixel's corner from its centre, over all pixels of the order.
Angle max_pixel_radius(int order);

/// The pixel that holds a direction. @pre 0 <= order <= 29, here and below
std::int64_t pixel_at(const UnitVector& v, int order);
std::int64_t pixel_at(const SkyPosition& position, int order);
/// In bulk: ra, dec [deg]; a position that is not finite gives -1. @pre all spans of one length
void pixels_at(std::span<const double> ra, std::span<const double> dec, int order,
               std::span<std::int64_t> out);

UnitVector centre(std::int64_t index, int order);
/// In bulk: ra in [0, 360), dec [deg].
void centres(std::span<const std::int64_t> index, int order, std::span<double> ra,
             std::span<double> dec);
/// The four corners: north, west, south, east.
std::array<UnitVector, 4> corners(std::int64_t index, int order);

/// Neighbours SW, W, NW, N, NE, E, SE, S; -1 where eight faces' corners leave one out.
std::array<std::int64_t, 8> neighbours(std::int64_t index, int order);

}  // namespace skywright::sphere::healpix
