#include "skywright/sky/galaxies.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace skywright::sky {
namespace {

constexpr double kBreak = 22.0;
constexpr double kFaintSlope = 0.31;
constexpr double kBrightSlope = 0.45;
constexpr double kBrightest = 14.0;

/// Sum of `shape` unit exponentials: a gamma deviate of whole shape.
double gamma(int shape, RandomStream& random) {
  double sum = 0.0;
  for (int k = 0; k < shape; ++k) sum += random.exponential();
  return sum;
}

/// Colours by kind and redshift: the 4000 Angstrom break moves through the bands. Straight lines
/// after the tracks that Fukugita et al. (1995, PASP 107, 945) draw for an old and a star-forming
/// galaxy; the numbers are an assumption, good to some tenths of a magnitude.
std::array<double, kBands - 1> colours(bool red, double z, RandomStream& random) {
  std::array<double, kBands - 1> c{};
  if (red)
    c = {1.75, std::min(0.75 + 2.6 * z, 1.75), std::min(0.38 + 0.9 * std::max(z - 0.3, 0.0), 1.2),
         std::min(0.28 + 0.5 * std::max(z - 0.6, 0.0), 0.9), 0.15 + 0.25 * std::min(z, 1.5)};
  else
    c = {0.75 + 0.25 * std::min(z, 1.0), std::min(0.42 + 0.7 * z, 0.85),
         0.22 + 0.35 * std::clamp(z - 0.2, 0.0, 0.9), 0.15 + 0.25 * std::clamp(z - 0.4, 0.0, 1.0),
         0.08 + 0.12 * std::min(z, 1.5)};
  const double scatter = red ? 0.05 : 0.15;
  for (double& v : c) v += scatter * random.normal();
  return c;
}

}  // namespace

double galaxies_per_square_degree(double limit_i) {
  const auto faint = [](double i) {
    return 3600.0 * 46.0 * std::pow(10.0, kFaintSlope * (i - 25.0));
  };
  if (limit_i >= kBreak) return faint(limit_i);
  return faint(kBreak) * std::pow(10.0, kBrightSlope * (limit_i - kBreak));
}

Galaxy draw_galaxy(RandomStream& random, double limit_i) {
  Galaxy g;
  const double at_limit = galaxies_per_square_degree(limit_i);
  const double at_break = galaxies_per_square_degree(std::min(kBreak, limit_i));
  const double count = at_limit * random.uniform();
  const double i = count > at_break
                       ? kBreak + std::log10(count / at_break) / kFaintSlope
                       : std::max(kBrightest, std::min(kBreak, limit_i) +
                                                  std::log10(count / at_break) / kBrightSlope);
  const double z0 = std::max(0.0417 * i - 0.744, 0.01);
  g.redshift = z0 * gamma(3, random);
  const bool red = random.uniform() < 0.2;
  const auto c = colours(red, g.redshift, random);
  const double r = i + c[2];
  g.magnitude = {r + c[1] + c[0], r + c[1], r, i, i - c[3], i - c[3] - c[4]};
  const double scatter = std::clamp(random.normal(), -2.5, 2.5);
  const double radius = 0.42 * std::pow(10.0, -0.10 * (i - 23.0) + 0.2 * scatter);
  const double fraction = random.uniform();
  g.bulge_fraction = red ? 0.6 + 0.4 * fraction : 0.3 * fraction * fraction;
  // Discs are seen at every inclination, no thinner than 0.2; bulges are rounder.
  const double cosine = random.uniform();
  const double thin = red ? 0.6 : 0.2;
  g.axis_ratio = std::sqrt(cosine * cosine + thin * thin * (1.0 - cosine * cosine));
  // The size found in images is that of the circle that holds half of the light.
  g.radius = radius / std::sqrt(g.axis_ratio);
  g.bulge_radius = (red ? 1.0 : 0.4) * g.radius;
  g.position_angle = 180.0 * random.uniform();
  return g;
}

Offset place_in_light(const Galaxy& galaxy, RandomStream& random) {
  // The flux of a Sersic profile within r is a gamma distribution in b (r / Re)^(1/n), of shape 2n.
  const bool bulge = random.uniform() < galaxy.bulge_fraction;
  const double r = bulge ? galaxy.bulge_radius * std::pow(gamma(8, random) / 7.669249, 4.0)
                         : galaxy.radius * gamma(2, random) / 1.678347;
  const double turn = 2.0 * std::numbers::pi * random.uniform();
  const double major = r * std::cos(turn);
  const double minor = r * std::sin(turn) * galaxy.axis_ratio;
  const double pa = galaxy.position_angle * std::numbers::pi / 180.0;
  return {major * std::sin(pa) + minor * std::cos(pa), major * std::cos(pa) - minor * std::sin(pa)};
}

}  // namespace skywright::sky
