#include "skywright/ephemeris/gravity.h"

#include <cmath>

#include "skywright/base/vector_clones.h"

namespace skywright::ephemeris {
namespace {

SKYWRIGHT_VECTOR_CLONES
void add_pull(std::size_t count, const Vector& body, double gm, const double* position,
              double* acceleration) {
  const double *x = position, *y = position + count, *z = position + 2 * count;
  double *ax = acceleration, *ay = acceleration + count, *az = acceleration + 2 * count;
  for (std::size_t i = 0; i < count; ++i) {
    const double dx = body.x - x[i], dy = body.y - y[i], dz = body.z - z[i];
    const double r2 = dx * dx + dy * dy + dz * dz;
    const double k = gm / (r2 * std::sqrt(r2));
    ax[i] += k * dx;
    ay[i] += k * dy;
    az[i] += k * dz;
  }
}

/// The Sun's pull with the first term of general relativity, isotropic coordinates: Moyer (2003),
/// Formulation for Observed and Computed Values, eq. 4-61, its Sun alone.
SKYWRIGHT_VECTOR_CLONES
void add_sun(std::size_t count, const State& sun, double gm, const double* position,
             const double* velocity, double* acceleration) {
  const double *x = position, *y = position + count, *z = position + 2 * count;
  const double *u = velocity, *v = velocity + count, *w = velocity + 2 * count;
  double *ax = acceleration, *ay = acceleration + count, *az = acceleration + 2 * count;
  constexpr double kPerC2 = 1.0 / (kLightSpeed * kLightSpeed);
  for (std::size_t i = 0; i < count; ++i) {
    const double dx = x[i] - sun.position.x, dy = y[i] - sun.position.y, dz = z[i] - sun.position.z;
    const double du = u[i] - sun.velocity.x, dv = v[i] - sun.velocity.y, dw = w[i] - sun.velocity.z;
    const double r2 = dx * dx + dy * dy + dz * dz;
    const double r = std::sqrt(r2);
    const double k = gm / (r2 * r);
    const double along = k * (kPerC2 * (4.0 * gm / r - (du * du + dv * dv + dw * dw)) - 1.0);
    const double ahead = k * kPerC2 * 4.0 * (dx * du + dy * dv + dz * dw);
    ax[i] = along * dx + ahead * du;
    ay[i] = along * dy + ahead * dv;
    az[i] = along * dz + ahead * dw;
  }
}

/// Zonal harmonics of the Earth's figure: J2, J3, J4 and the radius they refer to (IERS Conventions
/// 2010, table 6.2's field; DE440's own, Park et al. 2021, table 12).
constexpr double kJ2 = 1.08262539e-3, kJ3 = -2.53241e-6, kJ4 = -1.61990e-6;
constexpr double kEarthRadius = 6378.1366 / kAstronomicalUnit;
/// Beyond it the figure pulls by less than 1e-7 of what the Earth does.
constexpr double kFigureReach = 0.006;  // [au]

/// The Earth's pole among the ICRS axes: what precession makes of it since 2000 (IAU 2006, first
/// term of X). Nutation, 9 arcsec, and the rest are 5e-5 of a pull that matters by arcseconds.
Vector pole_of_earth(time::Tdb t) {
  const double centuries = (t.mjd() - 51544.5) / 36525.0;
  const double x = 2004.191903 * centuries / 206264.80625;
  return {x, 0.0, std::sqrt(1.0 - x * x)};
}

/// What the figure of the Earth adds to the pull of a point, for those near it: the gradient of
/// -GM/r sum Jn (R/r)^n Pn(sin latitude).
void add_figure(std::size_t count, const Vector& earth, const Vector& pole, double gm,
                const double* position, double* acceleration) {
  for (std::size_t i = 0; i < count; ++i) {
    const Vector d{position[i] - earth.x, position[i + count] - earth.y,
                   position[i + 2 * count] - earth.z};
    const double r2 = dot(d, d);
    if (!(r2 < kFigureReach * kFigureReach)) continue;
    const double r = std::sqrt(r2);
    const double s = dot(d, pole) / r, s2 = s * s;
    const double ratio = kEarthRadius / r;
    const double k2 = kJ2 * ratio * ratio, k3 = kJ3 * ratio * ratio * ratio,
                 k4 = kJ4 * ratio * ratio * ratio * ratio;
    const double p2 = 0.5 * (3.0 * s2 - 1.0), p3 = 0.5 * s * (5.0 * s2 - 3.0),
                 p4 = 0.125 * ((35.0 * s2 - 30.0) * s2 + 3.0);
    const double d2 = 3.0 * s, d3 = 1.5 * (5.0 * s2 - 1.0), d4 = 2.5 * s * (7.0 * s2 - 3.0);
    const double k = gm / (r2 * r);
    // Along the line from the centre, and along the pole.
    const double slope = k2 * d2 + k3 * d3 + k4 * d4;
    const double along = k * (3.0 * k2 * p2 + 4.0 * k3 * p3 + 5.0 * k4 * p4 + s * slope);
    const double up = -k * r * slope;
    acceleration[i] += along * d.x + up * pole.x;
    acceleration[i + count] += along * d.y + up * pole.y;
    acceleration[i + 2 * count] += along * d.z + up * pole.z;
  }
}

}  // namespace

void Gravity::operator()(double days, std::size_t count, const double* position,
                         const double* velocity, double* acceleration) const {
  const time::Tdb t{origin_.jd1, origin_.jd2 + days};
  add_sun(count, ephemeris_->barycentric(Body::sun, t), kGravity[0], position, velocity,
          acceleration);
  const State earth = ephemeris_->barycentric(Body::earth, t);
  for (std::size_t i = 1; i < kPullingBodies; ++i) {
    const auto body = static_cast<Body>(i);
    Vector place;
    if (body == Body::earth) {
      place = earth.position;
    } else if (body == Body::moon) {
      place = earth.position + ephemeris_->geocentric(Body::moon, t).position;
    } else if (body == Body::pluto && !ephemeris_->covers(body, t)) {
      continue;  // some kernels leave it out, and its pull is 1e-8 of the Sun's
    } else {
      place = ephemeris_->barycentric(body, t).position;
    }
    add_pull(count, place, kGravity[i], position, acceleration);
    if (body == Body::earth)
      add_figure(count, place, pole_of_earth(t), kGravity[i], position, acceleration);
  }
}

}  // namespace skywright::ephemeris
