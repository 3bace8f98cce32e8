#include "skywright/sky/moving_objects.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "skywright/base/random_stream.h"
#include "skywright/ephemeris/moving_bodies.h"
#include "skywright/ephemeris/sky_bodies.h"
#include "skywright/sphere/frames.h"
#include "skywright/sphere/healpix.h"

namespace skywright::sky {
namespace {

using ephemeris::State;
using ephemeris::Vector;

constexpr int kOrder = 5;
constexpr double kSlotDays = 4.0;
constexpr double kLargestRate = 0.45;  ///< of main-belt bodies [deg/day]
constexpr double kFaintest = 26.0;     ///< V
constexpr double kBrightest = 14.0;
/// Of the belt's apparent magnitudes; 210 a square degree on the ecliptic at opposition are
/// brighter than R = 23 (Gladman et al. 2009, Icarus 202, 104, section 8). V - R = 0.4, the Sun's
/// 0.36 and the bodies' slight red, is an assumption, as is the fall with ecliptic latitude.
constexpr double kSlope = 0.27;
constexpr double kBeltDensity = 210.0;
constexpr double kBeltMagnitude = 23.0 + 0.4;
constexpr double kDegree = std::numbers::pi / 180.0;
constexpr std::int64_t kBeltSpace = 6;
constexpr std::int64_t kCatalogSpace = 7;

/// Magnitudes less V of C and S types in ugrizy. The values of simulated Solar System surveys (Grav
/// et al. 2011, PASP 123, 423; u and y besides), which we could not compare with the print.
constexpr Magnitudes kCarbon = {1.53, 0.28, -0.18, -0.29, -0.30, -0.30};
constexpr Magnitudes kSilicate = {1.82, 0.37, -0.26, -0.46, -0.40, -0.41};

void add_body(SkyObjects& out, const ephemeris::SeenBody& body, std::int64_t id, bool silicate,
              std::size_t band) {
  SkyObject o{.id = id, .kind = ObjectKind::moving_object};
  o.ra = body.position.ra.wrapped().degrees();
  o.dec = body.position.dec.degrees();
  o.flux = flux_njy(body.magnitude + (silicate ? kSilicate : kCarbon)[band]);
  o.rate_ra = body.ra_rate * 3600.0 / 86400.0;
  o.rate_dec = body.dec_rate * 3600.0 / 86400.0;
  append(out, o);
}

Vector as_vector(const sphere::UnitVector& v) { return {v.x, v.y, v.z}; }

/// Ecliptic to ICRS axes, for any length.
Vector to_icrs(const Vector& v) {
  const double length = v.length();
  const sphere::Direction<sphere::EclipticJ2000> d{v.direction()};
  return length * as_vector((sphere::icrs_to_ecliptic().inverse() * d).v);
}
Vector to_ecliptic(const Vector& v) {
  const double length = v.length();
  const sphere::Direction<sphere::Icrs> d{v.direction()};
  return length * as_vector((sphere::icrs_to_ecliptic() * d).v);
}

/// True anomaly of a mean anomaly, by Newton's method on Kepler's equation.
double true_anomaly(double mean, double e) {
  double eccentric = mean;
  for (int k = 0; k < 20; ++k)
    eccentric -= (eccentric - e * std::sin(eccentric) - mean) / (1.0 - e * std::cos(eccentric));
  return 2.0 * std::atan2(std::sqrt(1.0 + e) * std::sin(0.5 * eccentric),
                          std::sqrt(1.0 - e) * std::cos(0.5 * eccentric));
}

/// A belt orbit that is seen from the heliocentric place `earth` in direction `u` (ecliptic axes).
struct DrawnBody {
  State state;  ///< heliocentric, ICRS axes
  double distance = 0.0, sun_distance = 0.0;
};
DrawnBody draw_body(const Vector& earth, const Vector& u, RandomStream& random) {
  const double a = random.uniform() < 0.45 ? random.uniform(2.15, 2.5) + 0.1 * random.uniform()
                                           : random.uniform(2.55, 3.25);
  const double e = std::min(0.08 * std::hypot(random.normal(), random.normal()) + 0.03, 0.35);
  const double nu = true_anomaly(2.0 * std::numbers::pi * (random.uniform() - 0.5), e);
  const double semilatus = a * (1.0 - e * e);
  const double r = semilatus / (1.0 + e * std::cos(nu));
  // |earth + distance u| = r; the belt is always outside the Earth's orbit.
  const double along = dot(earth, u);
  const double distance = -along + std::sqrt(along * along - dot(earth, earth) + r * r);
  const Vector place = earth + distance * u;
  const Vector up = (1.0 / r) * place;
  const double latitude = std::asin(std::clamp(up.z, -1.0, 1.0));
  double inclination = 6.5 * kDegree * std::hypot(random.normal(), random.normal());
  // An orbit reaches no latitude beyond its inclination.
  if (inclination <= std::abs(latitude))
    inclination = std::abs(latitude) + 2.0 * kDegree * random.exponential();
  Vector east{-up.y, up.x, 0.0};
  east = (1.0 / std::max(east.length(), 1e-9)) * east;
  const Vector north = cross(up, east);
  const double cosine = std::clamp(std::cos(inclination) / std::cos(latitude), -1.0, 1.0);
  const double sine = std::sqrt(1.0 - cosine * cosine) * (random.uniform() < 0.5 ? -1.0 : 1.0);
  const Vector ahead = cosine * east + sine * north;
  const double momentum = std::sqrt(ephemeris::kSunGm * semilatus);
  const Vector velocity =
      (momentum / r) * ahead + (ephemeris::kSunGm / momentum * e * std::sin(nu)) * up;
  return {{to_icrs(place), to_icrs(velocity)}, distance, r};
}

}  // namespace

Viewpoint viewpoint(const ephemeris::Observatory& site, time::Tai time) {
  const ephemeris::ObservedSky sky(site, time::to_utc(time));
  return {sky.observer(), sky.tdb()};
}

void add_orbits(SkyObjects& out, const ephemeris::OrbitCatalog& orbits, const sphere::Cone& cone,
                const Viewpoint& view, std::size_t band) {
  std::vector<std::size_t> all(orbits.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const auto bodies = ephemeris::seen_bodies(orbits, all, view.observer, view.time);
  for (std::size_t i = 0; i < bodies.size(); ++i)
    if (std::isfinite(bodies[i].magnitude) &&
        cone.contains(sphere::unit_vector(bodies[i].position)))
      add_body(out, bodies[i], (kCatalogSpace << 56) | static_cast<std::int64_t>(i), i % 2 == 1,
               band);
}

void add_main_belt(SkyObjects& out, const sphere::Cone& cone, const Viewpoint& view,
                   std::size_t band, double density, std::uint64_t seed) {
  if (density <= 0.0) return;
  const double mjd = view.time.mjd();
  const auto slot = static_cast<std::int64_t>(std::floor(mjd / kSlotDays));
  const time::Tdb middle = time::Tdb::from_mjd((static_cast<double>(slot) + 0.5) * kSlotDays);
  // Drawn as seen from the Earth's centre in the middle of the slot.
  const Vector earth = to_ecliptic(ephemeris::earth_at(middle).heliocentric.position);
  const State sun = ephemeris::sun_at(view.time);
  sphere::Cone reach = cone;
  reach.radius = cone.radius + sphere::Angle::from_degrees(kLargestRate * 0.5 * kSlotDays);
  const double area = sphere::healpix::pixel_area(kOrder) / (kDegree * kDegree);
  const double brighter = std::pow(10.0, kSlope * (kBrightest - kFaintest));
  constexpr int kBits = 2 * (sphere::healpix::kMaxOrder - kOrder);
  const sphere::Moc cells = sphere::coverage(reach, kOrder);
  for (const auto& range : cells.ranges())
    for (std::int64_t cell = range.begin >> kBits; (cell << kBits) < range.end; ++cell) {
      const sphere::Direction<sphere::Icrs> centre{sphere::healpix::centre(cell, kOrder)};
      const double latitude = (sphere::icrs_to_ecliptic() * centre).latitude().degrees();
      auto random = RandomStream::for_unit(seed, {cell, slot}, "main_belt");
      const double expected = kBeltDensity * std::pow(10.0, kSlope * (kFaintest - kBeltMagnitude)) *
                              area * density * std::exp(-std::abs(latitude) / 10.0);
      const std::int64_t n = random.poisson(expected);
      for (std::int64_t k = 0; k < n; ++k) {
        const auto inner = static_cast<std::int64_t>(random.word64() >> (64 - kBits));
        const Vector u = to_ecliptic(as_vector(
            sphere::healpix::centre((cell << kBits) | inner, sphere::healpix::kMaxOrder)));
        const DrawnBody body = draw_body(earth, u, random);
        const double v =
            kFaintest + std::log10(brighter + (1.0 - brighter) * random.uniform()) / kSlope;
        const bool silicate = random.uniform() < 0.5;
        const ephemeris::Orbit orbit = ephemeris::orbit_from_state(body.state, middle);
        const double cosine = (body.distance * body.distance +
                               body.sun_distance * body.sun_distance - dot(earth, earth)) /
                              (2.0 * body.distance * body.sun_distance);
        const auto phase = sphere::Angle::from_radians(std::acos(std::clamp(cosine, -1.0, 1.0)));
        const double h =
            v - ephemeris::hg_magnitude(0.0, 0.15, body.sun_distance, body.distance, phase);
        const auto seen = ephemeris::seen_body(ephemeris::orbit_frame(orbit), orbit.perihelion_time,
                                               h, 0.15, view.observer, sun, view.time);
        if (cone.contains(sphere::unit_vector(seen.position)))
          add_body(out, seen, (kBeltSpace << 56) | (cell << 40) | ((slot & 0xffff) << 24) | k,
                   silicate, band);
      }
    }
}

}  // namespace skywright::sky
