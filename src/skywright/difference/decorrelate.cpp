#include "skywright/difference/decorrelate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "skywright/base/vector_clones.h"
#include "skywright/difference/noise_power.h"
#include "skywright/image/convolve.h"
#include "skywright/math/fft.h"
#include "skywright/math/polynomial.h"
#include "skywright/math/statistics.h"

namespace skywright::difference {
namespace {

using image::MaskedImage;
using image::MaskedImageView;
using image::NoiseCorrelation;

/// Median variance over usable pixels of a box, every third one looked at.
double median_variance(const MaskedImageView& image, const Box& box) {
  std::vector<float> values;
  for (int y = box.y0; y < box.y_end(); y += 3)
    for (int x = box.x0; x < box.x_end(); x += 3)
      if ((image.mask(x, y) & image::kUnusable) == 0 && image.variance(x, y) > 0.0F)
        values.push_back(image.variance(x, y));
  return values.empty() ? 0.0 : math::median(values);
}

struct Tile {
  Box core;
  PixelPosition centre;
  LocalNoise noise = {};
  double variance = 0.0;  ///< median of the raw difference's
};

std::vector<Tile> tiles_of(const Box& box, int side, const RawDifference& difference,
                           const MaskedImageView& science, const MaskedImageView& reference,
                           double science_scale, double reference_scale) {
  const int nx = (box.width + side - 1) / side;
  const int ny = (box.height + side - 1) / side;
  std::vector<Tile> out;
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      const int x0 = box.width * i / nx;
      const int y0 = box.height * j / ny;
      const Box core{x0, y0, box.width * (i + 1) / nx - x0, box.height * (j + 1) / ny - y0};
      Tile tile{.core = core,
                .centre = {core.x0 + 0.5 * (core.width - 1), core.y0 + 0.5 * (core.height - 1)}};
      tile.noise = {median_variance(science, core) * science_scale,
                    median_variance(reference, core) * reference_scale};
      tile.variance = median_variance(difference.image, core);
      out.push_back(tile);
    }
  }
  return out;
}

Image<float> real_of(const math::RealFft2d& fft, Spectrum& spectrum) {
  Image<float> out = Image<float>::uninitialised(fft.width(), fft.height());
  fft.inverse(spectrum, out.pixels());
  return out;
}

/// The centred PSF behind a tile's filter, cut to 2 half + 1, unit sum; `enclosed` was its sum.
struct CutPsf {
  Image<float> image;
  double enclosed = 1.0;
};

CutPsf psf_image(const math::RealFft2d& fft, Spectrum spectrum, int half) {
  const Image<float> plane = real_of(fft, spectrum);
  Image<float> out(2 * half + 1, 2 * half + 1);
  double sum = 0.0;
  for (int y = -half; y <= half; ++y) {
    for (int x = -half; x <= half; ++x) {
      const float v = plane((x + fft.width()) % fft.width(), (y + fft.height()) % fft.height());
      out(x + half, y + half) = v;
      sum += static_cast<double>(v);
    }
  }
  for (float& v : out.pixels()) v = static_cast<float>(static_cast<double>(v) / sum);
  return {std::move(out), sum};
}

struct FieldPsf {
  psf::PsfModel model;
  double enclosed = 1.0;
};

