#include "skywright/sky/detail/cell_objects.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "skywright/sphere/healpix.h"

namespace skywright::sky::detail {
namespace {

/// Half-light radius of a circle for both components together, near enough for a label.
double circular_radius(const Galaxy& g) {
  return std::sqrt(g.axis_ratio) *
         ((1.0 - g.bulge_fraction) * g.radius + g.bulge_fraction * g.bulge_radius);
}

}  // namespace

double cell_square_degrees() {
  constexpr double kDegree = std::numbers::pi / 180.0;
  return sphere::healpix::pixel_area(kOrder) / (kDegree * kDegree);
}

sphere::SkyPosition moved(double ra, double dec, double east, double north) {
  const double length = std::hypot(east, north);
  if (length == 0.0) return sphere::SkyPosition::from_degrees(ra, dec);
  return sphere::offset(sphere::SkyPosition::from_degrees(ra, dec),
                        sphere::Angle::from_radians(std::atan2(east, north)),
                        sphere::Angle::from_arcsec(length));
}

void set_host(SkyObject& o, const Galaxy& g, std::size_t band, double offset) {
  o.host = g.id;
  o.host_flux = flux_njy(g.magnitude[band]);
  o.host_radius = circular_radius(g);
  o.host_offset = offset;
}

HostChoice::HostChoice(const std::vector<Galaxy>& galaxies) : galaxies_(galaxies) {
  for (const Galaxy& g : galaxies) {
    const double i = g.magnitude[3];
    total_ += i < 25.0 ? std::pow(10.0, -0.2 * (i - 22.0)) : 0.0;
    cumulative_.push_back(total_);
  }
}

const Galaxy& HostChoice::draw(RandomStream& random) const {
  const double u = random.uniform() * total_;
  const auto host = static_cast<std::size_t>(
      std::lower_bound(cumulative_.begin(), cumulative_.end(), u) - cumulative_.begin());
  return galaxies_[std::min(host, galaxies_.size() - 1)];
}

}  // namespace skywright::sky::detail
