#include <algorithm>
#include <cmath>
#include <vector>

#include "skywright/detrend/cosmic_rays.h"
#include "skywright/detrend/detail/laplacian.h"
#include "skywright/detrend/detail/noise_tiles.h"

namespace skywright::detrend {
namespace {

constexpr double kFwhmOfSigma = 2.3548200450309493;
constexpr float kBrightPeak = 40.0F;  // [sigma] above the sky: curvature good to a few per cent

bool is_clean_maximum(const image::MaskedImageView& image, int x, int y) {
  const float v = image.pixels(x, y);
  for (int j = y - 2; j <= y + 2; ++j)
    for (int i = x - 2; i <= x + 2; ++i) {
      if ((image.mask(i, j) & image::kUnusable) != 0) return false;
      if (image.pixels(i, j) > v) return false;
    }
  return true;
}

/// Mode of sorted values by repeatedly taking the densest half (Bickel & Fruehwirth 2006).
double half_sample_mode(std::span<const double> sorted) {
  while (sorted.size() > 3) {
    const std::size_t half = (sorted.size() + 1) / 2;
    std::size_t best = 0;
    for (std::size_t i = 0; i + half <= sorted.size(); ++i)
      if (sorted[i + half - 1] - sorted[i] < sorted[best + half - 1] - sorted[best]) best = i;
    sorted = sorted.subspan(best, half);
  }
  return sorted[sorted.size() / 2];
}

}  // namespace

double estimate_star_fwhm(const image::MaskedImageView& image) {
  const detail::NoiseTiles tiles =
      detail::measure_noise_tiles(image, image::kUnusable, Execution{});
  std::vector<double> log_sigma;
  for (int y = 3; y < image.height() - 3; ++y) {
    const float* row = image.pixels.row(y);
    for (int x = 3; x < image.width() - 3; ++x) {
      const std::size_t tile = tiles.at(x, y);
      const float sky = tiles.sky[tile];
      const float v = row[x] - sky;
      if (!(v > kBrightPeak * tiles.sigma[tile])) continue;
      if (!is_clean_maximum(image, x, y)) continue;
      const float l = row[x - 1] - sky;
      const float r = row[x + 1] - sky;
      const float d = image.pixels(x, y - 1) - sky;
      const float u = image.pixels(x, y + 1) - sky;
      if (!(std::min({l, r, d, u}) > 0.02F * v)) continue;  // a star has wings, most hits do not
      // For a Gaussian the second difference of the logarithm is -1 / sigma^2 wherever the centre
      // lies in the pixel.
      const double curve_x = 2.0 * std::log(v) - std::log(l) - std::log(r);
      const double curve_y = 2.0 * std::log(v) - std::log(d) - std::log(u);
      if (curve_x > 0.0 && curve_y > 0.0)
        log_sigma.push_back(-0.25 * (std::log(curve_x) + std::log(curve_y)));
    }
  }
  if (log_sigma.size() < 8) return 0.0;
  std::sort(log_sigma.begin(), log_sigma.end());
  return kFwhmOfSigma * std::exp(half_sample_mode(log_sigma));
}

double star_contrast(double fwhm) {
  const double sigma = std::max(fwhm, 1.0) / kFwhmOfSigma;
  double largest = 0.0;
  for (int step = 0; step < 9; ++step) {
    const double dx = 0.25 * (step % 3);
    const double dy = 0.25 * (step / 3);
    image::Image<float> star(15, 15);
    for (int y = 0; y < 15; ++y)
      for (int x = 0; x < 15; ++x) {
        const double r2 = (x - 7 - dx) * (x - 7 - dx) + (y - 7 - dy) * (y - 7 - dy);
        star(x, y) = static_cast<float>(std::exp(-0.5 * r2 / (sigma * sigma)));
      }
    const detail::Neighbourhood around(star.view());
    const double edge = around.laplacian(7, 7) - around.median_laplacian(7, 7);
    largest =
        std::max(largest, edge / std::max(1e-3, static_cast<double>(around.fine_structure(7, 7))));
  }
  return largest;
}

}  // namespace skywright::detrend
