#include "skywright/ephemeris/horizon_frame.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <erfa.h>
#include <erfam.h>

#include "skywright/base/error.h"
#include "skywright/ephemeris/sky_bodies.h"

namespace skywright::ephemeris {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;
/// Of the Earth per day of UT1, the definition of UT1: IAU 2000, resolution B1.8.
constexpr double kEarthTurnsPerDay = 1.00273781191135448;
constexpr double kLongestDays = 36525.0;

/// Chebyshev polynomial, by Clenshaw's recurrence.
template <std::size_t N>
double clenshaw(const std::array<double, N>& terms, double x) {
  double above = 0.0, here = 0.0;
  for (std::size_t k = N - 1; k > 0; --k) {
    const double next = 2.0 * x * here - above + terms[k];
    above = here;
    here = next;
  }
  return x * here - above + terms[0];
}

/// Chebyshev terms through the values of `place` at the nodes of [-1, 1].
template <std::size_t N, class Place>
std::array<std::array<double, N>, 3> chebyshev(const Place& place) {
  std::array<std::array<double, N>, 3> terms{};
  for (std::size_t j = 0; j < N; ++j) {
    const double angle = std::numbers::pi * (static_cast<double>(j) + 0.5) / static_cast<double>(N);
    const Vector v = place(std::cos(angle));
    for (std::size_t k = 0; k < N; ++k) {
      const double weight =
          (k == 0 ? 1.0 : 2.0) / static_cast<double>(N) * std::cos(static_cast<double>(k) * angle);
      terms[0][k] += weight * v.x;
      terms[1][k] += weight * v.y;
      terms[2][k] += weight * v.z;
    }
  }
  return terms;
}

}  // namespace

Horizontal horizontal(const sphere::UnitVector& h) {
  return {Angle::from_radians(std::atan2(h.y, h.x)).wrapped(),
          Angle::from_radians(std::atan2(h.z, std::hypot(h.x, h.y)))};
}

HorizonFrame::HorizonFrame(const Observatory& observatory, time::Tai begin, time::Tai end,
                           const EarthOrientation& orientation, const PlanetaryEphemeris& ephemeris)
    : begin_(begin) {
  const double span = seconds_between(begin, end) / 86400.0;
  if (!(span >= 0.0 && span <= kLongestDays)) {
    throw InputError("no span of time for a horizon frame",
                     "it begins at MJD " + std::to_string(begin.mjd()) + " and ends at " +
                         std::to_string(end.mjd()),
                     "give an end after the beginning, within 100 years");
  }
  check_on_earth(observatory);
  const double latitude = observatory.latitude.radians();
  const double longitude = observatory.longitude.radians();
  sin_latitude_ = std::sin(latitude);
  cos_latitude_ = std::cos(latitude);
  double geocentric[3];
  eraGd2gc(ERFA_WGS84, 0.0, latitude, observatory.height, geocentric);
  const double to_au = 1e-3 / kAstronomicalUnit;
  north_ = to_au * (cos_latitude_ * geocentric[2] - sin_latitude_ * geocentric[0]);
  up_ = to_au * (cos_latitude_ * geocentric[0] + sin_latitude_ * geocentric[2]);
  spin_speed_ = kTurn * kEarthTurnsPerDay * to_au * geocentric[0] / kLightSpeed;

  days_.resize(static_cast<std::size_t>(std::max(1.0, std::ceil(span))));
  for (std::size_t d = 0; d < days_.size(); ++d) {
    Day& day = days_[d];
    const time::Tai middle = begin.plus_seconds(86400.0 * (static_cast<double>(d) + 0.5));
    const time::Tt tt = time::to_tt(middle);
    const time::Tdb tdb = time::to_tdb(tt);
    const time::Ut1 ut1 = time::to_ut1(time::to_utc(middle), orientation.ut1_minus_utc);
    double x = 0.0, y = 0.0, npb[3][3], to_equator[3][3];
    eraPnm06a(tt.jd1, tt.jd2, npb);
    eraBpn2xy(npb, &x, &y);
    const double s = eraS06(tt.jd1, tt.jd2, x, y);
    eraC2ixys(x, y, s, to_equator);
    for (std::size_t i = 0; i < 9; ++i) day.to_equator[i] = to_equator[i / 3][i % 3];
    day.rotation = eraEra00(ut1.jd1, ut1.jd2) + longitude;
    day.equation_of_origins = eraEors(npb, s);

    const auto after = [](auto t, double days) { return t.plus_seconds(86400.0 * days); };
    const Vector velocity = earth_at(tdb, ephemeris).barycentric.velocity;
    day.velocity = (1.0 / kLightSpeed) * velocity;
    day.sun = chebyshev<kTerms>([&](double u) {
      const time::Tdb t = after(tdb, 0.5 * u);
      const EarthStates earth = earth_at(t, ephemeris);
      const Vector geometric = -1.0 * earth.heliocentric.position;
      // The Sun crawls: where it was a light time ago lies on the line of its velocity.
      const Vector crawl = earth.barycentric.velocity - earth.heliocentric.velocity;
      return geometric - (geometric.length() / kLightSpeed) * crawl;
    });
    day.moon = chebyshev<kTerms>([&](double u) {
      const time::Tdb t = after(tdb, 0.5 * u);
      const State moon = moon_from_earth(t, ephemeris);
      const Vector earth_velocity = earth_at(t, ephemeris).barycentric.velocity;
      const double light_time = moon.position.length() / kLightSpeed;
      return moon.position - light_time * (moon.velocity + earth_velocity);
    });
  }
}

