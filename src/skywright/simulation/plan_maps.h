/// Maps of a schedule on the sky, with the planes of Galaxy and ecliptic.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "skywright/draw/sky_map.h"

namespace skywright::simulation {

struct Ends {
  double low = 0.0;
  double high = 1.0;
};

/// Quantiles of the values that are there, a little apart where they are the same.
Ends quantiles(const std::vector<double>& values, double low, double high);

enum class Zero {
  value,    ///< as any other
  nothing,  ///< NaN, so that the unseen sky stays gray
};

/// A map's values as real numbers.
template <class T>
std::vector<double> map_values(const std::vector<T>& map, Zero zero) {
  std::vector<double> out(map.size());
  for (std::size_t i = 0; i < map.size(); ++i) {
    const auto v = static_cast<double>(map[i]);
    out[i] = zero == Zero::nothing && v == 0.0 ? std::numeric_limits<double>::quiet_NaN() : v;
  }
  return out;
}

/// @param map one value a HEALPix pixel, NESTED
/// @param style its lines and centre are set here
draw::Canvas sky_picture(const std::vector<double>& map, int order, draw::SkyMapStyle style);

}  // namespace skywright::simulation
