/// A quantity over the whole sky as a picture: Mollweide's equal-area projection with graticule and
/// colour bar.
///
///     SkyMapStyle style{.title = "Visits, r", .unit = "visits", .low = 0, .high = 200};
///     Canvas map = sky_map([&](double ra, double dec) { return value_at(ra, dec); }, style);
///
/// Longitude grows to the left, as one sees the sky from inside; its middle is `centre`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "skywright/draw/canvas.h"
#include "skywright/draw/colour_map.h"

namespace skywright::draw {

/// Longitude and latitude [deg].
struct LonLat {
  double longitude = 0.0;
  double latitude = 0.0;
};

/// A line over the map: the ecliptic, the galactic plane.
struct SkyLine {
  std::vector<LonLat> points = {};
  Colour colour = kBlack;
  std::string label = {};
};

struct SkyMapStyle {
  std::string title;
  std::string unit;  ///< beside the colour bar
  double low = 0.0;  ///< value of the map's first colour
  double high = 1.0;
  ColourMap colours = ColourMap::viridis;
  Colour missing = gray(215);  ///< where the value is not finite
  double centre = 0.0;         ///< longitude of the middle [deg]
  int width = 900;             ///< of the picture [pixel]; it is 0.6 times as high
  std::vector<SkyLine> lines = {};
};

/// Where a place stands in Mollweide's projection: x from -2 (left) to 2, y from -1 to 1; the whole
/// sky is the ellipse between. Snyder (1987), USGS Professional Paper 1395, p. 251.
Point mollweide(const LonLat& place, double centre = 0.0);
/// The place at (x, y), its longitude in [0, 360); none outside of the ellipse.
std::optional<LonLat> mollweide_inverse(const Point& at, double centre = 0.0);

/// @param value at longitude [0, 360) and latitude [deg]; NaN where there is none
Canvas sky_map(const std::function<double(double longitude, double latitude)>& value,
               const SkyMapStyle& style);

}  // namespace skywright::draw
