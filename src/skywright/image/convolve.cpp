#include "skywright/image/convolve.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/image/detail/convolve_rows.h"
#include "skywright/image/dilate.h"

namespace skywright::image {
namespace {

constexpr std::size_t kBandRows = 64;

// Rows y0 - half .. y1 + half of `in`, each with `half` zeros before and after it.
struct PaddedBand {
  std::ptrdiff_t stride = 0;
  std::vector<float> values;

  PaddedBand(const ImageView<const float>& in, int y0, int y1, int half_x, int half_y)
      : stride(in.width() + 2 * half_x + detail::kConvolveSlack) {
    const auto rows = static_cast<std::size_t>(y1 - y0 + 2 * half_y);
    values.assign(rows * static_cast<std::size_t>(stride) + detail::kConvolveSlack, 0.0F);
    for (int y = std::max(0, y0 - half_y); y < std::min(in.height(), y1 + half_y); ++y) {
      float* to = values.data() + (y - y0 + half_y) * stride + half_x;
      std::memcpy(to, in.row(y), static_cast<std::size_t>(in.width()) * sizeof(float));
    }
  }
};

void correlate(const ImageView<const float>& in, std::span<const float> weights, int columns,
               int rows, const ImageView<float>& to, const Execution& execution) {
  const auto height = static_cast<std::size_t>(in.height());
  execution.for_chunks(height, kBandRows, [&](std::size_t begin, std::size_t end) {
    const int y0 = static_cast<int>(begin);
    const int y1 = static_cast<int>(end);
    const PaddedBand band(in, y0, y1, columns / 2, rows / 2);
    std::vector<float> line(static_cast<std::size_t>(in.width() + detail::kConvolveSlack));
    for (int y = y0; y < y1; ++y) {
      detail::correlate_row(band.values.data() + (y - y0) * band.stride, band.stride,
                            weights.data(), columns, rows, line.data(), in.width());
      std::memcpy(to.row(y), line.data(), static_cast<std::size_t>(in.width()) * sizeof(float));
    }
  });
}

// Fraction of a unit Gaussian of `sigma` that falls on the pixel `i`.
double gaussian_pixel(int i, double sigma) {
  const double scale = 1.0 / (sigma * std::sqrt(2.0));
  return 0.5 * (std::erf((i + 0.5) * scale) - std::erf((i - 0.5) * scale));
}

}  // namespace

Kernel::Kernel(Image<float> weights) : weights_(std::move(weights)) {
  const bool square = weights_.width() == weights_.height() && weights_.width() % 2 == 1;
  if (!square)
    throw InputError("convolution kernel of " + std::to_string(weights_.width()) + " x " +
                         std::to_string(weights_.height()) + " pixels",
                     "a kernel is a square with an odd side", "pad it with zeros");
  for (const float w : weights_.pixels())
    if (!std::isfinite(w))
      throw InputError("convolution kernel", "a weight is not finite", "give finite weights");
}

double Kernel::sum() const {
  double sum = 0.0;
  for (const float w : weights_.pixels()) sum += static_cast<double>(w);
  return sum;
}

double Kernel::sum_of_squares() const {
  double sum = 0.0;
  for (const float w : weights_.pixels()) sum += static_cast<double>(w) * static_cast<double>(w);
  return sum;
}

Kernel Kernel::squared() const {
  Image<float> out = weights_;
  for (float& w : out.pixels()) w *= w;
  return Kernel(std::move(out));
}

Kernel Kernel::flipped() const {
  Image<float> out = weights_;
  std::reverse(out.pixels().begin(), out.pixels().end());
  return Kernel(std::move(out));
}

Kernel Kernel::scaled(double factor) const {
  Image<float> out = weights_;
  for (float& w : out.pixels()) w = static_cast<float>(static_cast<double>(w) * factor);
  return Kernel(std::move(out));
}

Kernel gaussian_kernel(double fwhm, int side) {
  if (!(fwhm > 0.0))
    throw ConfigError("FWHM " + std::to_string(fwhm), "must be > 0 pixel", "the default is 3");
  const double sigma = fwhm / (2.0 * std::sqrt(2.0 * std::log(2.0)));
  if (side <= 0) side = 2 * std::max(1, static_cast<int>(std::ceil(1.3 * fwhm))) + 1;
  const int half = side / 2;
  Image<float> weights(side, side);
  double sum = 0.0;
  for (int j = -half; j <= half; ++j)
    for (int i = -half; i <= half; ++i) {
      const double w = gaussian_pixel(i, sigma) * gaussian_pixel(j, sigma);
      weights(i + half, j + half) = static_cast<float>(w);
      sum += w;
    }
  return Kernel(std::move(weights)).scaled(1.0 / sum);
}

void convolve(ImageView<const float> in, const Kernel& kernel, ImageView<float> out,
              const Execution& execution) {
  // A convolution is a correlation with the kernel turned round.
  const Kernel turned = kernel.flipped();
  correlate(in, turned.weights().pixels(), kernel.side(), kernel.side(), out, execution);
}

Image<float> convolve(ImageView<const float> in, const Kernel& kernel, const Execution& execution) {
  Image<float> out = Image<float>::uninitialised(in.width(), in.height());
  convolve(in, kernel, out.view(), execution);
  return out;
}

Image<float> convolve_reference(ImageView<const float> in, const Kernel& kernel) {
  Image<float> out(in.width(), in.height());
  const int half = kernel.half();
  for (int y = 0; y < in.height(); ++y)
    for (int x = 0; x < in.width(); ++x) {
      double sum = 0.0;
      for (int j = -half; j <= half; ++j)
        for (int i = -half; i <= half; ++i)
          if (in.box().contains(x - i, y - j))
            sum += static_cast<double>(kernel.weights()(i + half, j + half)) *
                   static_cast<double>(in(x - i, y - j));
      out(x, y) = static_cast<float>(sum);
    }
  return out;
}

Image<float> convolve_separable(ImageView<const float> in, std::span<const float> along_x,
                                std::span<const float> along_y, const Execution& execution) {
  const std::vector<float> x_taps(along_x.rbegin(), along_x.rend());
  const std::vector<float> y_taps(along_y.rbegin(), along_y.rend());
  const int columns = static_cast<int>(x_taps.size());
  const int rows = static_cast<int>(y_taps.size());
  Image<float> out = Image<float>::uninitialised(in.width(), in.height());
  const auto height = static_cast<std::size_t>(in.height());
  execution.for_chunks(height, kBandRows, [&](std::size_t begin, std::size_t end) {
    const int y0 = static_cast<int>(begin);
    const int y1 = static_cast<int>(end);
    // Both passes over one band at a time, so that what lies between them stays in cache.
    const PaddedBand band(in, y0, y1, columns / 2, rows / 2);
    const std::ptrdiff_t stride = in.width() + detail::kConvolveSlack;
    const int count = y1 - y0 + 2 * (rows / 2);
    std::vector<float> between(static_cast<std::size_t>(count * stride) + detail::kConvolveSlack);
    for (int j = 0; j < count; ++j)
      detail::correlate_row(band.values.data() + j * band.stride, band.stride, x_taps.data(),
                            columns, 1, between.data() + j * stride, in.width());
    std::vector<float> line(static_cast<std::size_t>(stride));
    for (int y = y0; y < y1; ++y) {
      detail::correlate_row(between.data() + (y - y0) * stride, stride, y_taps.data(), 1, rows,
                            line.data(), in.width());
      std::memcpy(out.row(y), line.data(), static_cast<std::size_t>(in.width()) * sizeof(float));
    }
  });
  return out;
}

MaskedImage convolve(const MaskedImageView& in, const Kernel& kernel, MaskBits spread,
                     const Execution& execution) {
  Image<float> pixels(in.pixels);
  Image<float> variance(in.variance);
  Image<MaskBits> spreading = Image<MaskBits>::uninitialised(in.width(), in.height());
  for (int y = 0; y < in.height(); ++y) {
    float* p = pixels.row(y);
    float* v = variance.row(y);
    for (int x = 0; x < in.width(); ++x) {
      MaskBits bits = in.mask(x, y) & spread;
      if (!std::isfinite(p[x]) || !std::isfinite(v[x])) {
        p[x] = 0.0F;
        v[x] = 0.0F;
        bits |= bit(MaskPlane::no_data);
      }
      spreading(x, y) = bits;
    }
  }
  Image<MaskBits> mask = dilate(spreading.view(), kernel.half(), execution);
  const int half = kernel.half();
  const Box inner{half, half, in.width() - 2 * half, in.height() - 2 * half};
  for (int y = 0; y < in.height(); ++y)
    for (int x = 0; x < in.width(); ++x) {
      mask(x, y) |= in.mask(x, y);
      if (!inner.contains(x, y)) mask(x, y) |= bit(MaskPlane::edge);
    }
  return {convolve(pixels.view(), kernel, execution),
          convolve(variance.view(), kernel.squared(), execution), std::move(mask)};
}

}  // namespace skywright::image