/// PSF images at a grid of places, fitted with Chebyshev polynomials.
FieldPsf psf_model(const RawDifference& difference, const std::vector<Tile>& tiles,
                   const NoiseCorrelation& science_noise, const NoiseCorrelation& reference_noise,
                   const psf::PsfModel& science_psf, const DecorrelateConfig& config) {
  const Box box = difference.image.box();
  const int half = std::min(config.psf_half, science_psf.side() / 2 + 4);
  // Wide enough that wings beyond the cut do not fold back into it.
  const int plane = math::fast_fft_size(std::max(4 * half + 2, science_psf.side() + 2 * half + 2));
  const math::RealFft2d fft(plane, plane);
  const bool constant = science_psf.degree() == 0 && (difference.science.kernel == nullptr) &&
                        (difference.reference.kernel == nullptr);
  const int degree = constant ? 0 : 2;
  const int nodes = constant ? 1 : 4;
  const math::Interval ix{0.0, box.width - 1.0};
  const math::Interval iy{0.0, box.height - 1.0};
  const FilterMaker filters(fft, difference, science_noise, reference_noise, science_psf,
                            config.least_power);
  std::vector<double> x;
  std::vector<double> y;
  std::vector<Image<float>> images;
  double enclosed = 0.0;
  for (int j = 0; j < nodes; ++j) {
    for (int i = 0; i < nodes; ++i) {
      const PixelPosition at{(i + 0.5) * box.width / nodes - 0.5,
                             (j + 0.5) * box.height / nodes - 0.5};
      const auto tile = std::find_if(tiles.begin(), tiles.end(), [&](const Tile& t) {
        return t.core.contains(static_cast<int>(at.x), static_cast<int>(at.y));
      });
      TileFilter filter = filters.at(at, tile->noise);
      CutPsf cut = psf_image(fft, std::move(filter.psf), half);
      enclosed += cut.enclosed / (nodes * nodes);
      images.push_back(std::move(cut.image));
      x.push_back(at.x);
      y.push_back(at.y);
    }
  }
  const int side = 2 * half + 1;
  std::vector<Image<float>> coefficients(static_cast<std::size_t>(math::term_count(degree)),
                                         Image<float>(side, side));
  std::vector<double> values(images.size());
  for (std::size_t p = 0; p < images[0].size(); ++p) {
    for (std::size_t n = 0; n < images.size(); ++n)
      values[n] = static_cast<double>(images[n].data()[p]);
    const math::ChebyshevSurface fit = math::fit_chebyshev(x, y, values, {}, ix, iy, degree);
    for (std::size_t t = 0; t < coefficients.size(); ++t)
      coefficients[t].data()[p] = static_cast<float>(fit.coefficients()[t]);
  }
  return {psf::PsfModel(box, degree, std::move(coefficients)), enclosed};
}

/// Weights of a Gaussian as wide as a PSF's square, which is how variances enter a score.
std::vector<float> squared_psf_profile(const psf::PsfModel& psf) {
  const Box& d = psf.domain();
  const double area = psf.effective_area({d.x0 + 0.5 * d.width, d.y0 + 0.5 * d.height});
  // A Gaussian has an effective area of 4 pi sigma^2; its square is narrower by the root of 2.
  const double sigma = std::max(0.4, std::sqrt(area / (4.0 * 3.14159265358979) / 2.0));
  const int half = std::max(1, static_cast<int>(std::ceil(2.5 * sigma)));
  std::vector<float> out;
  double sum = 0.0;
  for (int i = -half; i <= half; ++i) sum += std::exp(-0.5 * i * i / (sigma * sigma));
  for (int i = -half; i <= half; ++i)
    out.push_back(static_cast<float>(std::exp(-0.5 * i * i / (sigma * sigma)) / sum));
  return out;
}

/// Times phi, and that correlated with the PSF.
SKYWRIGHT_VECTOR_CLONES
void filter_spectrum(const TileFilter& filter, Spectrum& spectrum, Spectrum& matched) {
  auto* s = reinterpret_cast<float*>(spectrum.data());
  auto* m = reinterpret_cast<float*>(matched.data());
  const auto* psf = reinterpret_cast<const float*>(filter.psf.data());
  const float* phi = filter.phi.data();
  const std::size_t count = filter.phi.size();
  for (std::size_t i = 0; i < count; ++i) {
    const float re = s[2 * i] * phi[i];
    const float im = s[2 * i + 1] * phi[i];
    s[2 * i] = re;
    s[2 * i + 1] = im;
    m[2 * i] = re * psf[2 * i] + im * psf[2 * i + 1];
    m[2 * i + 1] = im * psf[2 * i] - re * psf[2 * i + 1];
  }
}

/// A row of a tile's core.
struct TileRow {
  const float* difference;
  const float* numerator;  ///< of the score
  float* pixels;
  float* variance;  ///< of the raw difference, then of the whitened one
  float* score;     ///< the smoothed variance, then the score
  int count;
  float variance_factor, score_factor;
  float least;  ///< smoothed variance that a score needs
};

