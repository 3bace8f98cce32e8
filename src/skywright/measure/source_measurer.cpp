#include "skywright/measure/source_measurer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "skywright/measure/aperture.h"
#include "skywright/measure/centroid.h"
#include "skywright/measure/detail/point_fitter.h"
#include "skywright/measure/gaussian_flux.h"
#include "skywright/measure/kron.h"
#include "skywright/psf/adaptive_moments.h"

namespace skywright::measure {
namespace {

using image::MaskPlane;
using psf::Moments;

constexpr float kNoValue = std::numeric_limits<float>::quiet_NaN();
constexpr double kKronReach = 6.0;      // [semi-major axes], as source-extractor's
constexpr double kLargestHalf = 300.0;  // of a stamp [pixel]
constexpr double kLongestKron = 8.0;    // [semi-major axes]

double determinant(const Moments& m) { return m.ixx * m.iyy - m.ixy * m.ixy; }

void set(SourceRow& row, SourceFlag flag, bool on = true) {
  if (on) row.flags |= std::uint32_t{1} << static_cast<int>(flag);
}

bool has(const SourceRow& row, SourceFlag flag) {
  return ((row.flags >> static_cast<int>(flag)) & 1U) != 0;
}

// Mask bits seen in a footprint.
image::MaskBits bits_within(const LabelledSky& sky, const Footprint& footprint) {
  image::MaskBits all = 0;
  if (sky.mask.empty()) return all;
  for (const Span& span : footprint.spans) {
    const image::MaskBits* row = sky.mask.row(span.y);
    for (int x = span.x0; x < span.x1; ++x) all |= row[x];
  }
  // Saturated and unusable pixels never enter a footprint's core when the filter bridges them: look
  // one pixel around as well.
  const image::Box around = footprint.box.grown(1).intersection(sky.mask.box());
  if (footprint.area <= 400)
    for (int y = around.y0; y < around.y_end(); ++y)
      for (int x = around.x0; x < around.x_end(); ++x)
        if (sky.labels(x, y) != 0 || std::abs(x - footprint.peak_x) <= 2) all |= sky.mask(x, y);
  return all;
}

image::MaskBits bits_at(const LabelledSky& sky, double x, double y) {
  image::MaskBits all = 0;
  if (sky.mask.empty() || !std::isfinite(x) || !std::isfinite(y)) return all;
  const image::Box box =
      image::square_around(static_cast<int>(std::lround(x)), static_cast<int>(std::lround(y)), 1)
          .intersection(sky.mask.box());
  for (int j = box.y0; j < box.y_end(); ++j)
    for (int i = box.x0; i < box.x_end(); ++i) all |= sky.mask(i, j);
  return all;
}

void set_flags(SourceRow& row, const LabelledSky& sky, const Footprint& footprint) {
  const image::MaskBits within = bits_within(sky, footprint);
  const image::MaskBits centre = bits_at(sky, row.x, row.y);
  const auto seen = [](image::MaskBits bits, MaskPlane plane) { return (bits & bit(plane)) != 0; };
  const image::Box& b = footprint.box;
  const bool at_border =
      b.x0 == 0 || b.y0 == 0 || b.x_end() == sky.pixels.width() || b.y_end() == sky.pixels.height();
  set(row, SourceFlag::edge, at_border || seen(within, MaskPlane::edge));
  set(row, SourceFlag::saturated, seen(within, MaskPlane::saturated));
  set(row, SourceFlag::saturated_center, seen(centre, MaskPlane::saturated));
  set(row, SourceFlag::cosmic_ray, seen(within, MaskPlane::cosmic_ray));
  set(row, SourceFlag::cosmic_ray_center, seen(centre, MaskPlane::cosmic_ray));
  set(row, SourceFlag::interpolated, seen(within, MaskPlane::interpolated));
  set(row, SourceFlag::interpolated_center, seen(centre, MaskPlane::interpolated));
  set(row, SourceFlag::bad, seen(within, MaskPlane::bad));
  set(row, SourceFlag::suspect, seen(within, MaskPlane::suspect));
  set(row, SourceFlag::no_data,
      seen(within, MaskPlane::no_data) || seen(within, MaskPlane::not_finite));
}

// Second moments of the light within the footprint: the isophotal ellipse.
void isophotal_ellipse(SourceRow& row, const LabelledSky& sky, const Footprint& footprint,
                       const Child& child) {
  double s = 0.0, sx = 0.0, sy = 0.0, sxx = 0.0, syy = 0.0, sxy = 0.0;
  const auto sign = static_cast<double>(footprint.sign);
  for (const Span& span : footprint.spans)
    for (int x = span.x0; x < span.x1; ++x) {
      double v = sign * static_cast<double>(sky.pixels(x, span.y));
      if (!child.share.empty())
        v *= static_cast<double>(child.share(x - footprint.box.x0, span.y - footprint.box.y0));
      const double dx = x - child.peak_x;
      const double dy = span.y - child.peak_y;
      s += v;
      sx += v * dx;
      sy += v * dy;
      sxx += v * dx * dx;
      syy += v * dy * dy;
      sxy += v * dx * dy;
    }
  row.semi_major = row.semi_minor = row.theta = kNoValue;
  if (!(s > 0.0)) return;
  Moments m{sxx / s - sx * sx / (s * s), syy / s - sy * sy / (s * s), sxy / s - sx * sy / (s * s)};
  // Smaller than a pixel's own moment cannot be resolved.
  m.ixx = std::max(m.ixx, 1.0 / 12.0);
  m.iyy = std::max(m.iyy, 1.0 / 12.0);
  const double half = 0.5 * (m.ixx + m.iyy);
  const double spread = std::hypot(0.5 * (m.ixx - m.iyy), m.ixy);
  row.semi_major = static_cast<float>(std::sqrt(half + spread));
  row.semi_minor = static_cast<float>(std::sqrt(std::max(1.0 / 12.0, half - spread)));
  row.theta = static_cast<float>(0.5 * std::atan2(2.0 * m.ixy, m.ixx - m.iyy));
}

class Measurer {
 public:
  Measurer(const MeasureInput& input, const Footprint& footprint, const Child& child,
           std::int32_t label)
      : in_(input),
        config_(*input.config),
        footprint_(footprint),
        child_(child),
        label_(label),
        noise_(source_noise(input.noise, input.sky, footprint, child.peak_x, child.peak_y)),
        peak_{static_cast<double>(child.peak_x), static_cast<double>(child.peak_y)} {}

