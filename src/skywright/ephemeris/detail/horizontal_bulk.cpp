// The steps of ERFA's eraAtciqz and eraAtioq, which are the oracle of the tests, on vectors
// throughout: no angle is formed between the star's place and its altitude and azimuth.
#include "skywright/ephemeris/detail/horizontal_bulk.h"

#include <numbers>

#include "skywright/base/vector_clones.h"
#include "skywright/math/lanes.h"

namespace skywright::ephemeris::detail {
namespace {

using math::Lanes;
using math::lanes;
using math::select;

constexpr double kSchwarzschild = 1.97412574336e-8;  ///< of the Sun [au]
constexpr double kDegrees = 180.0 / std::numbers::pi;

struct VectorLanes {
  Lanes x, y, z;
};

SKYWRIGHT_INLINE Lanes product(const VectorLanes& a, const Vector& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

SKYWRIGHT_INLINE Lanes larger(Lanes a, double b) { return select(a > b, a, lanes(b)); }

/// Light bent by the Sun: Klioner (2003), AJ 125, 1580, for a star at infinity.
SKYWRIGHT_INLINE VectorLanes deflected(const HorizonFrame& f, const VectorLanes& p) {
  const Vector& e = f.sun_to_observer;
  // Within 9 arcsec of the Sun's centre, behind its disc, the bending is held.
  const double limit = 1e-6 / (f.sun_distance > 1.0 ? f.sun_distance * f.sun_distance : 1.0);
  const Lanes along = product(p, e);
  const Lanes weight = (kSchwarzschild / f.sun_distance) / larger(1.0 + along, limit);
  // p x (e x p) = e - p (p.e)
  return {p.x + weight * (e.x - p.x * along), p.y + weight * (e.y - p.y * along),
          p.z + weight * (e.z - p.z * along)};
}

SKYWRIGHT_INLINE VectorLanes aberrated(const HorizonFrame& f, const VectorLanes& p) {
  const Vector& v = f.velocity;
  const Lanes along = product(p, v);
  const Lanes by_v = 1.0 + along / (1.0 + f.inverse_lorenz);
  const double potential = kSchwarzschild / f.sun_distance;
  const Lanes by_p = f.inverse_lorenz - potential * along;
  const VectorLanes q{p.x * by_p + v.x * (by_v + potential), p.y * by_p + v.y * (by_v + potential),
                      p.z * by_p + v.z * (by_v + potential)};
  const Lanes k = 1.0 / math::sqrt(q.x * q.x + q.y * q.y + q.z * q.z);
  return {q.x * k, q.y * k, q.z * k};
}

}  // namespace

SKYWRIGHT_VECTOR_CLONES
void horizontal(const HorizonFrame& f, std::span<const double> ra, std::span<const double> dec,
                std::span<double> azimuth, std::span<double> altitude) {
  const auto& m = f.to_meridian;
  math::for_lanes(
      ra.size(), [&](std::size_t i, std::size_t n) __attribute__((always_inline)) {
        const math::SinCos a = math::sincos_degrees(math::load(&ra[i], n));
        const math::SinCos d = math::sincos_degrees(math::load(&dec[i], n));
        const VectorLanes p = aberrated(f, deflected(f, {d.cos * a.cos, d.cos * a.sin, d.sin}));
        Lanes x = m[0] * p.x + m[1] * p.y + m[2] * p.z;  // on the meridian
        Lanes y = m[3] * p.x + m[4] * p.y + m[5] * p.z;  // east
        Lanes z = m[6] * p.x + m[7] * p.y + m[8] * p.z;  // pole
        const Lanes shrink = 1.0 - f.diurnal_aberration * y;
        x = shrink * x;
        y = shrink * (y + f.diurnal_aberration);
        z = shrink * z;
        const Lanes south = f.sin_latitude * x - f.cos_latitude * z;
        const Lanes up = f.cos_latitude * x + f.sin_latitude * z;
        const Lanes level = larger(math::sqrt(south * south + y * y), 1e-6);
        const Lanes height = larger(up, 0.05);  // refraction is held below 3 degrees
        const Lanes tangent = level / height;
        const Lanes w = f.refraction_b * tangent * tangent;
        // Newton's step turns A tan z + B tan^3 z of the observed z into one of the true z.
        const Lanes bend =
            (f.refraction_a + w) * tangent / (1.0 + (f.refraction_a + 3.0 * w) / (height * height));
        const Lanes cosine = 1.0 - 0.5 * bend * bend;
        const Lanes inward = cosine - bend * height / level;
        const Lanes south_seen = south * inward;
        const Lanes east_seen = y * inward;
        const Lanes up_seen = cosine * up + bend * level;
        Lanes az = math::atan2(y, -south) * kDegrees;
        az = select(az < 0.0, az + 360.0, az);
        az = select(az >= 360.0, az - 360.0, az);
        const Lanes level_seen = math::sqrt(south_seen * south_seen + east_seen * east_seen);
        math::store(az, &azimuth[i], n);
        math::store(math::atan2(up_seen, level_seen) * kDegrees, &altitude[i], n);
      });
}

}  // namespace skywright::ephemeris::detail
