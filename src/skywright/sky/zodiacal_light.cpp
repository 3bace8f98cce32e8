#include <algorithm>
#include <array>
#include <cmath>

#include "skywright/sky/night_sky.h"

namespace skywright::sky {
namespace {

constexpr std::array<double, 19> kLongitudes = {0,  5,  10, 15,  20,  25,  30,  35,  40, 45,
                                                60, 75, 90, 105, 120, 135, 150, 165, 180};
constexpr std::array<double, 11> kLatitudes = {0, 5, 10, 15, 20, 25, 30, 45, 60, 75, 90};

/// Leinert et al. (1998), table 17, 500 nm [1e-8 W m^-2 sr^-1 um^-1]; 0 where it is blank.
constexpr std::array<std::array<double, 11>, 19> kTable = {{
    {0, 0, 0, 3140, 1610, 985, 640, 275, 150, 100, 77},
    {0, 0, 0, 2940, 1540, 945, 625, 271, 150, 100, 77},
    {0, 0, 4740, 2470, 1370, 865, 590, 264, 148, 100, 77},
    {11500, 6780, 3440, 1860, 1110, 755, 525, 251, 146, 100, 77},
    {6400, 4480, 2410, 1410, 910, 635, 454, 237, 141, 99, 77},
    {3840, 2830, 1730, 1100, 749, 545, 410, 223, 136, 97, 77},
    {2480, 1870, 1220, 845, 615, 467, 365, 207, 131, 95, 77},
    {1650, 1270, 910, 680, 510, 397, 320, 193, 125, 93, 77},
    {1180, 940, 700, 530, 416, 338, 282, 179, 120, 92, 77},
    {910, 730, 555, 442, 356, 292, 250, 166, 116, 90, 77},
    {505, 442, 352, 292, 243, 209, 183, 134, 104, 86, 77},
    {338, 317, 269, 227, 196, 172, 151, 116, 93, 82, 77},
    {259, 251, 225, 193, 166, 147, 132, 104, 86, 79, 77},
    {212, 210, 197, 170, 150, 133, 119, 96, 82, 77, 77},
    {188, 186, 177, 154, 138, 125, 113, 90, 77, 74, 77},
    {179, 178, 166, 147, 134, 122, 110, 90, 77, 73, 77},
    {179, 178, 165, 148, 137, 127, 116, 96, 79, 72, 77},
    {196, 192, 179, 165, 151, 141, 131, 104, 82, 72, 77},
    {230, 212, 195, 178, 163, 148, 134, 105, 83, 72, 77},
}};

/// Blank cells: I ~ elongation^-2.3 (Leinert et al. 1998, section 8.3), with latitudes stretched so
/// that the neighbours in both directions (11500 at 15 deg in longitude, 3140 in latitude) agree.
double near_sun(double longitude, double latitude) {
  const double r = std::max(std::hypot(longitude, 1.758 * latitude), 2.5);
  return 11500.0 * std::pow(15.0 / r, 2.3);
}

double cell(std::size_t i, std::size_t j) {
  return kTable[i][j] > 0.0 ? kTable[i][j] : near_sun(kLongitudes[i], kLatitudes[j]);
}

template <std::size_t N>
std::size_t lower_index(const std::array<double, N>& grid, double at) {
  const auto above = std::upper_bound(grid.begin(), grid.end() - 1, at);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(above - grid.begin() - 1, 0));
}

}  // namespace

double zodiacal_light(sphere::Angle ecliptic_latitude, sphere::Angle longitude_from_sun) {
  const double b = std::min(std::abs(ecliptic_latitude.degrees()), 90.0);
  const double l = std::abs(longitude_from_sun.wrapped_around_zero().degrees());
  const std::size_t i = std::min(lower_index(kLongitudes, l), kLongitudes.size() - 2);
  const std::size_t j = std::min(lower_index(kLatitudes, b), kLatitudes.size() - 2);
  const double u = (l - kLongitudes[i]) / (kLongitudes[i + 1] - kLongitudes[i]);
  const double v = (b - kLatitudes[j]) / (kLatitudes[j + 1] - kLatitudes[j]);
  // Logarithms, since the light falls by powers of the elongation.
  const double low = (1.0 - v) * std::log(cell(i, j)) + v * std::log(cell(i, j + 1));
  const double high = (1.0 - v) * std::log(cell(i + 1, j)) + v * std::log(cell(i + 1, j + 1));
  return std::exp((1.0 - u) * low + u * high);
}

}  // namespace skywright::sky