HorizonFrame::Turned HorizonFrame::turned(time::Tai t) const {
  const double days = seconds_between(begin_, t) / 86400.0;
  const double last = static_cast<double>(days_.size() - 1);
  const double index = std::clamp(std::floor(days), 0.0, last);
  Turned now;
  now.day = &days_[static_cast<std::size_t>(index)];
  now.x = 2.0 * (days - index) - 1.0;
  now.rotation = now.day->rotation + kTurn * kEarthTurnsPerDay * (0.5 * now.x);
  const double sine = std::sin(now.rotation), cosine = std::cos(now.rotation);
  const auto& m = now.day->to_equator;
  for (std::size_t j = 0; j < 3; ++j) {
    const double meridian = cosine * m[j] + sine * m[3 + j];
    const double east = cosine * m[3 + j] - sine * m[j];
    const double pole = m[6 + j];
    now.to_horizon[j] = cos_latitude_ * pole - sin_latitude_ * meridian;
    now.to_horizon[3 + j] = east;
    now.to_horizon[6 + j] = cos_latitude_ * meridian + sin_latitude_ * pole;
  }
  return now;
}

HorizonFrame::Bodies HorizonFrame::bodies(const Turned& now) const {
  const auto& m = now.to_horizon;
  const Vector here{m[0] * north_ + m[6] * up_, m[1] * north_ + m[7] * up_,
                    m[2] * north_ + m[8] * up_};
  const auto from_geocentre = [&](const Series& s) {
    return Vector{clenshaw(s[0], now.x), clenshaw(s[1], now.x), clenshaw(s[2], now.x)};
  };
  const Vector sun = from_geocentre(now.day->sun) - here;
  const Vector moon = from_geocentre(now.day->moon);
  // The series hold the light time to the geocentre; to the observer it is 21 ms less at most, in
  // which the Moon goes 0.6 km along with the Earth: 0.3 arcsec.
  const Vector nearer = moon - here;
  return {sun, nearer + (moon.length() - nearer.length()) * now.day->velocity};
}

HorizonFrame::At HorizonFrame::at(time::Tai t) const {
  const Turned now = turned(t);
  const auto [sun, moon] = bodies(now);
  At at;
  at.icrs_to_horizon = now.to_horizon;
  at.local_sidereal_time =
      Angle::from_radians(now.rotation - now.day->equation_of_origins).wrapped();
  at.sun = sun.direction();
  at.moon = moon.direction();
  const Vector moon_to_sun = sun - moon;
  const double cos_phase =
      -dot(moon_to_sun, moon) / std::sqrt(dot(moon_to_sun, moon_to_sun) * dot(moon, moon));
  at.moon_illumination = 0.5 * (1.0 + cos_phase);
  at.moon_elongation = Angle::from_radians(std::atan2(cross(sun, moon).length(), dot(sun, moon)));
  return at;
}

namespace {

/// Height of a direction displaced by the observer's velocity (aberration to the first order;
/// what is neglected is 1 mas).
double aberrated_height(const HorizonRotation& m, const Vector& body, const Vector& velocity) {
  const Vector seen = (1.0 / body.length()) * body + velocity;
  return (m[6] * seen.x + m[7] * seen.y + m[8] * seen.z) / seen.length();
}

Vector observer_velocity(const HorizonRotation& m, const Vector& earth, double spin) {
  return {earth.x + spin * m[3], earth.y + spin * m[4], earth.z + spin * m[5]};
}

}  // namespace

double HorizonFrame::sun_height(time::Tai t) const {
  const Turned now = turned(t);
  return aberrated_height(now.to_horizon, bodies(now).sun,
                          observer_velocity(now.to_horizon, now.day->velocity, spin_speed_));
}

double HorizonFrame::moon_height(time::Tai t) const {
  const Turned now = turned(t);
  return aberrated_height(now.to_horizon, bodies(now).moon,
                          observer_velocity(now.to_horizon, now.day->velocity, spin_speed_));
}

Angle HorizonFrame::sun_hour_angle(time::Tai t) const {
  const Turned now = turned(t);
  const Vector sun = bodies(now).sun;
  const auto& m = now.to_horizon;
  const double north = m[0] * sun.x + m[1] * sun.y + m[2] * sun.z;
  const double east = m[3] * sun.x + m[4] * sun.y + m[5] * sun.z;
  const double up = m[6] * sun.x + m[7] * sun.y + m[8] * sun.z;
  return Angle::from_radians(std::atan2(-east, cos_latitude_ * up - sin_latitude_ * north))
      .wrapped_around_zero();
}

}  // namespace skywright::ephemeris