SKYWRIGHT_VECTOR_CLONES
void finish_row(const TileRow& r) {
  const float factor = r.score_factor;
  for (int x = 0; x < r.count; ++x) {
    const float smooth = r.score[x];
    const float score = r.numerator[x] / std::sqrt(factor * smooth);
    r.pixels[x] = r.variance[x] > 0.0F ? r.difference[x] : 0.0F;
    r.variance[x] *= r.variance_factor;
    r.score[x] = smooth > r.least ? score : 0.0F;
  }
}

/// @param pixels of the raw difference
/// @param out    its image holds the raw difference's variance and mask, its score the smoothed
///               variance
void process_tile(const Image<float>& pixels, const Tile& tile, const TileFilter& filter,
                  const math::RealFft2d& fft, int margin, Decorrelated& out) {
  const Box want{tile.core.x0 - margin, tile.core.y0 - margin, fft.width(), fft.height()};
  const Box have = want.intersection(pixels.box());
  Image<float> plane(fft.width(), fft.height());
  for (int y = have.y0; y < have.y_end(); ++y)
    std::copy_n(pixels.row(y) + have.x0, have.width, plane.row(y - want.y0) + (have.x0 - want.x0));
  Spectrum spectrum(fft.spectrum_size());
  fft.forward(plane.pixels(), spectrum);
  Spectrum matched(spectrum.size());
  filter_spectrum(filter, spectrum, matched);
  fft.inverse(spectrum, plane.pixels());
  const Image<float> numerator = real_of(fft, matched);
  const auto variance_factor =
      static_cast<float>(tile.variance > 0.0 ? filter.noise_after / tile.variance : 0.0);
  const auto score_factor =
      static_cast<float>(tile.variance > 0.0 ? filter.score_noise / tile.variance : 0.0);
  const auto least = static_cast<float>(0.2 * tile.variance);
  for (int y = tile.core.y0; y < tile.core.y_end(); ++y)
    finish_row({.difference = plane.row(y - want.y0) + margin,
                .numerator = numerator.row(y - want.y0) + margin,
                .pixels = out.image.pixels.row(y) + tile.core.x0,
                .variance = out.image.variance.row(y) + tile.core.x0,
                .score = out.score.row(y) + tile.core.x0,
                .count = tile.core.width,
                .variance_factor = variance_factor,
                .score_factor = score_factor,
                .least = least});
}

}  // namespace

Decorrelated decorrelate(RawDifference& difference, const MaskedImageView& science,
                         const MaskedImageView& reference, const NoiseCorrelation& science_noise,
                         const NoiseCorrelation& reference_noise, const psf::PsfModel& science_psf,
                         const DecorrelateConfig& config, const Execution& execution) {
  const std::vector<Tile> tiles =
      tiles_of(difference.image.box(), config.tile, difference, science, reference,
               science_noise.variance_scale, reference_noise.variance_scale);
  FieldPsf psf = psf_model(difference, tiles, science_noise, reference_noise, science_psf, config);
  MaskedImage raw = std::move(difference.image);
  const std::vector<float> profile = squared_psf_profile(psf.model);
  // In place where a pixel's result rests on that pixel alone: memory never touched before is dear.
  Decorrelated out{.image = MaskedImage(Image<float>::uninitialised(raw.width(), raw.height()), {},
                                        std::move(raw.mask)),
                   .score = image::convolve_separable(raw.variance, profile, profile, execution),
                   .psf = std::move(psf.model),
                   .psf_enclosed = psf.enclosed};
  out.image.variance = std::move(raw.variance);
  int width = 0;
  int height = 0;
  for (const Tile& tile : tiles) {
    width = std::max(width, tile.core.width);
    height = std::max(height, tile.core.height);
  }
  const math::RealFft2d fft(math::fast_fft_size(width + 2 * config.margin),
                            math::fast_fft_size(height + 2 * config.margin));
  const FilterMaker filters(fft, difference, science_noise, reference_noise, science_psf,
                            config.least_power);
  execution.for_each(tiles.size(), [&](std::size_t t) {
    execution.check_stop();
    const TileFilter filter = filters.at(tiles[t].centre, tiles[t].noise);
    process_tile(raw.pixels, tiles[t], filter, fft, config.margin, out);
  });
  return out;
}

}  // namespace skywright::difference