  SourceRow measure(bool blended) {
    SourceRow row;
    set(row, SourceFlag::blended, blended);
    row.significance = child_.peak;
    row.area = child_.area;
    row.psf_moments = in_.psf_shape->at(peak_);
    const double largest = *std::max_element(config_.photometry.aperture_radii.begin(),
                                             config_.photometry.aperture_radii.end());
    const double psf_sigma = std::pow(std::max(0.01, determinant(row.psf_moments)), 0.25);
    half_ = static_cast<int>(std::ceil(std::max(largest + 2.0, 8.0 * psf_sigma)));
    recut(peak_);
    row.peak = static_cast<float>(footprint_.sign) * in_.sky.pixels(child_.peak_x, child_.peak_y);
    isophotal_ellipse(row, in_.sky, footprint_, child_);
    place_and_shape(row, psf_sigma);
    apertures(row);
    kron(row);
    gaussian(row);
    set_flags(row, in_.sky, footprint_);
    row.sky =
        in_.background == nullptr ? 0.0F : static_cast<float>(in_.background->at(row.x, row.y));
    if (footprint_.sign == Sign::negative) negate(row);
    return row;
  }

 private:
  void recut(image::PixelPosition centre) {
    const int x = static_cast<int>(std::lround(centre.x));
    const int y = static_cast<int>(std::lround(centre.y));
    stamp_ =
        cut_stamp(in_.sky, image::square_around(x, y, half_), label_, footprint_, child_, centre);
  }
  [[nodiscard]] image::PixelPosition local(image::PixelPosition p) const {
    return {p.x - stamp_.box.x0, p.y - stamp_.box.y0};
  }

