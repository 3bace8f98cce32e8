#include "skywright/metrics/astrometry.h"

#include <array>
#include <cmath>
#include <limits>

#include "skywright/ephemeris/sky_bodies.h"
#include "skywright/time/time_scales.h"

namespace skywright::metrics {
namespace {

constexpr double kDaysPerYear = 365.25;
constexpr double kMasPerArcsec = 1e3;

ephemeris::State earth_on(double mjd) {
  return ephemeris::earth_at(time::to_tdb(time::to_tt(time::Tai::from_mjd(mjd)))).barycentric;
}

/// The cubic through two values and slopes a day apart, at `t` of the way.
double cubic(double a, double slope_a, double b, double slope_b, double t) {
  const double s = 1.0 - t;
  return s * s * ((1.0 + 2.0 * t) * a + t * slope_a) + t * t * ((1.0 + 2.0 * s) * b - s * slope_b);
}

double weight(float error) { return 1.0 / (static_cast<double>(error) * error); }

}  // namespace

EarthPlaces earth_places(std::span<const double> mjd) {
  EarthPlaces out;
  out.x.resize(mjd.size());
  out.y.resize(mjd.size());
  out.z.resize(mjd.size());
  double day = -std::numeric_limits<double>::infinity();
  ephemeris::State from;
  ephemeris::State to;
  for (std::size_t i = 0; i < mjd.size(); ++i) {
    if (const double d = std::floor(mjd[i]); d != day) {
      from = d == day + 1.0 ? to : earth_on(d);
      to = earth_on(d + 1.0);
      day = d;
    }
    const double t = mjd[i] - day;
    out.x[i] = cubic(from.position.x, from.velocity.x, to.position.x, to.velocity.x, t);
    out.y[i] = cubic(from.position.y, from.velocity.y, to.position.y, to.velocity.y, t);
    out.z[i] = cubic(from.position.z, from.velocity.z, to.position.z, to.velocity.z, t);
  }
  return out;
}

double star_snr(double m, double m5) { return 5.0 * std::pow(10.0, 0.4 * (m5 - m)); }

double place_error(double fwhm_geom, double snr, double floor) {
  return std::hypot(fwhm_geom / snr, floor);
}

ParallaxFactor parallax_factor(const sphere::UnitVector& star, double x, double y, double z) {
  const double across = std::hypot(star.x, star.y);
  // At a pole east is the direction of right ascension 90 deg.
  const double cos_ra = across > 0.0 ? star.x / across : 1.0;
  const double sin_ra = across > 0.0 ? star.y / across : 0.0;
  return {.east = x * sin_ra - y * cos_ra,
          .north = (x * cos_ra + y * sin_ra) * star.z - z * across};
}

double parallax_error(const sphere::UnitVector& star, std::span<const std::uint32_t> visits,
                      std::span<const float> errors, const EarthPlaces& earth) {
  double information = 0.0;
  for (const std::uint32_t v : visits) {
    const ParallaxFactor f = parallax_factor(star, earth.x[v], earth.y[v], earth.z[v]);
    information += (f.east * f.east + f.north * f.north) * weight(errors[v]);
  }
  return kMasPerArcsec / std::sqrt(information);
}

double proper_motion_error(std::span<const std::uint32_t> visits, std::span<const float> errors,
                           std::span<const double> mjd, std::span<const std::uint8_t> band) {
  std::array<int, kBands + 1> in_band{};
  for (const std::uint32_t v : visits) ++in_band[band[v]];
  if (visits.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  // Times from the first visit, so that their squares keep their digits.
  const double first = mjd[visits.front()];
  double w = 0.0;
  double wt = 0.0;
  double wtt = 0.0;
  for (const std::uint32_t v : visits) {
    if (in_band[band[v]] < 2) continue;
    const double t = (mjd[v] - first) / kDaysPerYear;
    const double weight_v = weight(errors[v]);
    w += weight_v;
    wt += weight_v * t;
    wtt += weight_v * t * t;
  }
  const double spread = wtt - wt * wt / w;
  if (!(spread > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return kMasPerArcsec / std::sqrt(spread);
}

std::vector<float> place_errors(const Observations& o, double m, double floor) {
  std::vector<float> out;
  if (o.depth.empty() || o.seeing_geom.empty()) return out;
  out.resize(o.size());
  for (std::size_t i = 0; i < o.size(); ++i) {
    const double error = place_error(o.seeing_geom[i], star_snr(m, o.depth[i]), floor);
    out[i] =
        std::isfinite(error) ? static_cast<float>(error) : std::numeric_limits<float>::infinity();
  }
  return out;
}

}  // namespace skywright::metrics
