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
  }
}

}  // namespace skywright::ephemeris
