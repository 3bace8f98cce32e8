#include "skywright/draw/colour_map.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace skywright::draw {
namespace {

constexpr std::array<Colour, 9> kViridis = {{{68, 1, 84},
                                             {71, 45, 123},
                                             {59, 82, 139},
                                             {44, 114, 142},
                                             {33, 145, 140},
                                             {40, 174, 128},
                                             {94, 201, 98},
                                             {173, 220, 48},
                                             {253, 231, 37}}};

std::uint8_t mixed(std::uint8_t from, std::uint8_t to, double part) {
  return static_cast<std::uint8_t>(std::lround(from + (to - from) * part));
}

}  // namespace

Colour mapped_colour(ColourMap map, double part) {
  const double p = std::isnan(part) ? 0.0 : std::clamp(part, 0.0, 1.0);
  if (map == ColourMap::diverging) return diverging(2.0 * p - 1.0);
  const double at = p * static_cast<double>(kViridis.size() - 1);
  const std::size_t i = std::min(static_cast<std::size_t>(at), kViridis.size() - 2);
  const double rest = at - static_cast<double>(i);
  const Colour& a = kViridis[i];
  const Colour& b = kViridis[i + 1];
  return {mixed(a.red, b.red, rest), mixed(a.green, b.green, rest), mixed(a.blue, b.blue, rest)};
}

}  // namespace skywright::draw
