#include "skywright/measure/stamp.h"

#include <algorithm>
#include <cmath>

#include "skywright/base/vector_clones.h"

namespace skywright::measure {
namespace {

struct SkyRow {
  const float* pixels;
  const std::int32_t* labels;
  const image::MaskBits* bits;  ///< null: no mask
  image::MaskBits ignore;
  std::int32_t label;
  float sign;
  int count;
};

/// How many pixels are usable.
SKYWRIGHT_VECTOR_CLONES
int cut_row(const SkyRow& row, float* pixels, float* usable) {
  int all_good = 0;
  for (int x = 0; x < row.count; ++x) {
    const int own = (row.labels[x] == 0) | (row.labels[x] == row.label) ? 1 : 0;
    const int clear = row.bits == nullptr || (row.bits[x] & row.ignore) == 0 ? 1 : 0;
    const int good = own & clear;
    usable[x] = static_cast<float>(good);
    pixels[x] = row.sign * row.pixels[x];
    all_good += good;
  }
  return all_good;
}

}  // namespace

Stamp cut_stamp(const LabelledSky& sky, const image::Box& wanted, std::int32_t label,
                const Footprint& footprint, const Child& child, image::PixelPosition centre) {
  Stamp out;
  out.box = wanted.intersection(sky.pixels.box());
  const int width = out.box.width;
  const int height = out.box.height;
  out.pixels = image::Image<float>::uninitialised(width, height);
  out.usable = image::Image<float>::uninitialised(width, height);
  const auto sign = static_cast<float>(footprint.sign);
  bool holes = false;
  for (int y = 0; y < height; ++y) {
    const int iy = y + out.box.y0;
    const float* from = sky.pixels.row(iy) + out.box.x0;
    const std::int32_t* labels = sky.labels.row(iy) + out.box.x0;
    const image::MaskBits* bits = sky.mask.empty() ? nullptr : sky.mask.row(iy) + out.box.x0;
    float* to = out.pixels.row(y);
    float* usable = out.usable.row(y);
    const int good = cut_row({.pixels = from,
                              .labels = labels,
                              .bits = bits,
                              .ignore = sky.ignore,
                              .label = label,
                              .sign = sign,
                              .count = width},
                             to, usable);
    holes = holes || good < width;
    if (child.share.empty()) continue;
    for (int x = 0; x < width; ++x)
      if (labels[x] == label)
        to[x] *= child.share(x + out.box.x0 - footprint.box.x0, iy - footprint.box.y0);
  }
  if (!holes) return out;
  const int cx = static_cast<int>(std::lround(2.0 * centre.x)) - 2 * out.box.x0;
  const int cy = static_cast<int>(std::lround(2.0 * centre.y)) - 2 * out.box.y0;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      if (out.usable(x, y) > 0.0F) continue;
      const int mx = cx - x;
      const int my = cy - y;
      const bool opposite = out.usable.box().contains(mx, my) && out.usable(mx, my) > 0.0F;
      out.pixels(x, y) = opposite ? out.pixels(mx, my) : 0.0F;
    }
  return out;
}

void set_labels(image::Image<std::int32_t>& labels, const std::vector<Footprint>& footprints,
                Labels action) {
  for (std::size_t i = 0; i < footprints.size(); ++i)
    for (const Span& span : footprints[i].spans)
      std::fill(labels.row(span.y) + span.x0, labels.row(span.y) + span.x1,
                action == Labels::draw ? static_cast<std::int32_t>(i) + 1 : 0);
}

image::Image<std::int32_t> label_image(int width, int height,
                                       const std::vector<Footprint>& footprints) {
  image::Image<std::int32_t> labels(width, height);
  set_labels(labels, footprints, Labels::draw);
  return labels;
}

}  // namespace skywright::measure
