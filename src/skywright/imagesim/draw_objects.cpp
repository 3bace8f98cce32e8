#include "skywright/imagesim/draw_objects.h"

#include <algorithm>
#include <cmath>

#include "skywright/imagesim/detail/wide_layers.h"
#include "skywright/imagesim/draw_gaussian.h"

namespace skywright::imagesim {
namespace {

constexpr int kStripRows = 256;  // a multiple of WideLayers' widest step

/// A source as the Gaussians to draw, with the rows that they touch.
struct Drawing {
  double x = 0.0, y = 0.0, electrons = 0.0;
  std::size_t first = 0, count = 0;  ///< into the shared list of Gaussians
  int first_row = 0, last_row = -1;
};

/// The covariance of a round profile of variance 1 squeezed to an axis ratio.
Covariance ellipse(double axis_ratio, double angle) {
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const double minor = axis_ratio * axis_ratio;
  return {c * c + s * s * minor, c * s * (1.0 - minor), s * s + c * c * minor};
}

void add_profile(std::vector<PixelGaussian>& out, std::span<const RoundGaussian> profile,
                 double fraction, double radius, const Covariance& shape,
                 const std::vector<PixelGaussian>& psf) {
  // Components much narrower than the PSF look alike through it: draw them as one.
  const double narrow = 0.01 * std::min(psf.front().xx, psf.front().yy);
  RoundGaussian merged;
  const auto convolve = [&](const RoundGaussian& g) {
    const double variance = g.variance * radius * radius;
    for (const PixelGaussian& p : psf)
      out.push_back({fraction * g.weight * p.weight, p.xx + variance * shape.xx,
                     p.xy + variance * shape.xy, p.yy + variance * shape.yy});
  };
  for (const RoundGaussian& g : profile) {
    if (g.variance * radius * radius < narrow) {
      const double weight = merged.weight + g.weight;
      merged.variance = (merged.weight * merged.variance + g.weight * g.variance) / weight;
      merged.weight = weight;
    } else {
      convolve(g);
    }
  }
  if (merged.weight > 0.0) convolve(merged);
}

/// A uniformly moving point: its trail's variance is length^2 / 12 along the motion; a long one is
/// cut into pieces shorter than the PSF.
void add_trail(std::vector<PlacedObject>& pieces, const PlacedObject& object, double fwhm) {
  const double length = std::hypot(object.trail_x, object.trail_y);
  const int count = 1 + static_cast<int>(length / (0.25 * fwhm));
  for (int k = 0; k < count; ++k) {
    PlacedObject piece = object;
    const double t = (k + 0.5) / count - 0.5;
    piece.x += t * object.trail_x;
    piece.y += t * object.trail_y;
    piece.electrons /= count;
    pieces.push_back(piece);
  }
}

}  // namespace

void draw_objects(image::ImageView<float> electrons, std::span<const PlacedObject> objects,
                  const PsfField& psf, double noise, const Execution& execution) {
  std::vector<PlacedObject> pieces;
  pieces.reserve(objects.size());
  for (const PlacedObject& object : objects) add_trail(pieces, object, psf.kolmogorov_fwhm_pixel());

  const double floor = 3e-4 * std::max(noise, 1.0);
  // A source of this flux has a signal-to-noise ratio of about 2 in good seeing: its errors of
  // shape below 1 % are lost in the noise.
  const double coarse_below = 10.0 * std::max(noise, 1.0);
  constexpr std::size_t kChunk = 1024;
  struct Chunk {
    std::vector<PixelGaussian> gaussians;
    std::vector<Drawing> drawings;
  };
  std::vector<Chunk> chunks((pieces.size() + kChunk - 1) / kChunk);
  execution.for_chunks(pieces.size(), kChunk, [&](std::size_t begin, std::size_t end) {
    Chunk& chunk = chunks[begin / kChunk];
    for (std::size_t i = begin; i < end; ++i) {
      const PlacedObject& o = pieces[i];
      const Fidelity fidelity = o.electrons < coarse_below ? Fidelity::coarse : Fidelity::full;
      const auto point = psf.at(o.x, o.y, fidelity);
      Drawing d{.x = o.x, .y = o.y, .electrons = o.electrons, .first = chunk.gaussians.size()};
      if (o.radius <= 0.0 && o.bulge_radius <= 0.0) {
        chunk.gaussians.insert(chunk.gaussians.end(), point.begin(), point.end());
      } else {
        const Covariance shape = ellipse(o.axis_ratio, o.angle);
        if (o.bulge_fraction < 1.0)
          add_profile(chunk.gaussians, exponential_mixture(fidelity), 1.0 - o.bulge_fraction,
                      o.radius, shape, point);
        if (o.bulge_fraction > 0.0)
          add_profile(chunk.gaussians, de_vaucouleurs_mixture(fidelity), o.bulge_fraction,
                      o.bulge_radius, shape, point);
      }
      d.count = chunk.gaussians.size() - d.first;
      double reach = 0.0;
      for (std::size_t k = d.first; k < chunk.gaussians.size(); ++k)
        reach = std::max(reach, 6.0 * std::sqrt(chunk.gaussians[k].yy));
      d.first_row = static_cast<int>(std::floor(o.y - reach));
      d.last_row = static_cast<int>(std::ceil(o.y + reach));
      chunk.drawings.push_back(d);
    }
  });

  const auto strips = static_cast<std::size_t>((electrons.height() + kStripRows - 1) / kStripRows);
  execution.for_each(strips, [&](std::size_t strip) {
    const int y0 = static_cast<int>(strip) * kStripRows;
    const int rows = std::min(kStripRows, electrons.height() - y0);
    const auto part = electrons.part({0, y0, electrons.width(), rows});
    detail::WideLayers wide(part, y0);
    for (const Chunk& chunk : chunks)
      for (const Drawing& d : chunk.drawings) {
        if (d.last_row < y0 || d.first_row >= y0 + rows) continue;
        for (std::size_t k = d.first; k < d.first + d.count; ++k)
          if (!wide.draw(d.x, d.y, d.electrons, chunk.gaussians[k], floor))
            draw_gaussian(part, 0, y0, d.x, d.y, d.electrons, chunk.gaussians[k], floor);
      }
    wide.add();
  });
}

}  // namespace skywright::imagesim
