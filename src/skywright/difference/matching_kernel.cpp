#include "skywright/difference/matching_kernel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "skywright/base/error.h"
#include "skywright/base/vector_clones.h"
#include "skywright/difference/noise_power.h"
#include "skywright/math/polynomial.h"

namespace skywright::difference {
namespace {

constexpr int kBlock = 64;         ///< side of a block within which the kernel is constant [pixel]
constexpr int kPlane = 144;        ///< largest side of a plane within which it is, with margins
constexpr int kBlocksAcross = 32;  ///< an image, at least, where blocks are larger
constexpr int kLane = 32;          ///< pixels of a row worked on in registers

/// out(x) = sum_ij k(i, j) in(x + i, y + j): rows of `in` start half a kernel left and above.
SKYWRIGHT_VECTOR_CLONES
void correlate_rows(const float* in, std::ptrdiff_t stride, const float* k, int side, float* out,
                    std::ptrdiff_t out_stride, int rows) {
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < kBlock; x += kLane) {
      float sum[kLane] = {};
      for (int j = 0; j < side; ++j) {
        const float* line = in + (y + j) * stride + x;
        for (int i = 0; i < side; ++i) {
          const float weight = k[j * side + i];
          for (int n = 0; n < kLane; ++n) sum[n] += weight * line[i + n];
        }
      }
      std::memcpy(out + y * out_stride + x, sum, sizeof sum);
    }
  }
}

Image<float> flipped(const Image<float>& kernel) {
  Image<float> out(kernel.width(), kernel.height());
  std::reverse_copy(kernel.pixels().begin(), kernel.pixels().end(), out.pixels().begin());
  return out;
}

template <class KernelOf>
Image<float> convolve_blocks(ImageView<const float> in, KernelOf kernel_of, const Execution& exec) {
  Image<float> out = Image<float>::uninitialised(in.width(), in.height());
  const auto across = static_cast<std::size_t>((in.width() + kBlock - 1) / kBlock);
  const auto down = static_cast<std::size_t>((in.height() + kBlock - 1) / kBlock);
  exec.for_each(down, [&](std::size_t by) {
    exec.check_stop();
    Image<float> block(kBlock, kBlock);
    for (std::size_t bx = 0; bx < across; ++bx) {
      const int x0 = static_cast<int>(bx) * kBlock;
      const int y0 = static_cast<int>(by) * kBlock;
      const int width = std::min(kBlock, in.width() - x0);
      const int height = std::min(kBlock, in.height() - y0);
      const Image<float> weights = flipped(
          kernel_of(PixelPosition{.x = x0 + 0.5 * (width - 1), .y = y0 + 0.5 * (height - 1)}));
      const int half = weights.width() / 2;
      // A copy with zeros outside keeps every edge out of the inner loops.
      Image<float> patch(kBlock + 2 * half, kBlock + 2 * half);
      const Box want{x0 - half, y0 - half, width + 2 * half, height + 2 * half};
      const Box have = want.intersection(in.box());
      for (int y = have.y0; y < have.y_end(); ++y)
        std::copy_n(in.row(y) + have.x0, have.width, patch.row(y - want.y0) + (have.x0 - want.x0));
      correlate_rows(patch.data(), patch.width(), weights.data(), weights.width(), block.data(),
                     kBlock, height);
      for (int y = 0; y < height; ++y) std::copy_n(block.row(y), width, out.row(y0 + y) + x0);
    }
  });
  return out;
}

/// In the Fourier plane: tiles that overlap by the kernel's size, of which the part that nothing
/// wraps into is kept.
/// @param plane       side of a tile [pixel]
/// @param transfer_at from a tile's middle and a spectrum to write into: the kernel's spectrum
/// there
template <class TransferAt>
Image<float> convolve_by_fft(ImageView<const float> in, int half, const math::RealFft2d& fft,
                             TransferAt transfer_at, const Execution& exec) {
  const int side = fft.width();
  const int core = side - 2 * half;
  Image<float> out = Image<float>::uninitialised(in.width(), in.height());
  const int across = (in.width() + core - 1) / core;
  const int down = (in.height() + core - 1) / core;
  exec.for_each(static_cast<std::size_t>(down), [&](std::size_t row) {
    exec.check_stop();
    const int y0 = static_cast<int>(row) * core;
    const int height = std::min(core, in.height() - y0);
    Image<float> plane(side, side);
    Spectrum spectrum(fft.spectrum_size());
    Spectrum transfer;
    for (int x0 = 0; x0 < across * core; x0 += core) {
      const int width = std::min(core, in.width() - x0);
      const Box want{x0 - half, y0 - half, side, side};
      const Box have = want.intersection(in.box());
      if (have != want) std::fill(plane.pixels().begin(), plane.pixels().end(), 0.0F);
      for (int y = have.y0; y < have.y_end(); ++y)
        std::copy_n(in.row(y) + have.x0, have.width, plane.row(y - want.y0) + (have.x0 - want.x0));
      fft.forward(plane.pixels(), spectrum);
      multiply(spectrum,
               transfer_at(PixelPosition{.x = x0 + 0.5 * (width - 1), .y = y0 + 0.5 * (height - 1)},
                           transfer));
      fft.inverse(spectrum, plane.pixels());
      for (int y = 0; y < height; ++y)
        std::copy_n(plane.row(y + half) + half, width, out.row(y0 + y) + x0);
    }
  });
  return out;
}

SKYWRIGHT_VECTOR_CLONES
void add_scaled(float weight, const float* from, std::size_t count, float* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] += weight * from[i];
}

constexpr int kSideForFft = 13;  ///< kernels from which the Fourier plane is the faster way

}  // namespace

