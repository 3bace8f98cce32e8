#include "skywright/difference/noise_power.h"

#include <algorithm>
#include <cmath>

#include "skywright/base/vector_clones.h"

namespace skywright::difference {
namespace {

/// Transfer function of the part of a chain that varies; empty where there is none.
Spectrum varying_transfer(const math::RealFft2d& fft, const FilterChain& chain,
                          PixelPosition where) {
  if (chain.kernel == nullptr) return {};
  Image<float> kernel = chain.kernel->at(where);
  if (chain.unit_sum) {
    const auto scale = static_cast<float>(1.0 / chain.kernel->sum_at(where));
    for (float& v : kernel.pixels()) v *= scale;
  }
  return spectrum_of(fft, kernel);
}

struct Complexes {
  const float* values;  ///< real and imaginary parts in turn; null: 1 everywhere
};

Complexes complexes(const Spectrum& s) {
  return {s.empty() ? nullptr : reinterpret_cast<const float*>(s.data())};
}

/// power[i] += scale * fixed[i] * |varying[i]|^2, factors that are null being 1.
SKYWRIGHT_VECTOR_CLONES
void add_power(float scale, const float* fixed, Complexes varying, std::size_t count,
               float* power) {
  const float* v = varying.values;
  for (std::size_t i = 0; i < count; ++i) {
    const float f = fixed != nullptr ? fixed[i] : 1.0F;
    const float n = v != nullptr ? v[2 * i] * v[2 * i] + v[2 * i + 1] * v[2 * i + 1] : 1.0F;
    power[i] += scale * f * n;
  }
}

/// Written out, since complex multiplication checks for NaN.
SKYWRIGHT_VECTOR_CLONES
void multiply_parts(float* a, const float* b, std::size_t count) {
  for (std::size_t i = 0; i < 2 * count; i += 2) {
    const float re = a[i] * b[i] - a[i + 1] * b[i + 1];
    const float im = a[i] * b[i + 1] + a[i + 1] * b[i];
    a[i] = re;
    a[i + 1] = im;
  }
}

SKYWRIGHT_VECTOR_CLONES
void whiten(const float* power, float zero, float floor, std::size_t count, float* phi,
            float* psf) {
  for (std::size_t i = 0; i < count; ++i) {
    phi[i] = std::sqrt(zero / std::max(power[i], floor));
    psf[2 * i] *= phi[i];
    psf[2 * i + 1] *= phi[i];
  }
}

/// Sums over a row of the half plane, its first column apart.
struct NoiseSums {
  double before = 0.0, after = 0.0, score = 0.0;
};

SKYWRIGHT_VECTOR_CLONES
NoiseSums noise_sums(const float* power, const float* phi, const float* psf, std::size_t count) {
  // Eight partial sums in a fixed order: vectorised, and the same at any vector width.
  constexpr std::size_t kParts = 8;
  double before[kParts] = {};
  double after[kParts] = {};
  double score[kParts] = {};
  const auto add = [&](std::size_t i, std::size_t k) {
    const auto p = static_cast<double>(power[i]);
    const double white = static_cast<double>(phi[i]) * static_cast<double>(phi[i]) * p;
    before[k] += p;
    after[k] += white;
    score[k] +=
        white * static_cast<double>(psf[2 * i] * psf[2 * i] + psf[2 * i + 1] * psf[2 * i + 1]);
  };
  std::size_t i = 0;
  for (; i + kParts <= count; i += kParts)
    for (std::size_t k = 0; k < kParts; ++k) add(i + k, k);
  for (; i < count; ++i) add(i, 0);
  NoiseSums out;
  for (std::size_t k = 0; k < kParts; ++k) {
    out.before += before[k];
    out.after += after[k];
    out.score += score[k];
  }
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

void multiply(Spectrum& a, const Spectrum& b) {
  if (b.empty()) return;
  multiply_parts(reinterpret_cast<float*>(a.data()), reinterpret_cast<const float*>(b.data()),
                 a.size());
}

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

FilterMaker::FilterMaker(const math::RealFft2d& fft, const RawDifference& difference,
                         const image::NoiseCorrelation& science_noise,
                         const image::NoiseCorrelation& reference_noise,
                         const psf::PsfModel& science_psf, double least_power)
    : fft_(fft),
      difference_(difference),
      science_psf_(science_psf),
      least_power_(least_power),
      science_(side(difference.science, science_noise)),
      reference_(side(difference.reference, reference_noise)) {}

FilterMaker::Side FilterMaker::side(const FilterChain& chain,
                                    const image::NoiseCorrelation& noise) const {
  Side out{.fixed = {}, .power = noise_spectrum(fft_, noise)};
  if (chain.fixed.empty()) return out;
  out.fixed = spectrum_of(fft_, chain.fixed);
  if (out.power.empty()) out.power.assign(out.fixed.size(), 1.0F);
  for (std::size_t i = 0; i < out.power.size(); ++i) out.power[i] *= std::norm(out.fixed[i]);
  return out;
}

TileFilter FilterMaker::at(PixelPosition where, const LocalNoise& noise) const {
  const Spectrum hs = varying_transfer(fft_, difference_.science, where);
  const Spectrum hr = varying_transfer(fft_, difference_.reference, where);
  double reference_power = noise.reference;
  if (difference_.divided_by_kernel_sum) {
    const double sum = difference_.science.kernel->sum_at(where);
    reference_power /= sum * sum;
  }
  TileFilter out{.phi = std::vector<float>(fft_.spectrum_size(), 1.0F),
                 .psf = spectrum_of(fft_, science_psf_.centred_image(where))};
  const std::size_t count = out.phi.size();
  auto* psf = reinterpret_cast<float*>(out.psf.data());
  std::vector<float> power(count, 0.0F);
  const auto fixed = [](const Side& s) { return s.power.empty() ? nullptr : s.power.data(); };
  add_power(static_cast<float>(noise.science), fixed(science_), complexes(hs), count, power.data());
  add_power(static_cast<float>(reference_power), fixed(reference_), complexes(hr), count,
            power.data());
  multiply(out.psf, science_.fixed);
  multiply(out.psf, hs);
  const float zero = power[0];
  if (zero > 0.0F)
    whiten(power.data(), zero, static_cast<float>(least_power_) * zero, count, out.phi.data(), psf);
  const auto columns = static_cast<std::size_t>(fft_.width() / 2 + 1);
  NoiseSums total;
  for (std::size_t row = 0; row < count; row += columns) {
    const auto add = [&](std::size_t first, std::size_t n, double times) {
      const NoiseSums s =
          noise_sums(power.data() + first, out.phi.data() + first, psf + 2 * first, n);
      total.before += times * s.before;
      total.after += times * s.after;
      total.score += times * s.score;
    };
    // Frequencies that the half plane holds once stand for two.
    const bool even = fft_.width() % 2 == 0;
    const std::size_t inner = columns - 1 - (even ? 1 : 0);
    add(row, 1, 1.0);
    add(row + 1, inner, 2.0);
    if (even) add(row + columns - 1, 1, 1.0);
  }
  const auto pixels = static_cast<double>(fft_.real_size());
  out.noise_before = total.before / pixels;
  out.noise_after = total.after / pixels;
  out.score_noise = total.score / pixels;
  return out;
}

}  // namespace skywright::difference
