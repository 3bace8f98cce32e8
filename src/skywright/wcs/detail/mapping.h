/// A Wcs made ready for evaluation: constants of the projection and packed polynomials.
///
/// pixel -> (offset) -> SIP -> CD -> TPV -> gnomonic plane -> sky. SIP and TPV are both kept as a
/// pair of polynomials that contain the identity, so that one evaluator and one Newton inverse
/// serve both.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "skywright/wcs/wcs.h"

namespace skywright::wcs::detail {

/// (u, v) -> (F, G), polynomials of total degree `order` and, for TPV, odd powers of
/// r = hypot(u, v).
struct Distortion {
  struct Pair {
    double f = 0.0;
    double g = 0.0;
  };
  int order = 0;
  /// Of u^p v^q for p = order..0, and for each p, q = order-p..0: the order of Horner's scheme.
  std::vector<Pair> terms;
  bool radial = false;
  std::array<Pair, 4> radial_terms{};  ///< of r, r^3, r^5, r^7
  // The inverse of the linear part, and the constant part: the first guess of Newton's method.
  std::array<double, 4> linear_inverse{1.0, 0.0, 0.0, 1.0};
  Pair constant;
  double step_accepted = 0.0;  ///< a Newton step below this is the last
};

struct Mapping {
  PixelPosition reference_pixel;
  std::array<double, 4> cd{};
  std::array<double, 4> cd_inverse{};
  double ra0 = 0.0;  ///< [deg]
  double sin_dec0 = 0.0;
  double cos_dec0 = 1.0;
  enum class Kind { none, in_pixels, in_plane } kind = Kind::none;
  Distortion distortion;
};

Mapping make_mapping(const Linear& linear, const Sip* sip, const Tpv* tpv);

void pixels_to_sky(const Mapping& m, std::span<const double> x, std::span<const double> y,
                   std::span<double> ra, std::span<double> dec);
void sky_to_pixels(const Mapping& m, std::span<const double> ra, std::span<const double> dec,
                   std::span<double> x, std::span<double> y);
/// Gnomonic coordinates [deg] after the distortion and their derivatives by x and y [deg/pixel].
struct PlaneJet {
  double xi = 0.0, eta = 0.0;
  std::array<double, 4> derivative{};
};
PlaneJet plane_jet(const Mapping& m, PixelPosition at);

}  // namespace skywright::wcs::detail
