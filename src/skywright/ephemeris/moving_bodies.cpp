#include "skywright/ephemeris/moving_bodies.h"

#include <algorithm>
#include <limits>
#include <numbers>

#include "skywright/ephemeris/detail/line_of_sight.h"
#include "skywright/ephemeris/sky_bodies.h"

namespace skywright::ephemeris {
namespace {

constexpr double kEarthRadius = 6378.137 / kAstronomicalUnit;  // [au], equatorial (WGS84)
constexpr double kEarthSpeed =
    31.0 / kAstronomicalUnit * 86400.0;  // [au/day], above any observer's
constexpr std::size_t kChunk = 1024;

double days_between(time::Tdb from, time::Tdb to) {
  return (to.jd1 - from.jd1) + (to.jd2 - from.jd2);
}

}  // namespace

double hg_magnitude(double h, double g, double heliocentric_distance, double distance,
                    Angle phase) {
  const double t = std::tan(0.5 * phase.radians());
  const double phi1 = std::exp(-3.33 * std::pow(t, 0.63));
  const double phi2 = std::exp(-1.87 * std::pow(t, 1.22));
  return h + 5.0 * std::log10(heliocentric_distance * distance) -
         2.5 * std::log10((1.0 - g) * phi1 + g * phi2);
}

SeenBody seen_body(const OrbitFrame& frame, time::Tdb perihelion_time, double h, double g,
                   const State& observer, const State& sun, time::Tdb t) {
  const double days = days_between(perihelion_time, t);
  double anomaly = std::numeric_limits<double>::quiet_NaN();
  return detail::look_at(
      [&](double before) -> State {
        const State body = state_after_perihelion(frame, days - before, anomaly);
        return {sun.position - before * sun.velocity + body.position, sun.velocity + body.velocity};
      },
      h, g, observer, sun);
}

std::vector<SeenBody> seen_bodies(const OrbitCatalog& catalog, std::span<const std::size_t> which,
                                  const State& observer, time::Tdb t, const Execution& execution) {
  const State sun = sun_at(t);
  std::vector<SeenBody> out(which.size());
  execution.for_chunks(which.size(), kChunk, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t k = which[i];
      out[i] = seen_body(catalog.frame[k], catalog.orbit[k].perihelion_time,
                         catalog.absolute_magnitude[k], catalog.slope[k], observer, sun, t);
    }
  });
  return out;
}

FieldSearch::FieldSearch(const OrbitCatalog& catalog, time::Tdb about, double reach_days,
                         const Execution& execution)
    : about_(about),
      reach_days_(reach_days),
      x_(catalog.size()),
      y_(catalog.size()),
      z_(catalog.size()),
      speed_(catalog.size()),
      parallax_(catalog.size()) {
  const State earth = earth_at(about).barycentric;
  const State sun = sun_at(about);
  execution.for_chunks(catalog.size(), kChunk, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const OrbitFrame& frame = catalog.frame[i];
      const SeenBody seen =
          seen_body(frame, catalog.orbit[i].perihelion_time, 0.0, 0.0, earth, sun, about);
      const sphere::UnitVector u = sphere::unit_vector(seen.position);
      x_[i] = u.x;
      y_[i] = u.y;
      z_[i] = u.z;
      // The energy of the orbit at the least distance from the Sun that it can reach meanwhile
      // bounds its speed; light time adds to the span.
      const double q = frame.perihelion_distance;
      const double alpha = (1.0 - frame.eccentricity) / q;
      const double fastest = kGaussConstant * std::sqrt(2.0 / q - alpha);
      const double span = reach_days * 1.01 + 1e-3;
      const double nearest = std::max(q, seen.heliocentric_distance - fastest * span);
      const double speed = kGaussConstant * std::sqrt(std::max(0.0, 2.0 / nearest - alpha));
      const double relative = 1.001 * (speed + kEarthSpeed);
      const double least = seen.distance - relative * span - kEarthRadius;
      speed_[i] = least > 0.0 ? relative / least : std::numeric_limits<double>::infinity();
      parallax_[i] = least > 0.0 ? kEarthRadius / least + 1e-8 : std::numbers::pi;
    }
  });
}

std::vector<std::size_t> FieldSearch::candidates(const sphere::Cone& field, time::Tdb t) const {
  const double days = std::abs(days_between(about_, t));
  const double radius = field.radius.radians();
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const double turn = days > 0.0 ? speed_[i] * days : 0.0;
    const double reach = radius + turn + parallax_[i];
    const double cosine = field.centre.x * x_[i] + field.centre.y * y_[i] + field.centre.z * z_[i];
    // cos(reach) >= 1 - reach^2 / 2: most are thrown out without a cosine.
    const bool bounded = reach < std::numbers::pi;
    if (bounded && (cosine < 1.0 - 0.5 * reach * reach || cosine < std::cos(reach))) continue;
    out.push_back(i);
  }
  return out;
}

}  // namespace skywright::ephemeris
