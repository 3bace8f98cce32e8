#include "skywright/measure/source_kernel.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace skywright::measure {
namespace {

/// At once, so that what a call costs by itself is shared and memory stays small.
constexpr std::size_t kBatch = 64;

/// One source's part of the arrays.
struct StampPart {
  float* pixels;
  float* variance;
  std::int32_t* unusable;
  float* psf;
};

void cut_one(const MeasureInput& in, const StampSource& source, int side, const StampPart& to) {
  const SourceRow& row = *source.row;
  const image::PixelPosition at{row.x, row.y};
  const image::Box box = image::square_around(static_cast<int>(std::lround(at.x)),
                                              static_cast<int>(std::lround(at.y)), side / 2);
  const Stamp stamp = cut_stamp(in.sky, box, source.label, *source.footprint, *source.child, at);
  const SourceNoise noise =
      source_noise(in.noise, in.sky, *source.footprint, source.child->peak_x, source.child->peak_y);
  const image::Image<float> psf = in.psf->image_at(at);
  const int shift = psf.width() / 2 - side / 2;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const auto k = static_cast<std::size_t>(y * side + x);
      const int px = x + shift;
      const int py = y + shift;
      to.psf[k] = psf.box().contains(px, py) ? psf(px, py) : 0.0F;
      const int ix = x + box.x0;
      const int iy = y + box.y0;
      to.variance[k] = static_cast<float>(noise.sky);
      if (!stamp.box.contains(ix, iy)) {
        to.pixels[k] = 0.0F;
        to.unusable[k] = kStampOutside;
        continue;
      }
      const float value = stamp.pixels(ix - stamp.box.x0, iy - stamp.box.y0);
      to.pixels[k] = value;
      const bool masked = !in.sky.mask.empty() && (in.sky.mask(ix, iy) & in.sky.ignore) != 0;
      const std::int32_t label = in.sky.labels(ix, iy);
      to.unusable[k] =
          (masked ? kStampMasked : 0) | (label != 0 && label != source.label ? kStampNeighbour : 0);
      if (masked) continue;
      if (!in.noise.variance.empty()) {
        to.variance[k] = in.noise.variance(ix, iy);
      } else if (value > 0.0F) {
        to.variance[k] += static_cast<float>(noise.poisson) * value;
      }
    }
}

}  // namespace

SourceStamps cut_stamps(const MeasureInput& input, std::span<const StampSource> sources, int side) {
  SourceStamps out;
  out.side = side;
  out.count = static_cast<int>(sources.size());
  const auto area = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  out.pixels.resize(sources.size() * area);
  out.variance.resize(out.pixels.size());
  out.unusable.resize(out.pixels.size());
  out.psf.resize(out.pixels.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const SourceRow& row = *sources[i].row;
    out.position.insert(out.position.end(), {row.x, row.y});
    out.centre.insert(out.centre.end(),
                      {row.x - std::round(row.x) + side / 2, row.y - std::round(row.y) + side / 2});
    const std::size_t first = i * area;
    cut_one(input, sources[i], side,
            {out.pixels.data() + first, out.variance.data() + first, out.unusable.data() + first,
             out.psf.data() + first});
  }
  return out;
}

void measure_by_kernels(const MeasureInput& input, std::span<const StampSource> sources,
                        SourceKernels kernels) {
  for (const SourceKernel* kernel : kernels) {
    const std::size_t columns = kernel->columns().size();
    const int side = kernel->side() > 0 ? kernel->side() : input.psf->side();
    for (std::size_t begin = 0; begin < sources.size(); begin += kBatch) {
      const auto batch = sources.subspan(begin, std::min(kBatch, sources.size() - begin));
      const std::vector<double> values = kernel->measure(cut_stamps(input, batch, side));
      if (values.size() != batch.size() * columns)
        throw std::logic_error("a source kernel returned another number of values than it has");
      for (std::size_t i = 0; i < batch.size(); ++i)
        batch[i].row->own.insert(batch[i].row->own.end(),
                                 values.begin() + static_cast<std::ptrdiff_t>(i * columns),
                                 values.begin() + static_cast<std::ptrdiff_t>((i + 1) * columns));
    }
  }
}

}  // namespace skywright::measure
