#include "skywright/ephemeris/observer.h"

#include <cassert>
#include <limits>
#include <string>

#include <erfa.h>

#include "skywright/base/error.h"
#include "skywright/ephemeris/detail/horizontal_bulk.h"
#include "skywright/ephemeris/sky_bodies.h"

namespace skywright::ephemeris {
namespace {

/// As ERFA gives it: azimuth, zenith distance, hour angle, declination, all observed [rad].
struct Observed {
  double azimuth = 0.0;
  double zenith_distance = 0.0;
  double hour_angle = 0.0;
  double declination = 0.0;
};

Angle radians(double v) { return Angle::from_radians(v); }

detail::HorizonFrame horizon_frame(const eraASTROM& a) {
  detail::HorizonFrame f;
  f.sun_to_observer = {a.eh[0], a.eh[1], a.eh[2]};
  f.sun_distance = a.em;
  f.velocity = {a.v[0], a.v[1], a.v[2]};
  f.inverse_lorenz = a.bm1;
  f.diurnal_aberration = a.diurab;
  f.sin_latitude = a.sphi;
  f.cos_latitude = a.cphi;
  f.refraction_a = a.refa;
  f.refraction_b = a.refb;
  // Precession and nutation, then the Earth's rotation, then the pole's wandering.
  double turned[3][3];
  eraCr(const_cast<eraASTROM&>(a).bpn, turned);
  eraRz(a.eral, turned);
  eraRy(-a.xpl, turned);
  eraRx(-a.ypl, turned);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) f.to_meridian[3 * i + j] = turned[i][j];
  }
  return f;
}

/// The steps of eraApco13, with the Earth where our ephemeris puts it.
eraASTROM astrometry(const Observatory& there, time::Tt tt, time::Ut1 ut1,
                     const EarthOrientation& orientation, const Atmosphere& air,
                     const EarthStates& earth, double& equation_of_origins) {
  const auto& [p, v] = earth.barycentric;
  double barycentric[2][3] = {{p.x, p.y, p.z}, {v.x, v.y, v.z}};
  const Vector& h = earth.heliocentric.position;
  double heliocentric[3] = {h.x, h.y, h.z};
  double npb[3][3], x = 0.0, y = 0.0, refraction_a = 0.0, refraction_b = 0.0;
  eraPnm06a(tt.jd1, tt.jd2, npb);
  eraBpn2xy(npb, &x, &y);
  const double s = eraS06(tt.jd1, tt.jd2, x, y);
  const double rotation = eraEra00(ut1.jd1, ut1.jd2);
  const double locator = eraSp00(tt.jd1, tt.jd2);
  eraRefco(air.pressure, air.temperature, air.humidity, air.wavelength, &refraction_a,
           &refraction_b);
  eraASTROM out{};
  eraApco(tt.jd1, tt.jd2, barycentric, heliocentric, x, y, s, rotation, there.longitude.radians(),
          there.latitude.radians(), there.height, orientation.pole_x.radians(),
          orientation.pole_y.radians(), locator, refraction_a, refraction_b, &out);
  equation_of_origins = eraEors(npb, s);
  return out;
}

}  // namespace

// ERFA's functions take a pointer to non-const but write nothing through it.
struct ObservedSky::Context {
  Observatory observatory;
  eraASTROM astrometry{};
  double equation_of_origins = 0.0;
  time::Tdb tdb;
  time::Tt tt;
  State observer;
  detail::HorizonFrame horizon;

  [[nodiscard]] eraASTROM* erfa() const { return const_cast<eraASTROM*>(&astrometry); }

  [[nodiscard]] Observed observed(const SkyPosition& icrs) const {
    double ri = 0.0, di = 0.0, right_ascension = 0.0;
    Observed o;
    eraAtciqz(icrs.ra.radians(), icrs.dec.radians(), erfa(), &ri, &di);
    eraAtioq(ri, di, erfa(), &o.azimuth, &o.zenith_distance, &o.hour_angle, &o.declination,
             &right_ascension);
    return o;
  }
};

