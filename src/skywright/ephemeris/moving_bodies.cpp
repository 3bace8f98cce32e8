#include "skywright/ephemeris/moving_bodies.h"

#include <cmath>
#include <limits>

#include "skywright/ephemeris/detail/line_of_sight.h"
#include "skywright/ephemeris/sky_bodies.h"

namespace skywright::ephemeris {
namespace {

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

}  // namespace skywright::ephemeris
