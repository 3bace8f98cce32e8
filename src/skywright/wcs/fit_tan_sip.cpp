#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "skywright/base/error.h"
#include "skywright/math/least_squares.h"
#include "skywright/math/polynomial.h"
#include "skywright/wcs/wcs.h"

namespace skywright::wcs {
namespace {

using Vector = std::vector<double>;

[[noreturn]] void refuse_degenerate() {
  throw InputError("cannot fit a world coordinate system",
                   "the points lie on a line or are too few places for the order",
                   "use points that spread over the image in both directions, or a lower order");
}

/// u^p v^q for all p + q <= order, p from 0 up and for each p all q.
void powers(double u, double v, int order, std::span<double> out) {
  std::size_t k = 0;
  double up = 1.0;
  for (int p = 0; p <= order; ++p) {
    double term = up;
    for (int q = 0; p + q <= order; ++q) {
      out[k++] = term;
      term *= v;
    }
    up *= u;
  }
}

/// Both coordinates as polynomials of (u, v) / unit.
struct PolynomialPair {
  Vector f, g;
  int order = 0;
  double unit = 1.0;

  /// The coefficients of u^p v^q, without the unit.
  [[nodiscard]] std::array<double, 2> coefficient(int p, int q) const {
    std::size_t k = 0;
    for (int row = 0; row < p; ++row) k += static_cast<std::size_t>(order - row + 1);
    k += static_cast<std::size_t>(q);
    const double scale = std::pow(unit, -(p + q));
    return {f[k] * scale, g[k] * scale};
  }
};

PolynomialPair fit_pair(const Vector& u, const Vector& v, const Vector& f, const Vector& g,
                        std::span<const double> weight, int order) {
  const auto terms = static_cast<std::size_t>(math::term_count(order));
  PolynomialPair pair{{}, {}, order, 1.0};
  for (std::size_t i = 0; i < u.size(); ++i) {
    pair.unit = std::max({pair.unit, std::abs(u[i]), std::abs(v[i])});
  }
  Vector design(u.size() * terms);
  for (std::size_t i = 0; i < u.size(); ++i) {
    powers(u[i] / pair.unit, v[i] / pair.unit, order, std::span(design).subspan(i * terms, terms));
  }
  math::LinearFit fit_f = math::fit_linear(design, f, weight, terms);
  math::LinearFit fit_g = math::fit_linear(design, g, weight, terms);
  if (fit_f.singular || fit_g.singular) refuse_degenerate();
  pair.f = std::move(fit_f.parameters);
  pair.g = std::move(fit_g.parameters);
  return pair;
}

/// Coefficients of degree `lowest` and more, turned by `m`, in Sip's layout.
std::array<Vector, 2> sip_layout(const PolynomialPair& pair, const std::array<double, 4>& m,
                                 int lowest) {
  const auto stride = static_cast<std::size_t>(pair.order + 1);
  std::array<Vector, 2> out{Vector(stride * stride), Vector(stride * stride)};
  for (int p = 0; p <= pair.order; ++p) {
    for (int q = 0; p + q <= pair.order; ++q) {
      if (p + q < lowest) continue;
      const auto [f, g] = pair.coefficient(p, q);
      const std::size_t k = static_cast<std::size_t>(p) * stride + static_cast<std::size_t>(q);
      out[0][k] = m[0] * f + m[1] * g;
      out[1][k] = m[2] * f + m[3] * g;
    }
  }
  return out;
}

SkyPosition weighted_centre(std::span<const double> ra, std::span<const double> dec,
                            std::span<const double> weight) {
  double x = 0.0, y = 0.0, z = 0.0;
  for (std::size_t i = 0; i < ra.size(); ++i) {
    const double w = weight.empty() ? 1.0 : weight[i];
    const auto v = sphere::unit_vector(SkyPosition::from_degrees(ra[i], dec[i]));
    x += w * v.x;
    y += w * v.y;
    z += w * v.z;
  }
  return sphere::sky_position({x, y, z});
}

/// A and B turned round: polynomials of (u + A, v + B) that give u and v back, over `domain`.
void fit_inverse(Sip& sip, const PixelPosition& reference, const image::Box& domain, int order) {
  constexpr int kGrid = 24;
  Vector u, v, big_u, big_v;
  for (int j = 0; j <= kGrid; ++j) {
    for (int i = 0; i <= kGrid; ++i) {
      const double du = domain.x0 - 0.5 + domain.width * i / double{kGrid} - reference.x;
      const double dv = domain.y0 - 0.5 + domain.height * j / double{kGrid} - reference.y;
      Vector term(static_cast<std::size_t>(math::term_count(sip.order)));
      powers(du, dv, sip.order, term);
      double a = 0.0, b = 0.0;
      std::size_t k = 0;
      for (int p = 0; p <= sip.order; ++p) {
        for (int q = 0; p + q <= sip.order; ++q, ++k) {
          const auto c = static_cast<std::size_t>(p * (sip.order + 1) + q);
          a += sip.a[c] * term[k];
          b += sip.b[c] * term[k];
        }
      }
      big_u.push_back(du + a);
      big_v.push_back(dv + b);
      u.push_back(-a);
      v.push_back(-b);
    }
  }
  const PolynomialPair pair = fit_pair(big_u, big_v, u, v, {}, order);
  auto [ap, bp] = sip_layout(pair, {1.0, 0.0, 0.0, 1.0}, 0);
  sip.inverse_order = order;
  sip.ap = std::move(ap);
  sip.bp = std::move(bp);
}

std::array<double, 4> inverse(const std::array<double, 4>& m) {
  const double det = m[0] * m[3] - m[1] * m[2];
  if (!(std::abs(det) > 1e-6 * (std::abs(m[0] * m[3]) + std::abs(m[1] * m[2])))) {
    refuse_degenerate();
  }
  return {m[3] / det, -m[1] / det, -m[2] / det, m[0] / det};
}

void check(std::span<const double> x, std::span<const double> weight, const TanSipConfig& config) {
  if (config.order < 1 || config.order > 9 || config.inverse_order < 0 ||
      config.inverse_order > 9) {
    throw ConfigError("order=" + std::to_string(config.order) +
                          ", inverse_order=" + std::to_string(config.inverse_order),
                      "must be 1 to 9 and 0 to 9", "the defaults are 3 and 4");
  }
  const auto used = weight.empty() ? static_cast<std::ptrdiff_t>(x.size())
                                   : std::count_if(weight.begin(), weight.end(),
                                                   [](double w) { return w > 0.0; });
  if (used < math::term_count(config.order)) {
    throw InputError("cannot fit a world coordinate system",
                     std::to_string(used) + " points for " +
                         std::to_string(math::term_count(config.order)) + " coefficients",
                     "match more stars or lower the order");
  }
}

}  // namespace

TanSipFit fit_tan_sip(std::span<const double> x, std::span<const double> y,
                      std::span<const double> ra, std::span<const double> dec,
                      std::span<const double> weight, const PixelPosition& reference_pixel,
                      const image::Box& domain, const TanSipConfig& config) {
  check(x, weight, config);
  const std::size_t n = x.size();
  Vector u(n), v(n), xi(n), eta(n);
  for (std::size_t i = 0; i < n; ++i) {
    u[i] = x[i] - reference_pixel.x;
    v[i] = y[i] - reference_pixel.y;
  }
  // The tangent point is the sky of the reference pixel, which the fit itself tells: a fit about a
  // near point gives it up to the fit's curvature, and again about that one until it stands still.
  constexpr int kMaxRounds = 10;
  constexpr double kStill = 1e-13;  // [deg], far below any error of a position
  Linear linear{reference_pixel, weighted_centre(ra, dec, weight), {1.0, 0.0, 0.0, 1.0}};
  PolynomialPair plane;
  for (int round = 0; round < kMaxRounds; ++round) {
    const Wcs gnomonic(Linear{PixelPosition{0.0, 0.0}, linear.reference_sky, {1.0, 0.0, 0.0, 1.0}});
    gnomonic.sky_to_pixels(ra, dec, xi, eta);
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isfinite(xi[i]) && std::isfinite(eta[i])) continue;
      throw InputError("cannot fit a world coordinate system",
                       "a point is not finite or 90 degrees from the field",
                       "use positions of one field only");
    }
    plane = fit_pair(u, v, xi, eta, weight, config.order);
    const auto [xi0, eta0] = plane.coefficient(0, 0);
    if (std::hypot(xi0, eta0) < kStill) break;
    if (round + 1 < kMaxRounds) linear.reference_sky = gnomonic.sky_at({xi0, eta0});
  }
  const auto by_u = plane.coefficient(1, 0);
  const auto by_v = plane.coefficient(0, 1);
  linear.cd = {by_u[0], by_v[0], by_u[1], by_v[1]};
  const auto cd_inverse = inverse(linear.cd);

  Wcs wcs(linear);
  if (config.order > 1) {
    Sip sip;
    sip.order = config.order;
    auto [a, b] = sip_layout(plane, cd_inverse, 2);
    sip.a = std::move(a);
    sip.b = std::move(b);
    if (config.inverse_order > 0) fit_inverse(sip, reference_pixel, domain, config.inverse_order);
    wcs = Wcs(linear, std::move(sip));
  }
  // Residuals on the sky, brought to pixels by the linear part alone: no inversion that may fail.
  Vector fitted_ra(n), fitted_dec(n), fitted_xi(n), fitted_eta(n);
  wcs.pixels_to_sky(x, y, fitted_ra, fitted_dec);
  const Wcs pixels(linear);
  pixels.sky_to_pixels(fitted_ra, fitted_dec, fitted_xi, fitted_eta);
  pixels.sky_to_pixels(ra, dec, xi, eta);
  double sum = 0.0, total = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double w = weight.empty() ? 1.0 : weight[i];
    if (!(w > 0.0)) continue;
    sum += w * (std::pow(fitted_xi[i] - xi[i], 2) + std::pow(fitted_eta[i] - eta[i], 2));
    total += 2.0 * w;
  }
  return {std::move(wcs), std::sqrt(sum / total)};
}

}  // namespace skywright::wcs
