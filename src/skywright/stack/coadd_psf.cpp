#include <algorithm>
#include <array>
#include <cmath>

#include "skywright/base/error.h"
#include "skywright/math/polynomial.h"
#include "skywright/stack/stack.h"

namespace skywright::stack {
namespace {

using image::Image;
using image::PixelPosition;

/// An input's PSF at a place of the coadd as the coadd's pixels see it, centred, by the local
/// linear mapping between the grids and Lanczos interpolation of the model's image.
Image<float> mapped_psf(const StackInput& input, const StackGrid& grid, PixelPosition at,
                        int half) {
  const wcs::SkyPosition sky = grid.wcs.sky_at(at);
  const PixelPosition there = input.wcs.pixel_at(sky);
  const Image<float> model = input.psf->centred_image(there);
  const PixelPosition right = input.wcs.pixel_at(grid.wcs.sky_at({at.x + 1.0, at.y}));
  const PixelPosition up = input.wcs.pixel_at(grid.wcs.sky_at({at.x, at.y + 1.0}));
  const std::array<double, 4> j = {right.x - there.x, up.x - there.x, right.y - there.y,
                                   up.y - there.y};
  const int middle = model.width() / 2;
  const auto weight = [](double d) {
    const double a = std::abs(d);
    if (a >= 3.0) return 0.0;
    if (a < 1e-9) return 1.0;
    const double p = 3.14159265358979323846 * a;
    return std::sin(p) * std::sin(p / 3.0) * 3.0 / (p * p);
  };
  Image<float> out(2 * half + 1, 2 * half + 1);
  for (int v = -half; v <= half; ++v) {
    for (int u = -half; u <= half; ++u) {
      const double x = middle + j[0] * u + j[1] * v;
      const double y = middle + j[2] * u + j[3] * v;
      const int ix = static_cast<int>(std::floor(x));
      const int iy = static_cast<int>(std::floor(y));
      double sum = 0.0;
      double norm = 0.0;
      for (int q = iy - 2; q <= iy + 3; ++q) {
        for (int p = ix - 2; p <= ix + 3; ++p) {
          const double w = weight(x - p) * weight(y - q);
          norm += w;
          if (model.box().contains(p, q)) sum += w * static_cast<double>(model(p, q));
        }
      }
      out(u + half, v + half) = static_cast<float>(sum / norm);
    }
  }
  double sum = 0.0;
  for (const float v : out.pixels()) sum += static_cast<double>(v);
  for (float& v : out.pixels()) v = static_cast<float>(static_cast<double>(v) / sum);
  return out;
}

}  // namespace

psf::PsfModel coadd_psf(const std::vector<StackInput>& inputs, const std::vector<double>& weights,
                        const StackGrid& grid) {
  constexpr int kNodes = 5;
  int half = 5;
  for (const StackInput& input : inputs) {
    // The stamp keeps its size on the sky.
    const double ratio =
        input.wcs.pixel_scale({0.5 * input.image.width(), 0.5 * input.image.height()}) /
        grid.wcs.pixel_scale({0.5 * grid.width, 0.5 * grid.height});
    half = std::max(half, static_cast<int>(std::lround(input.psf->side() / 2 * ratio)));
  }
  half = std::min(half, 100);
  std::vector<double> x;
  std::vector<double> y;
  std::vector<Image<float>> nodes;
  for (int j = 0; j < kNodes; ++j) {
    for (int i = 0; i < kNodes; ++i) {
      const PixelPosition at{(i + 0.5) * grid.width / kNodes - 0.5,
                             (j + 0.5) * grid.height / kNodes - 0.5};
      Image<float> mean(2 * half + 1, 2 * half + 1);
      double total = 0.0;
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        const PixelPosition there = inputs[k].wcs.pixel_at(grid.wcs.sky_at(at));
        // An input speaks for the places it covers, with some room, and for no others.
        const image::Box near = inputs[k].image.box().grown(64);
        if (!std::isfinite(there.x) || !std::isfinite(there.y) || std::abs(there.x) > 1e6 ||
            std::abs(there.y) > 1e6 ||
            !near.contains(static_cast<int>(there.x), static_cast<int>(there.y)) ||
            weights[k] <= 0.0)
          continue;
        const Image<float> one = mapped_psf(inputs[k], grid, at, half);
        for (std::size_t p = 0; p < mean.size(); ++p)
          mean.data()[p] += static_cast<float>(weights[k]) * one.data()[p];
        total += weights[k];
      }
      if (total <= 0.0) continue;
      for (float& v : mean.pixels()) v /= static_cast<float>(total);
      x.push_back(at.x);
      y.push_back(at.y);
      nodes.push_back(std::move(mean));
    }
  }
  if (nodes.empty())
    throw InputError("the coadd has no PSF", "no input covers a tenth of the grid",
                     "choose a grid nearer to the images");
  int degree = 2;
  while (degree > 0 && static_cast<int>(nodes.size()) < 2 * math::term_count(degree)) --degree;
  std::vector<Image<float>> coefficients(static_cast<std::size_t>(math::term_count(degree)),
                                         Image<float>(2 * half + 1, 2 * half + 1));
  std::vector<double> values(nodes.size());
  for (std::size_t p = 0; p < nodes[0].size(); ++p) {
    for (std::size_t n = 0; n < nodes.size(); ++n)
      values[n] = static_cast<double>(nodes[n].data()[p]);
    const math::ChebyshevSurface fit = math::fit_chebyshev(
        x, y, values, {}, {0.0, grid.width - 1.0}, {0.0, grid.height - 1.0}, degree);
    for (std::size_t t = 0; t < coefficients.size(); ++t)
      coefficients[t].data()[p] = static_cast<float>(fit.coefficients()[t]);
  }
  return psf::PsfModel({0, 0, grid.width, grid.height}, degree, std::move(coefficients));
}

}  // namespace skywright::stack
