#include "skywright/measure/source_noise.h"

#include <algorithm>
#include <cmath>

namespace skywright::measure {
namespace {

constexpr int kCoreHalf = 3;  // [pixel] around a peak

// Mean variance of usable pixels around a peak; negative where there are none.
double variance_around(const NoiseInput& input, const LabelledSky& sky, int x, int y) {
  const image::Box box = image::square_around(x, y, kCoreHalf).intersection(input.variance.box());
  double sum = 0.0;
  int count = 0;
  for (int j = box.y0; j < box.y_end(); ++j)
    for (int i = box.x0; i < box.x_end(); ++i) {
      if (!sky.mask.empty() && (sky.mask(i, j) & sky.ignore) != 0) continue;
      const double v = static_cast<double>(input.variance(i, j));
      if (!std::isfinite(v) || v <= 0.0) continue;
      sum += v;
      ++count;
    }
  return count > 0 ? sum / count : -1.0;
}

}  // namespace

SourceNoise source_noise(const NoiseInput& input, const LabelledSky& sky,
                         const Footprint& footprint, int peak_x, int peak_y) {
  SourceNoise out;
  if (input.sky_variance == nullptr) {
    const double v = variance_around(input, sky, peak_x, peak_y);
    if (v > 0.0) out.sky = v;
    return out;
  }
  out.sky = std::max(1e-30, input.sky_variance->at(peak_x, peak_y));
  if (input.variance.empty()) {
    out.poisson = input.gain > 0.0 ? 1.0 / input.gain : 0.0;
    return out;
  }
  double excess = 0.0;
  double light = 0.0;
  for (const Span& span : footprint.spans)
    for (int x = span.x0; x < span.x1; ++x) {
      if (!sky.mask.empty() && (sky.mask(x, span.y) & sky.ignore) != 0) continue;
      const double v = static_cast<double>(input.variance(x, span.y));
      if (!std::isfinite(v)) continue;
      excess += v - out.sky;
      light += static_cast<double>(sky.pixels(x, span.y));
    }
  if (light > 0.0) out.poisson = std::max(0.0, excess / light);
  return out;
}

}  // namespace skywright::measure