  // Adaptive moments, PSF fit, and of their two centres the one that fits the kind of source: the
  // fit of the PSF for points (it reaches the Cramer-Rao bound), the matched window for the rest.
  void place_and_shape(SourceRow& row, double psf_sigma) {
    const double wander = 2.0 + psf_sigma;
    const psf::AdaptiveMoments shape = psf::adaptive_moments(
        stamp_.pixels.view(), stamp_.usable.view(), local(peak_), psf_sigma, psf::Centre::free);
    image::PixelPosition centre = peak_;
    bool centred = false;
    const image::PixelPosition matched{shape.centre.x + stamp_.box.x0,
                                       shape.centre.y + stamp_.box.y0};
    const double wide = std::max(wander, 0.5 * std::sqrt(shape.moments.ixx + shape.moments.iyy));
    if (shape.converged && std::hypot(matched.x - peak_.x, matched.y - peak_.y) <= wide) {
      centre = matched;
      centred = true;
      row.moments = shape.moments;
    } else {
      const auto windowed = windowed_centroid(stamp_.pixels.view(), stamp_.usable.view(),
                                              local(peak_), psf_sigma, wander);
      if (windowed) centre = {windowed->x + stamp_.box.x0, windowed->y + stamp_.box.y0};
      centred = windowed.has_value();
      row.moments = {std::nan(""), std::nan(""), std::nan("")};
      set(row, SourceFlag::shape_failed);
    }
    fit_psf_at(row, centre, wander);
    classify(row, shape, psf_sigma);
    const bool point = row.extendedness == 0.0F || !std::isfinite(row.extendedness);
    if (fit_.converged && (point || !centred)) {
      row.x = fit_.x + stamp_.box.x0;
      row.y = fit_.y + stamp_.box.y0;
      row.x_err = static_cast<float>(fit_.x_err * config_.noise_factor);
      row.y_err = static_cast<float>(fit_.y_err * config_.noise_factor);
      return;
    }
    row.x = centre.x;
    row.y = centre.y;
    window_errors(row, centred && shape.converged ? row.moments : row.psf_moments, shape.flux);
    set(row, SourceFlag::centroid_failed, !centred);
  }

  // Errors of a centre under a Gaussian weight of moments M: twice the noise of the weighted dipole
  // over the weighted light (integrals of squared Gaussians, noise of sky and source).
  void window_errors(SourceRow& row, const Moments& m, double flux) const {
    row.x_err = row.y_err = kNoValue;
    if (!(flux > 0.0) || !(determinant(m) > 0.0)) return;
    const double light = 0.5 * flux;
    const double sky = noise_.sky * std::numbers::pi * std::sqrt(determinant(m)) * 0.5;
    const double own = noise_.poisson * flux / 9.0;
    const auto error = [&](double along) {
      return static_cast<float>(2.0 * std::sqrt((sky + own) * along) / light *
                                config_.noise_factor);
    };
    row.x_err = error(m.ixx);
    row.y_err = error(m.iyy);
  }

  void fit_psf_at(SourceRow& row, image::PixelPosition centre, double wander) {
    psf_ = in_.psf->centred_image(centre);
    detail::PointFitter fitter(psf_.view(), detail::fit_half(psf_.view()));
    const detail::PixelNoise noise{noise_.sky, noise_.poisson};
    fit_ = fitter.fit(stamp_.pixels.view(), stamp_.usable.view(), local(centre),
                      detail::Position::free, wander, noise);
    detail::PointFit best = fit_;
    if (!fit_.converged)
      best = fitter.fit(stamp_.pixels.view(), stamp_.usable.view(), local(centre),
                        detail::Position::fixed, 0.0, noise);
    row.psf_ndata = best.ndata;
    if (best.ndata == 0 || best.usable < 0.2) {
      row.psf_flux = row.psf_flux_err = row.psf_chi2 = kNoValue;
      set(row, SourceFlag::psf_flux_failed);
      return;
    }
    row.psf_flux = static_cast<float>(best.flux);
    row.psf_flux_err = static_cast<float>(best.flux_err * config_.noise_factor);
    row.psf_chi2 = static_cast<float>(best.chi2);
  }

