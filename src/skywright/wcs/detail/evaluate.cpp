// The two bulk loops. All helpers are inlined into them, so that each is compiled for every width
// of vector registers (base/vector_clones.h).
#include <limits>

#include "skywright/base/vector_clones.h"
#include "skywright/math/lanes.h"
#include "skywright/wcs/detail/mapping.h"

namespace skywright::wcs::detail {
namespace {

using math::kLanes;
using math::Lanes;
using math::lanes;
using math::select;

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr int kMaxNewtonSteps = 20;

struct PairLanes {
  Lanes f, g;
};

struct JetLanes {
  Lanes f, g, f_u, f_v, g_u, g_v;
};

SKYWRIGHT_INLINE PairLanes evaluate(const Distortion& d, Lanes u, Lanes v) {
  const Distortion::Pair* term = d.terms.data();
  Lanes f = lanes(0.0), g = f;
  for (int p = d.order; p >= 0; --p) {
    Lanes row_f = lanes(0.0), row_g = row_f;
    for (int q = d.order - p; q >= 0; --q, ++term) {
      row_f = row_f * v + term->f;
      row_g = row_g * v + term->g;
    }
    f = f * u + row_f;
    g = g * u + row_g;
  }
  if (d.radial) {
    const auto& c = d.radial_terms;
    const Lanes rr = u * u + v * v;
    const Lanes r = math::sqrt(rr);
    f += r * (c[0].f + rr * (c[1].f + rr * (c[2].f + rr * c[3].f)));
    g += r * (c[0].g + rr * (c[1].g + rr * (c[2].g + rr * c[3].g)));
  }
  return {f, g};
}

SKYWRIGHT_INLINE JetLanes evaluate_jet(const Distortion& d, Lanes u, Lanes v) {
  const Distortion::Pair* term = d.terms.data();
  const Lanes zero = lanes(0.0);
  JetLanes j{zero, zero, zero, zero, zero, zero};
  for (int p = d.order; p >= 0; --p) {
    Lanes row_f = zero, row_g = zero, slope_f = zero, slope_g = zero;
    for (int q = d.order - p; q >= 0; --q, ++term) {
      slope_f = slope_f * v + row_f;
      slope_g = slope_g * v + row_g;
      row_f = row_f * v + term->f;
      row_g = row_g * v + term->g;
    }
    j.f_u = j.f_u * u + j.f;
    j.g_u = j.g_u * u + j.g;
    j.f_v = j.f_v * u + slope_f;
    j.g_v = j.g_v * u + slope_g;
    j.f = j.f * u + row_f;
    j.g = j.g * u + row_g;
  }
  if (d.radial) {
    const auto& c = d.radial_terms;
    const Lanes rr = u * u + v * v;
    const Lanes r = math::sqrt(rr);
    const Lanes per_r = select(r > 0.0, 1.0 / r, zero);
    j.f += r * (c[0].f + rr * (c[1].f + rr * (c[2].f + rr * c[3].f)));
    j.g += r * (c[0].g + rr * (c[1].g + rr * (c[2].g + rr * c[3].g)));
    const Lanes df =
        per_r * (c[0].f + rr * (3.0 * c[1].f + rr * (5.0 * c[2].f + rr * (7.0 * c[3].f))));
    const Lanes dg =
        per_r * (c[0].g + rr * (3.0 * c[1].g + rr * (5.0 * c[2].g + rr * (7.0 * c[3].g))));
    j.f_u += df * u;
    j.f_v += df * v;
    j.g_u += dg * u;
    j.g_v += dg * v;
  }
  return j;
}

SKYWRIGHT_INLINE double sum_of(Lanes v) {
  double sum = 0.0;
  for (std::size_t i = 0; i < kLanes; ++i) sum += v[i];
  return sum;
}

/// (u, v) with (F, G)(u, v) = (f, g), by Newton's method; NaN where it does not converge or lands
/// on a branch that mirrors or turns the sky, which a folding polynomial has beyond its fold.
/// A lane that has converged is left alone, so that it does not depend on its neighbours.
SKYWRIGHT_INLINE PairLanes invert(const Distortion& d, Lanes f, Lanes g) {
  const auto& l = d.linear_inverse;
  const Lanes f0 = f - d.constant.f, g0 = g - d.constant.g;
  Lanes u = l[0] * f0 + l[1] * g0;
  Lanes v = l[2] * f0 + l[3] * g0;
  const Lanes zero = lanes(0.0), one = lanes(1.0);
  const double turn = l[0] * l[3] - l[1] * l[2];
  Lanes active = select(u - u == v - v, one, zero);  // neither NaN nor infinite
  Lanes good = zero;
  for (int step = 0; step < kMaxNewtonSteps && sum_of(active) > 0.0; ++step) {
    const JetLanes j = evaluate_jet(d, u, v);
    const Lanes det = j.f_u * j.g_v - j.f_v * j.g_u;
    const Lanes rf = f - j.f, rg = g - j.g;
    const Lanes per_det = 1.0 / det;
    const Lanes du = (j.g_v * rf - j.f_v * rg) * per_det;
    const Lanes dv = (j.f_u * rg - j.g_u * rf) * per_det;
    u = select(active > 0.0, u + du, u);
    v = select(active > 0.0, v + dv, v);
    const Lanes size = math::abs(du) + math::abs(dv);
    const Lanes last = select(size < d.step_accepted, active, zero);
    // The Jacobian relative to the linear part has two eigenvalues of positive real part only on
    // the branch that holds the reference point.
    const Lanes trace = l[0] * j.f_u + l[1] * j.g_u + l[2] * j.f_v + l[3] * j.g_v;
    good += select(det * turn > 0.0, select(trace > 0.0, last, zero), zero);
    active -= last;
  }
  const Lanes nan = lanes(std::numeric_limits<double>::quiet_NaN());
  return {select(good > 0.0, u, nan), select(good > 0.0, v, nan)};
}

SKYWRIGHT_INLINE PairLanes plane_at(const Mapping& m, Lanes x, Lanes y) {
  Lanes u = x - m.reference_pixel.x;
  Lanes v = y - m.reference_pixel.y;
  if (m.kind == Mapping::Kind::in_pixels) {
    const PairLanes moved = evaluate(m.distortion, u, v);
    u = moved.f;
    v = moved.g;
  }
  PairLanes plane{m.cd[0] * u + m.cd[1] * v, m.cd[2] * u + m.cd[3] * v};
  if (m.kind == Mapping::Kind::in_plane) plane = evaluate(m.distortion, plane.f, plane.g);
  return plane;
}

}  // namespace

SKYWRIGHT_VECTOR_CLONES
void pixels_to_sky(const Mapping& m, std::span<const double> x, std::span<const double> y,
                   std::span<double> ra, std::span<double> dec) {
  math::for_lanes(
      x.size(), [&](std::size_t i, std::size_t n) __attribute__((always_inline)) {
        const PairLanes plane = plane_at(m, math::load(&x[i], n), math::load(&y[i], n));
        const Lanes xi = plane.f * kDegree;
        const Lanes eta = plane.g * kDegree;
        // The direction in a frame whose x axis lies on the meridian of the tangent point.
        const Lanes forward = m.cos_dec0 - eta * m.sin_dec0;
        const Lanes up = m.sin_dec0 + eta * m.cos_dec0;
        const Lanes level = math::sqrt(forward * forward + xi * xi);
        Lanes a = m.ra0 + math::atan2(xi, forward) * (1.0 / kDegree);
        a = select(a < 0.0, a + 360.0, a);
        a = select(a >= 360.0, a - 360.0, a);
        math::store(a, &ra[i], n);
        math::store(math::atan2(up, level) * (1.0 / kDegree), &dec[i], n);
      });
}

SKYWRIGHT_VECTOR_CLONES
void sky_to_pixels(const Mapping& m, std::span<const double> ra, std::span<const double> dec,
                   std::span<double> x, std::span<double> y) {
  math::for_lanes(
      ra.size(), [&](std::size_t i, std::size_t n) __attribute__((always_inline)) {
        const math::SinCos a = math::sincos_degrees(math::load(&ra[i], n) - m.ra0);
        const math::SinCos d = math::sincos_degrees(math::load(&dec[i], n));
        const Lanes level = d.cos * a.cos;
        const Lanes ahead = d.sin * m.sin_dec0 + level * m.cos_dec0;  // cosine of the distance
        const Lanes nan = lanes(std::numeric_limits<double>::quiet_NaN());
        const Lanes scale = select(ahead > 0.0, (1.0 / kDegree) / ahead, nan);
        PairLanes plane{d.cos * a.sin * scale, (d.sin * m.cos_dec0 - level * m.sin_dec0) * scale};
        if (m.kind == Mapping::Kind::in_plane) plane = invert(m.distortion, plane.f, plane.g);
        const auto& c = m.cd_inverse;
        PairLanes pixel{c[0] * plane.f + c[1] * plane.g, c[2] * plane.f + c[3] * plane.g};
        if (m.kind == Mapping::Kind::in_pixels) pixel = invert(m.distortion, pixel.f, pixel.g);
        math::store(pixel.f + m.reference_pixel.x, &x[i], n);
        math::store(pixel.g + m.reference_pixel.y, &y[i], n);
      });
}

PlaneJet plane_jet(const Mapping& m, PixelPosition at) {
  Lanes u = lanes(at.x - m.reference_pixel.x);
  Lanes v = lanes(at.y - m.reference_pixel.y);
  std::array<double, 4> inner = {1.0, 0.0, 0.0, 1.0};
  if (m.kind == Mapping::Kind::in_pixels) {
    const JetLanes j = evaluate_jet(m.distortion, u, v);
    u = j.f;
    v = j.g;
    inner = {j.f_u[0], j.f_v[0], j.g_u[0], j.g_v[0]};
  }
  PlaneJet out;
  out.xi = m.cd[0] * u[0] + m.cd[1] * v[0];
  out.eta = m.cd[2] * u[0] + m.cd[3] * v[0];
  const auto product = [](const std::array<double, 4>& a, const std::array<double, 4>& b) {
    return std::array<double, 4>{a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3],
                                 a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3]};
  };
  out.derivative = product(m.cd, inner);
  if (m.kind == Mapping::Kind::in_plane) {
    const JetLanes j = evaluate_jet(m.distortion, lanes(out.xi), lanes(out.eta));
    out.xi = j.f[0];
    out.eta = j.g[0];
    out.derivative = product({j.f_u[0], j.f_v[0], j.g_u[0], j.g_v[0]}, out.derivative);
  }
  return out;
}

}  // namespace skywright::wcs::detail
