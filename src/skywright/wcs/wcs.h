/// From pixels to the sky and back: TAN with SIP or TPV distortion, in bulk.
///
/// Pixels count from zero at the centre of the first (io converts headers, whose pixels count from
/// 1). A Wcs is an immutable value, safe to share between threads. Calabretta & Greisen (2002), A&A
/// 395, 1077; Shupe et al. (2005), ASPC 347, 491 (SIP); the TPV registry page of the FITS WCS
/// conventions.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "skywright/image/box.h"
#include "skywright/sphere/direction.h"

namespace skywright::wcs {

namespace detail {
struct Mapping;
}

using image::PixelPosition;
using sphere::Angle;
using sphere::SkyPosition;

/// The linear part: intermediate world coordinates [deg] = cd * (pixel - reference_pixel).
struct Linear {
  PixelPosition reference_pixel;                    ///< zero-based
  SkyPosition reference_sky;                        ///< ICRS; LONPOLE is 180 deg, at the pole too
  std::array<double, 4> cd = {1.0, 0.0, 0.0, 1.0};  ///< CD1_1 CD1_2 CD2_1 CD2_2 [deg/pixel]
};

/// SIP: pixel offsets (u, v) from the reference pixel become u + A(u, v), v + B(u, v).
/// Coefficients of u^p v^q stand at [p * (order + 1) + q]; those with p + q > order are zero.
struct Sip {
  int order = 0;  ///< of A and B, 1 to 9
  std::vector<double> a;
  std::vector<double> b;
  int inverse_order = 0;  ///< of AP and BP; 0 where the file gave none
  std::vector<double> ap;
  std::vector<double> bp;
};

/// TPV: polynomials PV1_0..39, PV2_0..39 of the intermediate world coordinates [deg].
/// PV1_1 and PV2_1 are 1 where a file is silent.
struct Tpv {
  std::array<double, 40> pv1{0.0, 1.0};
  std::array<double, 40> pv2{0.0, 1.0};
};

class Wcs {
 public:
  /// @throws InputError for a singular matrix, a number that is not finite, a declination beyond a
  /// pole, or SIP tables whose sizes do not fit their order
  explicit Wcs(const Linear& linear);
  Wcs(const Linear& linear, Sip sip);
  Wcs(const Linear& linear, const Tpv& tpv);

  [[nodiscard]] SkyPosition sky_at(PixelPosition pixel) const;
  /// The pixel that sees `sky`; NaN where it lies 90 degrees or more from the tangent point or the
  /// distortion cannot be inverted there. Inverted to 1e-9 pixel by Newton's method; AP and BP are
  /// carried for other readers of the file and not used.
  [[nodiscard]] PixelPosition pixel_at(const SkyPosition& sky) const;

  /// In bulk. @pre all spans have one length. ra, dec [deg, ICRS], ra in [0, 360)
  void pixels_to_sky(std::span<const double> x, std::span<const double> y, std::span<double> ra,
                     std::span<double> dec) const;
  void sky_to_pixels(std::span<const double> ra, std::span<const double> dec, std::span<double> x,
                     std::span<double> y) const;

  /// Square root of the solid angle of the pixel at `at`.
  [[nodiscard]] Angle pixel_scale(PixelPosition at) const;
  /// d(xi, eta)/d(x, y) [deg/pixel] of gnomonic coordinates about the sky position of `at`.
  [[nodiscard]] std::array<double, 4> jacobian(PixelPosition at) const;

  [[nodiscard]] const Linear& linear() const { return linear_; }
  [[nodiscard]] const Sip* sip() const { return has_sip_ ? &sip_ : nullptr; }
  [[nodiscard]] const Tpv* tpv() const { return has_tpv_ ? &tpv_ : nullptr; }

  /// The same mapping for the pixels of a part whose first pixel is (x0, y0) here.
  [[nodiscard]] Wcs shifted(int x0, int y0) const;

 private:
  Linear linear_;
  Sip sip_;
  Tpv tpv_;
  bool has_sip_ = false;
  bool has_tpv_ = false;
  std::shared_ptr<const detail::Mapping> mapping_;  ///< the same, made ready for evaluation
};

/// Fit a TAN-SIP to pairs of pixel and sky, by weighted linear least squares about a tangent point.
struct TanSipFit {
  Wcs wcs;
  double rms_pixel = 0.0;  ///< per coordinate, weighted [pixel]
};
struct TanSipConfig {
  int order = 3;          ///< of A and B; 1 fits the linear part alone
  int inverse_order = 4;  ///< of AP and BP; 0 for none
};
/// @param weight one a point, >= 0; empty for all equal
/// @pre at least (order + 1)(order + 2) / 2 points; throws InputError with fewer
TanSipFit fit_tan_sip(std::span<const double> x, std::span<const double> y,
                      std::span<const double> ra, std::span<const double> dec,
                      std::span<const double> weight, const PixelPosition& reference_pixel,
                      const image::Box& domain, const TanSipConfig& config);

}  // namespace skywright::wcs
