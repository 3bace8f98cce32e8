#include "skywright/measure/deblend.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace skywright::measure {
namespace {

constexpr int kFewestPixels = 9;    // a smaller footprint holds one source
constexpr int kTemplateRounds = 3;  // of finding each template on what the others leave

struct Branch {
  int peak = 0;  // pixel of the highest value
  double sum = 0.0;
  int count = 0;
  bool registered = false;  // holds at least one source already
};

// A footprint's pixels as a dense box: values of the significance, with a rim of one pixel that is
// outside, so that neighbours need no test of the borders.
struct Field {
  image::Box box;
  int width = 0;   // of the box
  int height = 0;  // likewise
  int stride = 0;
  std::vector<float> value;
  std::vector<std::uint8_t> inside;

  Field(const Footprint& footprint, image::ImageView<const float> significance)
      : box(footprint.box), width(box.width), height(box.height), stride(box.width + 2) {
    const auto n = static_cast<std::size_t>(stride) * static_cast<std::size_t>(height + 2);
    value.assign(n, 0.0F);
    inside.assign(n, 0);
    const auto sign = static_cast<float>(footprint.sign);
    for (const Span& span : footprint.spans)
      for (int x = span.x0; x < span.x1; ++x) {
        const auto i = index(x - box.x0, span.y - box.y0);
        value[i] = sign * significance(x, span.y);
        inside[i] = 1;
      }
  }
  // Of a pixel within the box or on its rim.
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y + 1) * static_cast<std::size_t>(stride) +
           static_cast<std::size_t>(x + 1);
  }
  [[nodiscard]] int x_of(int pixel) const { return pixel % stride - 1; }
  [[nodiscard]] int y_of(int pixel) const { return pixel / stride - 1; }
  [[nodiscard]] bool holds(int x, int y) const {
    return x >= 0 && y >= 0 && x < width && y < height && inside[index(x, y)] != 0;
  }
  // From a pixel to the eight around it.
  [[nodiscard]] std::array<int, 8> neighbours() const {
    return {-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1};
  }
};

// Pixels as numbers that grow from the brightest to the faintest; of equals the first in reading
// order comes first.
std::uint64_t rank_key(float value, std::size_t pixel) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rising = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
  return std::uint64_t{~rising} << 32 | pixel;
}

// Whether one pixel alone is brighter than all around it: nothing is blended then.
bool has_one_peak(const Field& field) {
  const std::array<int, 8> around = field.neighbours();
  int peaks = 0;
  for (std::size_t i = 0; i < field.value.size(); ++i) {
    if (field.inside[i] == 0) continue;
    const bool highest = std::all_of(around.begin(), around.end(), [&](int step) {
      const std::size_t k = i + static_cast<std::size_t>(step);
      if (field.inside[k] == 0) return true;
      return field.value[k] < field.value[i] || (field.value[k] == field.value[i] && k > i);
    });
    if (highest && ++peaks > 1) return false;
  }
  return true;
}

class PeakTree {
 public:
  PeakTree(const Field& field, double threshold, const DeblendConfig& config)
      : field_(field),
        threshold_(threshold),
        config_(config),
        around_(field.neighbours()),
        branch_of_(field.value.size(), -1) {}

  std::vector<int> peaks() {
    std::vector<std::uint64_t> order;
    for (std::size_t i = 0; i < field_.value.size(); ++i)
      if (field_.inside[i] != 0) order.push_back(rank_key(field_.value[i], i));
    std::sort(order.begin(), order.end());
    const auto pixel_of = [](std::uint64_t key) { return static_cast<int>(key & 0xFFFFFFFFU); };
    for (const std::uint64_t key : order) total_ += static_cast<double>(value(pixel_of(key)));
    for (const std::uint64_t key : order) add(pixel_of(key));
    if (found_.empty()) found_.push_back(pixel_of(order.front()));
    std::sort(found_.begin(), found_.end(), [&](int a, int b) {
      return rank_key(value(a), static_cast<std::size_t>(a)) <
             rank_key(value(b), static_cast<std::size_t>(b));
    });
    return found_;
  }

 private:
  [[nodiscard]] float value(int pixel) const {
    return field_.value[static_cast<std::size_t>(pixel)];
  }
  int root(int branch) {
    auto& parent = parent_;
    while (parent[static_cast<std::size_t>(branch)] != branch) {
      auto& up = parent[static_cast<std::size_t>(branch)];
      up = parent[static_cast<std::size_t>(up)];
      branch = up;
    }
    return branch;
  }

  // Branches are numbered by falling peak: kept sorted, the first is the brightest.
  static void insert(std::array<int, 8>& near, std::size_t& count, int branch) {
    std::size_t at = 0;
    while (at < count && near[at] < branch) ++at;
    if (at < count && near[at] == branch) return;
    for (std::size_t k = count; k > at; --k) near[k] = near[k - 1];
    near[at] = branch;
    ++count;
  }

  void add(int pixel) {
    std::array<int, 8> near{};
    std::size_t count = 0;
    for (const int step : around_) {
      const int b = branch_of_[static_cast<std::size_t>(pixel + step)];
      if (b >= 0) insert(near, count, root(b));
    }
    if (count == 0) {
      branch_of_[static_cast<std::size_t>(pixel)] = static_cast<int>(branches_.size());
      parent_.push_back(static_cast<int>(branches_.size()));
      branches_.push_back({pixel, static_cast<double>(value(pixel)), 1, false});
      return;
    }
    const int main = near[0];
    for (std::size_t k = 1; k < count; ++k) join(main, near[k], value(pixel));
    Branch& branch = branches_[static_cast<std::size_t>(main)];
    branch.sum += static_cast<double>(value(pixel));
    ++branch.count;
    branch_of_[static_cast<std::size_t>(pixel)] = main;
  }

  [[nodiscard]] bool stands_out(const Branch& b, float saddle) const {
    const double peak = static_cast<double>(value(b.peak));
    const double level = static_cast<double>(saddle);
    return b.registered || (peak >= threshold_ && peak - level >= config_.min_significance &&
                            b.sum - level * b.count >= config_.min_contrast * total_);
  }

  void join(int main, int other, float saddle) {
    Branch& a = branches_[static_cast<std::size_t>(main)];
    Branch& b = branches_[static_cast<std::size_t>(other)];
    if (stands_out(a, saddle) && stands_out(b, saddle))
      for (Branch* branch : {&a, &b})
        if (!branch->registered) {
          branch->registered = true;
          found_.push_back(branch->peak);
        }
    a.registered = a.registered || b.registered;
    a.sum += b.sum;
    a.count += b.count;
    parent_[static_cast<std::size_t>(other)] = main;
  }

  const Field& field_;
  double threshold_;
  const DeblendConfig& config_;
  std::array<int, 8> around_;
  double total_ = 0.0;
  std::vector<int> branch_of_;  // -1: not met yet, or outside
  std::vector<int> parent_;
  std::vector<Branch> branches_;
  std::vector<int> found_;
};

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
  if (has_one_peak(field)) {
    out.children.push_back(whole);
    return out;
  }
  std::vector<int> peaks = PeakTree(field, threshold, config).peaks();
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
