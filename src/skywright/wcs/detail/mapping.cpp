#include "skywright/wcs/detail/mapping.h"

#include <cmath>
#include <string>

#include "skywright/base/error.h"

namespace skywright::wcs::detail {
namespace {

constexpr int kMaxSipOrder = 9;
constexpr int kTpvOrder = 7;

[[noreturn]] void refuse(const std::string& reason) {
  throw InputError("world coordinate system makes no sense", reason,
                   "correct the header's WCS cards or solve the image anew");
}

std::array<double, 4> inverse(const std::array<double, 4>& m, const char* name) {
  const double det = m[0] * m[3] - m[1] * m[2];
  const double scale = std::abs(m[0] * m[3]) + std::abs(m[1] * m[2]);
  if (!std::isfinite(det) || !(std::abs(det) > 1e-12 * scale)) {
    refuse(std::string(name) + " is singular or not finite");
  }
  return {m[3] / det, -m[1] / det, -m[2] / det, m[0] / det};
}

/// Dense table of pair coefficients, packed for Horner at the end.
class PairTable {
 public:
  explicit PairTable(int order)
      : order_(order), terms_(static_cast<std::size_t>((order + 1) * (order + 1))) {}
  Distortion::Pair& at(int p, int q) {
    return terms_[static_cast<std::size_t>(p * (order_ + 1) + q)];
  }
  [[nodiscard]] std::vector<Distortion::Pair> packed() {
    std::vector<Distortion::Pair> out;
    for (int p = order_; p >= 0; --p) {
      for (int q = order_ - p; q >= 0; --q) out.push_back(at(p, q));
    }
    return out;
  }

 private:
  int order_;
  std::vector<Distortion::Pair> terms_;
};

void finish(Distortion& d, PairTable& table, double unit) {
  for (const auto& term : table.packed()) {
    if (!std::isfinite(term.f) || !std::isfinite(term.g)) {
      refuse("a distortion coefficient is not finite");
    }
  }
  d.terms = table.packed();
  d.constant = table.at(0, 0);
  d.linear_inverse =
      inverse({table.at(1, 0).f, table.at(0, 1).f, table.at(1, 0).g, table.at(0, 1).g},
              "the linear part of the distortion");
  // Newton's error after a step s is s^2 times the second derivative, which is far below 1/unit.
  d.step_accepted = 3e-5 * unit;
}

Distortion sip_distortion(const Sip& sip) {
  const int n = sip.order;
  if (n < 1 || n > kMaxSipOrder) refuse("SIP order " + std::to_string(n) + " is not 1 to 9");
  const auto size = static_cast<std::size_t>((n + 1) * (n + 1));
  if (sip.a.size() != size || sip.b.size() != size) {
    refuse("SIP of order " + std::to_string(n) + " needs " + std::to_string(size) +
           " coefficients of A and of B");
  }
  Distortion d;
  d.order = n;
  PairTable table(n);
  for (int p = 0; p <= n; ++p) {
    for (int q = 0; p + q <= n; ++q) {
      const auto k = static_cast<std::size_t>(p * (n + 1) + q);
      table.at(p, q) = {sip.a[k], sip.b[k]};
    }
  }
  table.at(1, 0).f += 1.0;
  table.at(0, 1).g += 1.0;
  finish(d, table, 1.0);
  return d;
}

Distortion tpv_distortion(const Tpv& tpv, double scale) {
  // Terms run 0 | 1 2 | (3: r) | 4.. degree 2 | 7.. 3 | (11: r^3) | 12.. 4 | 17.. 5 | (23: r^5) |
  // 24.. 6 | 31.. 7 | (39: r^7); within a degree from the axis' own power down to the other's.
  constexpr std::array<int, 8> kFirst = {0, 1, 4, 7, 12, 17, 24, 31};
  constexpr std::array<std::size_t, 4> kRadial = {3, 11, 23, 39};
  Distortion d;
  d.order = 1;
  PairTable full(kTpvOrder);
  for (int degree = 0; degree <= kTpvOrder; ++degree) {
    for (int other = 0; other <= degree; ++other) {
      const auto k = static_cast<std::size_t>(kFirst[static_cast<std::size_t>(degree)] + other);
      full.at(degree - other, other).f = tpv.pv1[k];
      full.at(other, degree - other).g = tpv.pv2[k];
      if (tpv.pv1[k] != 0.0 || tpv.pv2[k] != 0.0) d.order = std::max(d.order, degree);
    }
  }
  for (std::size_t i = 0; i < kRadial.size(); ++i) {
    d.radial_terms[i] = {tpv.pv1[kRadial[i]], tpv.pv2[kRadial[i]]};
    if (!std::isfinite(d.radial_terms[i].f) || !std::isfinite(d.radial_terms[i].g)) {
      refuse("a distortion coefficient is not finite");
    }
    d.radial = d.radial || d.radial_terms[i].f != 0.0 || d.radial_terms[i].g != 0.0;
  }
  PairTable table(d.order);
  for (int p = 0; p <= d.order; ++p) {
    for (int q = 0; p + q <= d.order; ++q) table.at(p, q) = full.at(p, q);
  }
  finish(d, table, scale);
  return d;
}

}  // namespace

Mapping make_mapping(const Linear& linear, const Sip* sip, const Tpv* tpv) {
  Mapping m;
  const double ra0 = linear.reference_sky.ra.degrees();
  const double dec0 = linear.reference_sky.dec.degrees();
  if (!std::isfinite(linear.reference_pixel.x) || !std::isfinite(linear.reference_pixel.y) ||
      !std::isfinite(ra0) || !(std::abs(dec0) <= 90.0)) {
    refuse("reference pixel or position is not finite, or its declination is beyond a pole");
  }
  m.reference_pixel = linear.reference_pixel;
  m.cd = linear.cd;
  m.cd_inverse = inverse(linear.cd, "the CD matrix");
  m.ra0 = linear.reference_sky.ra.wrapped().degrees();
  m.sin_dec0 = sin(linear.reference_sky.dec);
  m.cos_dec0 = cos(linear.reference_sky.dec);
  if (sip != nullptr) {
    m.kind = Mapping::Kind::in_pixels;
    m.distortion = sip_distortion(*sip);
  } else if (tpv != nullptr) {
    const double scale = std::sqrt(std::abs(m.cd[0] * m.cd[3] - m.cd[1] * m.cd[2]));
    m.kind = Mapping::Kind::in_plane;
    m.distortion = tpv_distortion(*tpv, scale);
  }
  return m;
}

}  // namespace skywright::wcs::detail