double airmass(Angle altitude) {
  const double h = altitude.degrees();
  if (!(h >= 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return 1.0 / sin(Angle::from_degrees(h + 244.0 / (165.0 + 47.0 * std::pow(h, 1.1))));
}

void check_on_earth(const Observatory& observatory) {
  if (!(std::abs(observatory.latitude.degrees()) <= 90.0)) {
    throw InputError(
        "no place on the Earth",
        "latitude " + std::to_string(observatory.latitude.degrees()) + " deg lies beyond a pole",
        "give geodetic degrees, north positive");
  }
}

ObservedSky::ObservedSky(const Observatory& observatory, time::Utc t,
                         const EarthOrientation& orientation, const Atmosphere& atmosphere) {
  auto context = std::make_shared<Context>();
  context->observatory = observatory;
  check_on_earth(observatory);
  double ut1_1 = 0.0, ut1_2 = 0.0;
  const int status = eraUtcut1(t.jd1, t.jd2, orientation.ut1_minus_utc, &ut1_1, &ut1_2);
  if (status < 0) {
    throw InputError("no sky at this time", "UTC does not reach MJD " + std::to_string(t.mjd()),
                     "check the time stamps of the data");
  }
  context->tt = time::to_tt(time::to_tai(t));
  context->tdb = time::to_tdb(context->tt);
  const EarthStates earth = earth_at(context->tdb);
  context->astrometry = astrometry(observatory, context->tt, {ut1_1, ut1_2}, orientation,
                                   atmosphere, earth, context->equation_of_origins);
  const auto& a = context->astrometry;
  context->observer = {{a.eb[0], a.eb[1], a.eb[2]}, kLightSpeed * Vector{a.v[0], a.v[1], a.v[2]}};
  context->horizon = horizon_frame(a);
  context_ = std::move(context);
}

Horizontal ObservedSky::horizontal(const SkyPosition& icrs) const {
  const Observed o = context_->observed(icrs);
  return {radians(o.azimuth).wrapped(), Angle::from_degrees(90.0) - radians(o.zenith_distance)};
}

Angle ObservedSky::hour_angle(const SkyPosition& icrs) const {
  return radians(context_->observed(icrs).hour_angle).wrapped_around_zero();
}

Angle ObservedSky::parallactic_angle(const SkyPosition& icrs) const {
  const Observed o = context_->observed(icrs);
  return radians(eraHd2pa(o.hour_angle, o.declination, context_->observatory.latitude.radians()))
      .wrapped_around_zero();
}

SkyPosition ObservedSky::icrs_at(const Horizontal& at) const {
  double ri = 0.0, di = 0.0, ra = 0.0, dec = 0.0;
  eraAtoiq("A", at.azimuth.radians(), (Angle::from_degrees(90.0) - at.altitude).radians(),
           context_->erfa(), &ri, &di);
  eraAticq(ri, di, context_->erfa(), &ra, &dec);
  return {radians(ra).wrapped(), radians(dec)};
}

void ObservedSky::horizontal(std::span<const double> ra, std::span<const double> dec,
                             std::span<double> azimuth, std::span<double> altitude) const {
  assert(ra.size() == dec.size() && ra.size() == azimuth.size() && ra.size() == altitude.size());
  detail::horizontal(context_->horizon, ra, dec, azimuth, altitude);
}

Angle ObservedSky::local_sidereal_time() const {
  // eral: Earth rotation angle + longitude; sidereal time is that minus the equation of the
  // origins.
  return radians(context_->astrometry.eral - context_->equation_of_origins).wrapped();
}

const State& ObservedSky::observer() const { return context_->observer; }

Vector ObservedSky::sun() const {
  const auto& a = context_->astrometry;
  return -a.em * Vector{a.eh[0], a.eh[1], a.eh[2]};
}

time::Tdb ObservedSky::tdb() const { return context_->tdb; }

SkyPosition ObservedSky::sun_position() const {
  // Light left 8.3 minutes ago, when the Sun stood 1e-7 au from where it stands now: 20 mas.
  const State now = sun_at(context_->tdb);
  const double light_time = sun().length() / kLightSpeed;
  return sphere::sky_position((sun() - light_time * now.velocity).direction());
}

SkyPosition ObservedSky::moon_position() const {
  const State moon = moon_from_earth(context_->tdb);
  const EarthStates earth = earth_at(context_->tdb);
  const Vector observer = context_->observer.position - earth.barycentric.position;
  const Vector geometric = moon.position - observer;
  const double light_time = geometric.length() / kLightSpeed;
  return sphere::sky_position(
      (geometric - light_time * (moon.velocity + earth.barycentric.velocity)).direction());
}

}  // namespace skywright::ephemeris
