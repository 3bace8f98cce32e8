#include "skywright/sky/milky_way.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace skywright::sky {
namespace {

constexpr double kSunRadius = 8000.0;  ///< [pc]
constexpr double kSunHeight = 25.0;
constexpr int kPopulations = 3;

/// Stars per pc^3 and magnitude near the Sun, by M_r from 0 in steps of 1 [1e-3]: read after the
/// curves of the papers in milky_way.h, to some tenths; an assumption where they differ.
constexpr std::array<double, 17> kLuminosity = {0.10, 0.30, 0.70, 1.30, 2.40, 3.30,
                                                3.20, 3.00, 4.00, 5.60, 7.60, 8.50,
                                                7.40, 5.60, 4.20, 3.20, 2.50};
/// g-r at those magnitudes: after Kraus & Hillenbrand (2007, AJ 134, 2340), rounded to what the
/// spread of ages and metals allows; not their table.
constexpr std::array<double, 17> kColour = {-0.25, -0.20, 0.00, 0.22, 0.42, 0.55, 0.78, 1.05, 1.28,
                                            1.38,  1.42,  1.45, 1.48, 1.52, 1.56, 1.60, 1.60};

double density(int population, double x, double y, double z) {
  const double radius = std::hypot(kSunRadius - x, y);
  const double height = std::abs(z + kSunHeight);
  const auto disc = [&](double length, double scale) {
    return std::exp(-(radius - kSunRadius) / length - (height - kSunHeight) / scale);
  };
  if (population == 0) return disc(2600.0, 300.0);
  if (population == 1) return 0.12 * disc(3600.0, 900.0);
  const double r = std::max(std::sqrt(radius * radius + height * height / (0.64 * 0.64)), 1000.0);
  // Steeper beyond 28 kpc: Sesar, Juric & Ivezic (2011, ApJ 731, 4).
  constexpr double kBreak = 28000.0;
  const double inner = 0.0051 * std::pow(std::min(r, kBreak) / kSunRadius, -2.77);
  return r < kBreak ? inner : inner * std::pow(r / kBreak, -3.8);
}

/// Old populations have lost the stars above their turn-off.
double luminosity(int population, std::size_t m) {
  if (population > 0 && m < 4) return 0.0;
  return kLuminosity[m] * 1e-3;
}

}  // namespace

Galactic galactic(const sphere::SkyPosition& position) {
  const sphere::UnitVector v = sphere::unit_vector(position);
  const double gx = -0.0548755604162154 * v.x - 0.8734370902348850 * v.y - 0.4838350155487132 * v.z;
  const double gy = 0.4941094278755837 * v.x - 0.4448296299600112 * v.y + 0.7469822444972189 * v.z;
  const double gz = -0.8676661490190047 * v.x - 0.1980763734312015 * v.y + 0.4559837761750669 * v.z;
  constexpr double kDegree = std::numbers::pi / 180.0;
  double longitude = std::atan2(gy, gx) / kDegree;
  if (longitude < 0.0) longitude += 360.0;
  return {longitude, std::asin(std::clamp(gz, -1.0, 1.0)) / kDegree};
}

StarCounts::StarCounts(const sphere::SkyPosition& direction, double faint_limit_r)
    : faint_limit_r_(faint_limit_r) {
  const Galactic g = galactic(direction);
  constexpr double kDegree = std::numbers::pi / 180.0;
  const double cb = std::cos(g.latitude * kDegree);
  const double x = cb * std::cos(g.longitude * kDegree);
  const double y = cb * std::sin(g.longitude * kDegree);
  const double z = std::sin(g.latitude * kDegree);
  constexpr double kStep = 0.1;  // of the logarithm of distance
  for (int population = 0; population < kPopulations; ++population)
    for (double log_d = 1.0; log_d < 5.0; log_d += kStep) {
      const double near = std::pow(10.0, log_d);
      const double far = std::pow(10.0, log_d + kStep);
      const double middle = std::pow(10.0, log_d + 0.5 * kStep);
      const double rho = density(population, middle * x, middle * y, middle * z);
      const double volume = (far * far * far - near * near * near) / 3.0 * kDegree * kDegree;
      const double modulus = 5.0 * std::log10(middle) - 5.0;
      for (std::size_t m = 0; m < kLuminosity.size(); ++m) {
        const double apparent = static_cast<double>(m) + modulus;
        if (apparent > faint_limit_r + 1.0 || apparent < kBrightStarLimit - 2.0) continue;
        const double expected = rho * volume * luminosity(population, m);
        if (expected <= 0.0) continue;
        total_ += expected;
        bins_.push_back({total_, static_cast<double>(m) - 0.5, near, far, population});
      }
    }
}

Star StarCounts::draw(RandomStream& random) const {
  const double u = random.uniform() * total_;
  const auto bin = std::lower_bound(bins_.begin(), bins_.end(), u,
                                    [](const Bin& b, double v) { return b.cumulative < v; });
  const Bin& b = bin == bins_.end() ? bins_.back() : *bin;
  Star star;
  const double absolute = b.magnitude_low + random.uniform();
  const double t = random.uniform();
  const double near3 = std::pow(b.distance_low, 3.0);
  const double distance = std::cbrt(near3 + t * (std::pow(b.distance_high, 3.0) - near3));
  const double at = std::clamp(absolute, 0.0, static_cast<double>(kColour.size() - 1) - 1e-9);
  const auto k = static_cast<std::size_t>(at);
  double gr = kColour[k] + (at - static_cast<double>(k)) * (kColour[k + 1] - kColour[k]);
  // Metal-poor stars are bluer at the same luminosity.
  if (b.population == 2) gr -= 0.08;
  gr += 0.03 * random.normal();
  auto colour = locus_colours(gr);
  if (b.population == 2) colour[0] -= 0.15;
  for (double& c : colour) c += 0.02 * random.normal();
  const double r = absolute + 5.0 * std::log10(distance) - 5.0;
  star.magnitude = {r + gr + colour[0],
                    r + gr,
                    r,
                    r - colour[2],
                    r - colour[2] - colour[3],
                    r - colour[2] - colour[3] - colour[4]};
  // Velocity dispersion and lag across the line of sight [km/s], round numbers of the Galaxy's
  // populations (an assumption); 4.74 km/s is one au a year.
  constexpr std::array<double, kPopulations> kDispersion = {30.0, 55.0, 130.0};
  constexpr std::array<double, kPopulations> kLag = {15.0, 45.0, 220.0};
  const auto p = static_cast<std::size_t>(b.population);
  const double to_mas = 1000.0 / (4.74 * distance);
  star.pm_ra = to_mas * (kDispersion[p] * random.normal() + 0.5 * kLag[p]);
  star.pm_dec = to_mas * (kDispersion[p] * random.normal() - 0.5 * kLag[p]);
  return star;
}

}  // namespace skywright::sky
