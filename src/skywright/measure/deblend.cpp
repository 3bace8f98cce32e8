#include "skywright/measure/deblend.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "skywright/measure/detail/peak_tree.h"

namespace skywright::measure {
namespace {

using detail::Field;

constexpr int kFewestPixels = 9;    // a smaller footprint holds one source
constexpr int kTemplateRounds = 3;  // of finding each template on what the others leave

// Twice the place of a peak, to half a pixel, by parabolas through its neighbours.
struct DoubledCentre {
  int x = 0;
  int y = 0;
};
DoubledCentre doubled_centre(const Field& field, int x, int y) {
  const auto offset = [&](int dx, int dy) {
    if (!field.holds(x - dx, y - dy) || !field.holds(x + dx, y + dy)) return 0;
    const float low = field.value[field.index(x - dx, y - dy)];
    const float mid = field.value[field.index(x, y)];
    const float high = field.value[field.index(x + dx, y + dy)];
    const float curve = 2.0F * mid - low - high;
    if (!(curve > 0.0F)) return 0;
    const float shift = 0.5F * (high - low) / curve;
    return shift > 0.25F ? 1 : (shift < -0.25F ? -1 : 0);
  };
  return {2 * x + offset(1, 0), 2 * y + offset(0, 1)};
}

// What is symmetric about a centre: the mean of a pixel and its mirror where they agree within the
// noise, else the lower one, which no neighbour has raised.
void symmetrise(const Field& field, const std::vector<float>& left, DoubledCentre centre,
                float tolerance, std::vector<float>& out) {
  std::fill(out.begin(), out.end(), 0.0F);
  // Where the mirror lies in the box, too.
  const int x0 = std::max(0, centre.x - field.width + 1);
  const int x1 = std::min(field.width - 1, centre.x);
  const int y0 = std::max(0, centre.y - field.height + 1);
  const int y1 = std::min(field.height - 1, centre.y);
  for (int y = y0; y <= y1; ++y)
    for (int x = x0; x <= x1; ++x) {
      const std::size_t here = field.index(x, y);
      const std::size_t mirror = field.index(centre.x - x, centre.y - y);
      if ((field.inside[here] & field.inside[mirror]) == 0) continue;
      const float a = left[here];
      const float b = left[mirror];
      const float t = std::abs(a - b) < tolerance ? 0.5F * (a + b) : std::min(a, b);
      out[here] = std::max(0.0F, t);
    }
}

std::vector<std::vector<float>> symmetric_templates(const Field& field,
                                                    const std::vector<float>& light,
                                                    const std::vector<int>& peaks, double sigma) {
  const auto tolerance = static_cast<float>(2.0 * std::sqrt(2.0) * sigma);
  std::vector<std::vector<float>> templates(peaks.size(), std::vector<float>(light.size(), 0.0F));
  std::vector<float> model(light.size(), 0.0F);
  std::vector<float> left(light.size());
  std::vector<float> next(light.size());
  const int rounds = peaks.size() > 12 ? 1 : kTemplateRounds;
  for (int round = 0; round < rounds; ++round)
    for (std::size_t k = 0; k < peaks.size(); ++k) {
      std::vector<float>& own = templates[k];
      for (std::size_t i = 0; i < light.size(); ++i) left[i] = light[i] - (model[i] - own[i]);
      const DoubledCentre centre =
          doubled_centre(field, field.x_of(peaks[k]), field.y_of(peaks[k]));
      symmetrise(field, left, centre, tolerance, next);
      for (std::size_t i = 0; i < light.size(); ++i) model[i] += next[i] - own[i];
      own.swap(next);
    }
  return templates;
}

void share_light(const Field& field, const Footprint& footprint, image::ImageView<const float> sky,
                 double sigma, const std::vector<int>& peaks, std::vector<Child>& children) {
  std::vector<float> light(field.value.size(), 0.0F);
  const auto sign = static_cast<float>(footprint.sign);
  for (int y = 0; y < field.height; ++y)
    for (int x = 0; x < field.width; ++x)
      if (field.holds(x, y))
        light[field.index(x, y)] = sign * sky(x + field.box.x0, y + field.box.y0);
  const auto templates = symmetric_templates(field, light, peaks, sigma);
  for (Child& child : children) {
    child.area = 0;
    child.share = image::Image<float>(field.width, field.height);
  }
  const auto faint = static_cast<float>(1e-3 * sigma);
  for (int y = 0; y < field.height; ++y)
    for (int x = 0; x < field.width; ++x) {
      if (!field.holds(x, y)) continue;
      const std::size_t i = field.index(x, y);
      float sum = 0.0F;
      std::size_t best = 0;
      std::size_t nearest = 0;
      int distance2 = 1 << 30;
      for (std::size_t k = 0; k < peaks.size(); ++k) {
        sum += templates[k][i];
        if (templates[k][i] > templates[best][i]) best = k;
        const int dx = x - field.x_of(peaks[k]);
        const int dy = y - field.y_of(peaks[k]);
        if (dx * dx + dy * dy < distance2) {
          distance2 = dx * dx + dy * dy;
          nearest = k;
        }
      }
      if (sum <= faint) best = nearest;
      for (std::size_t k = 0; k < peaks.size(); ++k)
        children[k].share(x, y) =
            sum > faint ? templates[k][i] / sum : (k == nearest ? 1.0F : 0.0F);
      ++children[best].area;
    }
}

}  // namespace

void describe(Fields& fields, DeblendConfig& config) {
  fields.flag("enabled", config.enabled, "split footprints that hold several sources");
  fields.number("min_contrast", config.min_contrast,
                "share of the footprint's flux that a child needs", {.low = 0, .high = 1});
  fields.number("min_significance", config.min_significance,
                "peak of a child above the saddle to a brighter one [sigma]", {.low = 0});
  fields.whole("max_children", config.max_children,
               "most children of a footprint; the rest are merged", {.low = 1, .high = 1000});
}

Deblended deblend(const Footprint& footprint, image::ImageView<const float> significance,
                  image::ImageView<const float> sky, double sigma, double threshold,
                  const DeblendConfig& config) {
  Deblended out;
  const Child whole{footprint.peak_x, footprint.peak_y, footprint.peak, footprint.area, {}};
  if (!config.enabled || footprint.area < kFewestPixels) {
    out.children.push_back(whole);
    return out;
  }
  const Field field(footprint, significance);
  if (detail::has_one_peak(field)) {
    out.children.push_back(whole);
    return out;
  }
  std::vector<int> peaks = detail::peaks_that_stand_out(field, threshold, config);
  if (peaks.size() > static_cast<std::size_t>(config.max_children)) {
    out.merged = static_cast<int>(peaks.size()) - config.max_children;
    peaks.resize(static_cast<std::size_t>(config.max_children));
  }
  if (peaks.size() < 2) {
    out.children.push_back(whole);
    return out;
  }
  for (const int peak : peaks)
    out.children.push_back({field.x_of(peak) + field.box.x0,
                            field.y_of(peak) + field.box.y0,
                            field.value[static_cast<std::size_t>(peak)],
                            0,
                            {}});
  share_light(field, footprint, sky, sigma, peaks, out.children);
  return out;
}

}  // namespace skywright::measure
