#include "skywright/imagesim/psf_field.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "skywright/instrument/headlines.h"

namespace skywright::imagesim {
namespace {

constexpr double kFwhmPerSigma = 2.3548200450309493;
constexpr double kPixelVariance = 1.0 / 12.0;  ///< of the square pixel that collects the light
constexpr double kDefocus = 0.35;     ///< growth of the blur's variance from axis to field edge
constexpr double kAstigmatism = 0.2;  ///< its radial elongation at the edge of the field

std::vector<PixelGaussian> mixture(double fwhm, const Covariance& blur, Fidelity fidelity) {
  std::vector<PixelGaussian> out;
  for (const RoundGaussian& g : kolmogorov_mixture(fidelity)) {
    const double round = g.variance * fwhm * fwhm + kPixelVariance;
    out.push_back({g.weight, round + blur.xx, blur.xy, round + blur.yy});
  }
  return out;
}

/// The Kolmogorov FWHM that, with the blur, has the effective noise pixels asked for.
double solve_kolmogorov_fwhm(double fwhm_eff, const Covariance& blur) {
  // Definition of FWHM_eff: a Gaussian of that FWHM has 1 / sum(p^2) = 4 pi sigma^2, the 2.266
  // (FWHM_eff / pixel)^2 of LSE-40. The pixel is no part of it.
  const double sigma = fwhm_eff / kFwhmPerSigma;
  const double wanted = 1.0 / (4.0 * std::numbers::pi * sigma * sigma);
  const auto excess = [&](double fwhm) {
    auto parts = mixture(fwhm, blur, Fidelity::full);
    for (PixelGaussian& g : parts) {
      g.xx -= kPixelVariance;
      g.yy -= kPixelVariance;
    }
    return integral_of_square(parts) - wanted;
  };
  double low = 0.2 * fwhm_eff;  // a site never delivers less atmosphere than that
  double high = 1.2 * fwhm_eff;
  for (int step = 0; step < 50; ++step) {
    const double middle = 0.5 * (low + high);
    (excess(middle) > 0.0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

double integral_of_square(const std::vector<PixelGaussian>& mixture) {
  double sum = 0.0;
  for (const PixelGaussian& a : mixture)
    for (const PixelGaussian& b : mixture) {
      const double xx = a.xx + b.xx;
      const double xy = a.xy + b.xy;
      const double yy = a.yy + b.yy;
      sum += a.weight * b.weight / (2.0 * std::numbers::pi * std::sqrt(xx * yy - xy * xy));
    }
  return sum;
}

PsfField::PsfField(const PsfConditions& conditions, const instrument::Instrument& instrument,
                   const instrument::Detector& detector)
    : pixel_mm_(detector.pixel_um / 1000.0),
      centre_x_mm_(detector.x_mm),
      centre_y_mm_(detector.y_mm),
      cos_rotation_(sphere::cos(detector.rotation)),
      sin_rotation_(sphere::sin(detector.rotation)),
      half_width_(0.5 * (detector.width - 1)),
      half_height_(0.5 * (detector.height - 1)),
      tracking_e1_(conditions.tracking_e1),
      tracking_e2_(conditions.tracking_e2) {
  const double scale = instrument::pixel_scale(instrument, detector).arcsec();
  field_radius_mm_ = std::max(instrument::field_edge_mm(instrument), pixel_mm_);
  const double optics = std::min(conditions.optics_fwhm_arcsec, 0.8 * conditions.fwhm_eff_arcsec);
  const double sigma = optics / scale / kFwhmPerSigma;
  blur_variance_ = sigma * sigma;
  kolmogorov_fwhm_ = solve_kolmogorov_fwhm(conditions.fwhm_eff_arcsec / scale,
                                           {blur_variance_, 0.0, blur_variance_});
}

Covariance PsfField::blur_at(double x, double y) const {
  const double u = (x - half_width_) * pixel_mm_;
  const double v = (y - half_height_) * pixel_mm_;
  const double fx = (centre_x_mm_ + u * cos_rotation_ - v * sin_rotation_) / field_radius_mm_;
  const double fy = (centre_y_mm_ + u * sin_rotation_ + v * cos_rotation_) / field_radius_mm_;
  const double rho2 = fx * fx + fy * fy;
  // Elongation along the radius in the focal plane, turned into the detector's own axes.
  const double along = fx * cos_rotation_ + fy * sin_rotation_;
  const double across = -fx * sin_rotation_ + fy * cos_rotation_;
  const double e1 = tracking_e1_ + kAstigmatism * (along * along - across * across);
  const double e2 = tracking_e2_ + kAstigmatism * 2.0 * along * across;
  const double size = blur_variance_ * (1.0 + kDefocus * rho2);
  return {size * (1.0 + e1), size * e2, size * (1.0 - e1)};
}

std::vector<PixelGaussian> PsfField::at(double x, double y, Fidelity fidelity) const {
  return mixture(kolmogorov_fwhm_, blur_at(x, y), fidelity);
}

double PsfField::noise_pixels(double x, double y) const {
  return 1.0 / integral_of_square(at(x, y, Fidelity::full));
}

}  // namespace skywright::imagesim
