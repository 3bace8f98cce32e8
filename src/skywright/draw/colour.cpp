#include "skywright/draw/colour.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace skywright::draw {
namespace {

std::uint8_t mixed(std::uint8_t from, std::uint8_t to, double part) {
  return static_cast<std::uint8_t>(std::lround(from + (to - from) * part));
}

}  // namespace

Colour diverging(double value) {
  const double v = std::isnan(value) ? 0.0 : std::clamp(value, -1.0, 1.0);
  constexpr Colour cold{5, 80, 160};
  constexpr Colour warm{180, 40, 10};
  const Colour end = v < 0.0 ? cold : warm;
  const double part = std::abs(v);
  return {mixed(255, end.red, part), mixed(255, end.green, part), mixed(255, end.blue, part)};
}

std::string css(Colour c) { return fmt::format("#{:02x}{:02x}{:02x}", c.red, c.green, c.blue); }

}  // namespace skywright::draw