  // Larger than the PSF by more than chance: the size of a Gaussian of signal-to-noise S has a
  // relative error of 1 / S (Condon 1997).
  void classify(SourceRow& row, const psf::AdaptiveMoments& shape, double psf_sigma) const {
    row.extendedness = kNoValue;
    if (has(row, SourceFlag::shape_failed) || !(row.psf_flux_err > 0.0F)) return;
    const double size = std::pow(determinant(shape.moments), 0.25) / psf_sigma;
    const double snr = std::max(1.0, static_cast<double>(row.psf_flux / row.psf_flux_err));
    const double limit = 1.0 + config_.photometry.extended_ratio + 3.0 * config_.noise_factor / snr;
    row.extendedness = size > limit ? 1.0F : 0.0F;
  }

  void apertures(SourceRow& row) {
    const std::vector<double>& radii = config_.photometry.aperture_radii;
    for (const ApertureSum& a : circular_apertures(stamp_.pixels.view(), stamp_.usable.view(),
                                                   local({row.x, row.y}), radii)) {
      row.ap_flux.push_back(static_cast<float>(a.sum));
      row.ap_flux_err.push_back(aperture_error(a));
      set(row, SourceFlag::aperture_incomplete, !a.complete);
    }
  }

  [[nodiscard]] float aperture_error(const ApertureSum& a) const {
    const double variance = noise_.sky * a.area + noise_.poisson * std::max(0.0, a.sum);
    return static_cast<float>(std::sqrt(variance) * config_.noise_factor);
  }

  /// Of a PSF that is no star, by somebody's own picture of one: nothing can be summed within it.
  static bool psf_has_shape(const SourceRow& row) {
    return row.psf_moments.ixx > 0.0 && determinant(row.psf_moments) > 0.0;
  }

  void kron(SourceRow& row) {
    if (!psf_has_shape(row)) return kron_fails(row);
    const bool resolved = !has(row, SourceFlag::shape_failed) && row.extendedness > 0.0F;
    // A point's own noisy shape says less of its light than the PSF does.
    const Moments shape = resolved ? row.moments : row.psf_moments;
    const double semi_major = std::sqrt(0.5 * (shape.ixx + shape.iyy) +
                                        std::hypot(0.5 * (shape.ixx - shape.iyy), shape.ixy));
    const double needed = kLongestKron * semi_major + 2.0;
    if (needed > half_ && resolved) {
      half_ = static_cast<int>(std::min(kLargestHalf, std::ceil(needed)));
      recut({row.x, row.y});
    }
    const double middle = psf_.width() / 2;
    const double of_psf = kron_radius(psf_.view(), {}, {middle, middle}, shape, kKronReach);
    double radius = of_psf;
    if (resolved) {
      const double own = kron_radius(stamp_.pixels.view(), stamp_.usable.view(),
                                     local({row.x, row.y}), shape, kKronReach);
      radius = std::isfinite(own) ? own : of_psf;
    }
    if (!std::isfinite(radius)) return kron_fails(row);
    const double factor = std::clamp(config_.photometry.kron_factor * radius,
                                     config_.photometry.kron_min_radius, kLongestKron);
    const Ellipse ellipse{shape, factor};
    const ApertureSum a = elliptical_aperture(stamp_.pixels.view(), stamp_.usable.view(),
                                              local({row.x, row.y}), ellipse);
    const double share = psf_share(psf_.view(), ellipse);
    if (!(share > 0.3) || a.area < 1.0) return kron_fails(row);
    // Corrected for the part of a point's light that falls outside.
    row.kron_flux = static_cast<float>(a.sum / share);
    row.kron_flux_err = static_cast<float>(static_cast<double>(aperture_error(a)) / share);
    row.kron_radius = static_cast<float>(radius * semi_major);
    set(row, SourceFlag::kron_failed, !a.complete);
  }