MatchingKernel::MatchingKernel(const Box& domain, int degree,
                               std::vector<Image<float>> coefficients)
    : domain_(domain), degree_(degree), coefficients_(std::move(coefficients)) {
  if (static_cast<int>(coefficients_.size()) != math::term_count(degree))
    throw InputError("matching kernel", "one image a polynomial term is needed",
                     "check the number of images");
  for (const Image<float>& image : coefficients_) {
    double sum = 0.0;
    for (const float v : image.pixels()) sum += static_cast<double>(v);
    sums_.push_back(sum);
  }
}

std::vector<double> MatchingKernel::terms_at(PixelPosition where) const {
  const math::Interval ix{static_cast<double>(domain_.x0), domain_.x_end() - 1.0};
  const math::Interval iy{static_cast<double>(domain_.y0), domain_.y_end() - 1.0};
  std::vector<double> terms(coefficients_.size());
  math::chebyshev_terms(ix.scaled(where.x), iy.scaled(where.y), degree_, terms);
  return terms;
}

Image<float> MatchingKernel::at(PixelPosition where) const {
  const std::vector<double> terms = terms_at(where);
  Image<float> out(side(), side());
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const auto weight = static_cast<float>(terms[t]);
    const float* c = coefficients_[t].data();
    float* o = out.data();
    for (std::size_t i = 0; i < out.size(); ++i) o[i] += weight * c[i];
  }
  return out;
}

double MatchingKernel::sum_at(PixelPosition where) const {
  const std::vector<double> terms = terms_at(where);
  double sum = 0.0;
  for (std::size_t t = 0; t < terms.size(); ++t) sum += terms[t] * sums_[t];
  return sum;
}

Image<float> convolve(ImageView<const float> in, const MatchingKernel& kernel,
                      const Execution& execution) {
  if (kernel.degree() == 0) return convolve(in, kernel.coefficients()[0], execution);
  if (kernel.side() < kSideForFft)
    return convolve_blocks(
        in, [&](PixelPosition p) { return kernel.at(p); }, execution);
  // Small planes, since the kernel is constant within each; its spectrum is as linear in the
  // polynomial terms as the kernel is.
  const int half = kernel.side() / 2;
  const Box& domain = kernel.domain();
  const int core = std::max(kBlock, std::min(domain.width, domain.height) / kBlocksAcross);
  const int plane =
      math::fast_fft_size(std::max(kBlock + 2 * half, std::min(core + 2 * half, kPlane)));
  const math::RealFft2d fft(plane, plane);
  std::vector<Spectrum> coefficients;
  for (const Image<float>& image : kernel.coefficients())
    coefficients.push_back(spectrum_of(fft, image));
  const auto transfer_at = [&](PixelPosition where, Spectrum& transfer) -> const Spectrum& {
    transfer.assign(fft.spectrum_size(), {});
    const std::vector<double> terms = kernel.terms_at(where);
    for (std::size_t t = 0; t < terms.size(); ++t)
      add_scaled(static_cast<float>(terms[t]),
                 reinterpret_cast<const float*>(coefficients[t].data()), 2 * transfer.size(),
                 reinterpret_cast<float*>(transfer.data()));
    return transfer;
  };
  return convolve_by_fft(in, half, fft, transfer_at, execution);
}

Image<float> convolve_variance(ImageView<const float> in, const MatchingKernel& kernel,
                               const Execution& execution) {
  const int half = core_half(kernel.at({.x = kernel.domain().x0 + 0.5 * kernel.domain().width,
                                        .y = kernel.domain().y0 + 0.5 * kernel.domain().height}),
                             0.99);
  return convolve_blocks(
      in,
      [&](PixelPosition p) {
        const Image<float> k = kernel.at(p);
        Image<float> squared(2 * half + 1, 2 * half + 1);
        double all = 0.0;
        double kept = 0.0;
        for (const float v : k.pixels()) all += static_cast<double>(v) * static_cast<double>(v);
        const int cut = k.width() / 2 - half;
        for (int y = 0; y < squared.height(); ++y) {
          for (int x = 0; x < squared.width(); ++x) {
            squared(x, y) = k(x + cut, y + cut) * k(x + cut, y + cut);
            kept += static_cast<double>(squared(x, y));
          }
        }
        for (float& v : squared.pixels()) v *= static_cast<float>(all / kept);
        return squared;
      },
      execution);
}

Image<float> convolve(ImageView<const float> in, const Image<float>& kernel,
                      const Execution& execution) {
  if (kernel.width() >= kSideForFft) {
    constexpr int kLargePlane = 512;
    const math::RealFft2d fft(kLargePlane, kLargePlane);
    const Spectrum transfer = spectrum_of(fft, kernel);
    return convolve_by_fft(
        in, kernel.width() / 2, fft,
        [&](PixelPosition, Spectrum&) -> const Spectrum& { return transfer; }, execution);
  }
  return convolve_blocks(
      in, [&](PixelPosition) { return kernel; }, execution);
}

int core_half(const Image<float>& kernel, double share) {
  const int half = kernel.width() / 2;
  double all = 0.0;
  for (const float v : kernel.pixels()) all += static_cast<double>(v) * static_cast<double>(v);
  for (int h = 0; h < half; ++h) {
    double sum = 0.0;
    for (int y = half - h; y <= half + h; ++y)
      for (int x = half - h; x <= half + h; ++x)
        sum += static_cast<double>(kernel(x, y)) * static_cast<double>(kernel(x, y));
    if (sum >= share * all) return h;
  }
  return half;
}

}  // namespace skywright::difference
