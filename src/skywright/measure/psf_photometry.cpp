#include "skywright/measure/psf_photometry.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "skywright/measure/detail/point_fitter.h"

namespace skywright::measure {
namespace {

using detail::PointFit;
using detail::PointFitter;
using detail::Position;

constexpr std::size_t kChunk = 64;
constexpr float kNoValue = std::numeric_limits<float>::quiet_NaN();

// Pixels around one position: usable where finite, unmasked and of positive variance.
struct Cut {
  image::Box box;
  image::Image<float> pixels;
  image::Image<float> usable;
  double variance = 1.0;  // mean over usable pixels, weighted by the PSF squared
};

Cut cut(const image::MaskedImageView& image, image::PixelPosition at, int half,
        image::MaskBits ignore, image::ImageView<const float> psf) {
  Cut out;
  const int cx = static_cast<int>(std::lround(at.x));
  const int cy = static_cast<int>(std::lround(at.y));
  out.box = image::square_around(cx, cy, half).intersection(image.box());
  out.pixels = image::Image<float>(out.box.width, out.box.height);
  out.usable = image::Image<float>(out.box.width, out.box.height);
  const int middle = psf.width() / 2;
  double sum = 0.0;
  double weight = 0.0;
  for (int y = 0; y < out.box.height; ++y)
    for (int x = 0; x < out.box.width; ++x) {
      const int ix = x + out.box.x0;
      const int iy = y + out.box.y0;
      const float p = image.pixels(ix, iy);
      const float v = image.variance(ix, iy);
      if ((image.mask(ix, iy) & ignore) != 0 || !std::isfinite(p) || !(v > 0.0F)) continue;
      if (!std::isfinite(v)) continue;
      out.pixels(x, y) = p;
      out.usable(x, y) = 1.0F;
      const int kx = ix - cx + middle;
      const int ky = iy - cy + middle;
      if (!psf.box().contains(kx, ky)) continue;
      const double k2 = static_cast<double>(psf(kx, ky)) * static_cast<double>(psf(kx, ky));
      sum += k2 * static_cast<double>(v);
      weight += k2;
    }
  if (weight > 0.0) out.variance = sum / weight;
  return out;
}

PsfFlux to_flux(const PointFit& fit, const PsfFluxOptions& options) {
  PsfFlux out;
  out.usable = static_cast<float>(fit.usable);
  out.ndata = fit.ndata;
  const bool good = fit.ndata > 0 && out.usable >= options.min_usable;
  out.flux = good ? static_cast<float>(fit.flux) : kNoValue;
  out.flux_err = good ? static_cast<float>(fit.flux_err * options.noise_factor) : kNoValue;
  out.chi2 = good ? static_cast<float>(fit.chi2) : kNoValue;
  return out;
}

template <class Each>
void each_position(const psf::PsfModel& psf, std::size_t count, const Execution& execution,
                   const std::vector<image::PixelPosition>& at, const Each& each) {
  execution.for_chunks(count, kChunk, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (!std::isfinite(at[i].x) || !std::isfinite(at[i].y)) continue;
      // A stamp far outside cannot be rounded to a pixel: nothing is there to measure.
      if (std::abs(at[i].x) > 1e8 || std::abs(at[i].y) > 1e8) continue;
      const image::Image<float> stamp = psf.centred_image(at[i]);
      const int half = detail::fit_half(stamp.view());
      PointFitter fitter(stamp.view(), half);
      each(i, stamp.view(), half, fitter);
    }
  });
}

}  // namespace

std::vector<PsfFlux> forced_psf_flux(const image::MaskedImageView& image, const psf::PsfModel& psf,
                                     std::span<const image::PixelPosition> positions,
                                     const PsfFluxOptions& options, const Execution& execution) {
  PsfFlux none;
  none.flux = none.flux_err = none.chi2 = kNoValue;
  std::vector<PsfFlux> out(positions.size(), none);
  const std::vector<image::PixelPosition> at(positions.begin(), positions.end());
  each_position(
      psf, at.size(), execution, at,
      [&](std::size_t i, image::ImageView<const float> stamp, int half, PointFitter& fitter) {
        const Cut c = cut(image, at[i], half + 1, options.ignore, stamp);
        if (c.box.empty()) return;
        const image::PixelPosition start{at[i].x - c.box.x0, at[i].y - c.box.y0};
        out[i] = to_flux(fitter.fit(c.pixels.view(), c.usable.view(), start, Position::fixed, 0.0,
                                    {c.variance, 0.0}),
                         options);
      });
  return out;
}

std::vector<PsfPointFit> fit_psf_points(const image::MaskedImageView& image,
                                        const psf::PsfModel& psf,
                                        std::span<const image::PixelPosition> starts,
                                        double max_shift, const PsfFluxOptions& options,
                                        const Execution& execution) {
  std::vector<PsfPointFit> out(starts.size());
  const std::vector<image::PixelPosition> at(starts.begin(), starts.end());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].position = at[i];
    out[i].flux.flux = out[i].flux.flux_err = out[i].flux.chi2 = kNoValue;
  }
  each_position(
      psf, at.size(), execution, at,
      [&](std::size_t i, image::ImageView<const float> stamp, int half, PointFitter& fitter) {
        const int reach = half + 1 + static_cast<int>(std::ceil(max_shift));
        const Cut c = cut(image, at[i], reach, options.ignore, stamp);
        if (c.box.empty()) return;
        const image::PixelPosition start{at[i].x - c.box.x0, at[i].y - c.box.y0};
        PointFit fit = fitter.fit(c.pixels.view(), c.usable.view(), start, Position::free,
                                  max_shift, {c.variance, 0.0});
        if (!fit.converged)
          fit = fitter.fit(c.pixels.view(), c.usable.view(), start, Position::fixed, 0.0,
                           {c.variance, 0.0});
        else
          out[i].converged = true;
        out[i].position = {fit.x + c.box.x0, fit.y + c.box.y0};
        out[i].x_err = fit.x_err * options.noise_factor;
        out[i].y_err = fit.y_err * options.noise_factor;
        out[i].flux = to_flux(fit, options);
      });
  return out;
}

}  // namespace skywright::measure