  // A point through the PSF's moments, which are fixed: its error is that of an amplitude. What is
  // larger through its own, whose noise doubles the variance (Condon 1997, PASP 109, 166, eq. 42).
  void gaussian(SourceRow& row) {
    if (!psf_has_shape(row)) return gaussian_fails(row);
    const bool resolved = !has(row, SourceFlag::shape_failed) && row.extendedness > 0.0F;
    const Moments& shape = resolved ? row.moments : row.psf_moments;
    const double middle = psf_.width() / 2;
    const double share = gaussian_flux(psf_.view(), {}, {middle, middle}, row.psf_moments).flux;
    const GaussianFlux g =
        gaussian_flux(stamp_.pixels.view(), stamp_.usable.view(), local({row.x, row.y}), shape);
    if (!(share > 0.3) || !(g.usable > 0.0)) return gaussian_fails(row);
    const double variance = gaussian_flux_variance(shape, g.flux, noise_.sky, noise_.poisson) *
                            (resolved ? 2.0 : 1.0) / g.usable;
    row.gaussian_flux = static_cast<float>(g.flux / share);
    row.gaussian_flux_err = static_cast<float>(std::sqrt(variance) * config_.noise_factor / share);
    set(row, SourceFlag::gaussian_failed, g.usable < 0.5);
  }

  static void kron_fails(SourceRow& row) {
    row.kron_flux = row.kron_flux_err = row.kron_radius = kNoValue;
    set(row, SourceFlag::kron_failed);
  }
  static void gaussian_fails(SourceRow& row) {
    row.gaussian_flux = row.gaussian_flux_err = kNoValue;
    set(row, SourceFlag::gaussian_failed);
  }

  static void negate(SourceRow& row) {
    row.peak = -row.peak;
    row.psf_flux = -row.psf_flux;
    row.gaussian_flux = -row.gaussian_flux;
    row.kron_flux = -row.kron_flux;
    for (float& f : row.ap_flux) f = -f;
  }

  const MeasureInput& in_;
  const MeasureConfig& config_;
  const Footprint& footprint_;
  const Child& child_;
  std::int32_t label_;
  SourceNoise noise_;
  image::PixelPosition peak_;
  int half_ = 0;
  Stamp stamp_;
  image::Image<float> psf_;
  detail::PointFit fit_;
};

}  // namespace

PsfShape::PsfShape(const psf::PsfModel& psf, const image::Box& field) {
  const math::Interval xs{static_cast<double>(field.x0),
                          std::max(field.x0 + 1.0, field.x_end() - 1.0)};
  const math::Interval ys{static_cast<double>(field.y0),
                          std::max(field.y0 + 1.0, field.y_end() - 1.0)};
  const int points = psf.degree() == 0 ? 1 : psf.degree() + 4;
  const int degree = psf.degree() == 0 ? 0 : psf.degree() + 1;
  std::vector<double> x, y, xx, yy, xy;
  for (int j = 0; j < points; ++j)
    for (int i = 0; i < points; ++i) {
      x.push_back(xs.low + (xs.high - xs.low) * (i + 0.5) / points);
      y.push_back(ys.low + (ys.high - ys.low) * (j + 0.5) / points);
      const Moments m = psf.moments({x.back(), y.back()});
      xx.push_back(m.ixx);
      yy.push_back(m.iyy);
      xy.push_back(m.ixy);
    }
  ixx_ = math::fit_chebyshev(x, y, xx, {}, xs, ys, degree);
  iyy_ = math::fit_chebyshev(x, y, yy, {}, xs, ys, degree);
  ixy_ = math::fit_chebyshev(x, y, xy, {}, xs, ys, degree);
}

Moments PsfShape::at(image::PixelPosition position) const {
  return {ixx_.at(position.x, position.y), iyy_.at(position.x, position.y),
          ixy_.at(position.x, position.y)};
}

SourceRow measure_source(const MeasureInput& input, const Footprint& footprint, const Child& child,
                         std::int32_t label, bool blended) {
  return Measurer(input, footprint, child, label).measure(blended);
}

}  // namespace skywright::measure
