#include "skywright/difference/noise_power.h"

#include <algorithm>
#include <cmath>

namespace skywright::difference {
namespace {

/// Transfer function of a chain; empty where it does nothing.
Spectrum transfer(const math::RealFft2d& fft, const FilterChain& chain, PixelPosition where) {
  Spectrum out;
  if (!chain.fixed.empty()) out = spectrum_of(fft, chain.fixed);
  if (chain.kernel == nullptr) return out;
  Image<float> kernel = chain.kernel->at(where);
  if (chain.unit_sum) {
    const auto scale = static_cast<float>(1.0 / chain.kernel->sum_at(where));
    for (float& v : kernel.pixels()) v *= scale;
  }
  Spectrum k = spectrum_of(fft, kernel);
  if (out.empty()) return k;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] *= k[i];
  return out;
}

/// Power spectrum of noise of unit variance. Estimated correlations may dip below zero: cut there.
std::vector<float> noise_spectrum(const math::RealFft2d& fft,
                                  const image::NoiseCorrelation& noise) {
  constexpr float kLeast = 0.02F;
  if (noise.independent()) return {};
  const Spectrum s = spectrum_of(fft, noise.lags);
  std::vector<float> out(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) out[i] = std::max(kLeast, s[i].real());
  return out;
}

}  // namespace

Spectrum spectrum_of(const math::RealFft2d& fft, ImageView<const float> small) {
  std::vector<float> plane(fft.real_size(), 0.0F);
  const int hx = small.width() / 2;
  const int hy = small.height() / 2;
  for (int y = 0; y < small.height(); ++y) {
    for (int x = 0; x < small.width(); ++x) {
      // Wrapped by remainder, so that an image larger than the plane folds over.
      const int px = ((x - hx) % fft.width() + fft.width()) % fft.width();
      const int py = ((y - hy) % fft.height() + fft.height()) % fft.height();
      plane[static_cast<std::size_t>(py) * static_cast<std::size_t>(fft.width()) +
            static_cast<std::size_t>(px)] += small(x, y);
    }
  }
  Spectrum out(fft.spectrum_size());
  fft.forward(plane, out);
  return out;
}

TileFilter tile_filter(const math::RealFft2d& fft, const RawDifference& difference,
                       const LocalNoise& noise, const image::NoiseCorrelation& science_noise,
                       const image::NoiseCorrelation& reference_noise,
                       const psf::PsfModel& science_psf, PixelPosition where, double least_power) {
  const Spectrum hs = transfer(fft, difference.science, where);
  const Spectrum hr = transfer(fft, difference.reference, where);
  const std::vector<float> cs = noise_spectrum(fft, science_noise);
  const std::vector<float> cr = noise_spectrum(fft, reference_noise);
  double reference_power = noise.reference;
  if (difference.divided_by_kernel_sum) {
    const double sum = difference.science.kernel->sum_at(where);
    reference_power /= sum * sum;
  }
  TileFilter out{.phi = std::vector<float>(fft.spectrum_size()),
                 .psf = spectrum_of(fft, science_psf.centred_image(where))};
  std::vector<float> power(out.phi.size());
  for (std::size_t i = 0; i < power.size(); ++i) {
    power[i] = static_cast<float>(noise.science) * (hs.empty() ? 1.0F : std::norm(hs[i])) *
                   (cs.empty() ? 1.0F : cs[i]) +
               static_cast<float>(reference_power) * (hr.empty() ? 1.0F : std::norm(hr[i])) *
                   (cr.empty() ? 1.0F : cr[i]);
  }
  const float zero = power[0];
  const float floor = static_cast<float>(least_power) * zero;
  const int half_width = fft.width() / 2 + 1;
  double before = 0.0;
  double after = 0.0;
  double score = 0.0;
  for (std::size_t i = 0; i < power.size(); ++i) {
    out.phi[i] = zero > 0.0F ? std::sqrt(zero / std::max(power[i], floor)) : 1.0F;
    out.psf[i] *= out.phi[i];
    if (!hs.empty()) out.psf[i] *= hs[i];
    // Frequencies that the half plane holds once stand for two.
    const int column = static_cast<int>(i % static_cast<std::size_t>(half_width));
    const double times = column == 0 || 2 * column == fft.width() ? 1.0 : 2.0;
    const double white = static_cast<double>(out.phi[i]) * static_cast<double>(out.phi[i]) *
                         static_cast<double>(power[i]);
    before += times * static_cast<double>(power[i]);
    after += times * white;
    score += times * white * static_cast<double>(std::norm(out.psf[i]));
  }
  const auto count = static_cast<double>(fft.real_size());
  out.noise_before = before / count;
  out.noise_after = after / count;
  out.score_noise = score / count;
  return out;
}

}  // namespace skywright::difference
