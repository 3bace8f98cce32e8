#include "skywright/detrend/detail/clipped_stack.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace skywright::detrend::detail {

using image::MaskPlane;

ClippedStack::ClippedStack(int width, int height, std::size_t total, std::size_t median_frames,
                           double clip, const Execution& execution)
    : total_(total),
      median_frames_(std::min(total, median_frames)),
      clip_(clip),
      execution_(execution),
      sum_(width, height),
      weight_(width, height),
      weight2_(width, height),
      rejected_(static_cast<std::size_t>(height)) {}

void ClippedStack::add(image::MaskedImage frame, double weight) {
  const auto pixels = frame.pixels.pixels();
  const auto mask = frame.mask.pixels();
  for (std::size_t i = 0; i < pixels.size(); ++i)
    if ((mask[i] & image::kUnusable) != 0) pixels[i] = std::numeric_limits<float>::quiet_NaN();
  if (!median_.empty()) {
    accumulate(frame.pixels, weight);
    return;
  }
  first_.push_back({std::move(frame.pixels), std::move(frame.variance), weight});
  if (first_.size() < median_frames_) return;
  find_median();
  for (const Frame& f : first_) accumulate(f.pixels, f.weight);
  first_.clear();
}

void ClippedStack::find_median() {
  median_ = image::Image<float>(sum_.width(), sum_.height());
  variance_ = image::Image<float>(sum_.width(), sum_.height());
  execution_.for_each(static_cast<std::size_t>(median_.height()), [&](std::size_t row) {
    const int y = static_cast<int>(row);
    std::vector<std::pair<float, float>> values;
    for (int x = 0; x < median_.width(); ++x) {
      values.clear();
      for (const Frame& f : first_)
        if (!std::isnan(f.pixels(x, y))) values.emplace_back(f.pixels(x, y), f.variance(x, y));
      std::sort(values.begin(), values.end());
      const std::size_t n = values.size();
      if (n == 0) {
        median_(x, y) = std::numeric_limits<float>::quiet_NaN();
        continue;
      }
      // Of two values the lower: a cosmic ray only adds.
      const auto& low = values[n == 2 ? 0 : (n - 1) / 2];
      const auto& high = values[n == 2 ? 0 : n / 2];
      median_(x, y) = 0.5F * (low.first + high.first);
      variance_(x, y) = 0.5F * (low.second + high.second);
    }
  });
}

void ClippedStack::accumulate(const image::Image<float>& pixels, double weight) {
  // Variance of a median of n is pi / 2n of one value's; of the lower of two 1 will do.
  const double n = static_cast<double>(median_frames_);
  const double spread = median_frames_ <= 2 ? 1.0 : 1.5707963267948966 / n;
  const auto limit2 = static_cast<float>(clip_ * clip_ * (1.0 + spread));
  const auto w = static_cast<float>(weight);
  execution_.for_each(static_cast<std::size_t>(sum_.height()), [&](std::size_t row) {
    const int y = static_cast<int>(row);
    const float* v = pixels.row(y);
    const float* m = median_.row(y);
    const float* variance = variance_.row(y);
    float* sum = sum_.row(y);
    float* total = weight_.row(y);
    float* squares = weight2_.row(y);
    std::int64_t rejected = 0;
    for (int x = 0; x < sum_.width(); ++x) {
      const float d = v[x] - m[x];
      const bool good = d * d <= limit2 * variance[x];  // false for NaN
      const bool outlier = d * d > limit2 * variance[x];
      sum[x] += good ? w * v[x] : 0.0F;
      total[x] += good ? w : 0.0F;
      squares[x] += good ? w * w : 0.0F;
      rejected += outlier ? 1 : 0;
    }
    rejected_[row] += rejected;
  });
}

ClippedStack::Mean ClippedStack::finish() {
  Mean mean;
  mean.image = image::MaskedImage(sum_.width(), sum_.height());
  const auto sum = sum_.pixels();
  const auto weight = weight_.pixels();
  const auto squares = weight2_.pixels();
  const auto variance = variance_.pixels();
  for (std::size_t i = 0; i < sum.size(); ++i) {
    if (weight[i] > 0.0F) {
      mean.image.pixels.pixels()[i] = sum[i] / weight[i];
      mean.image.variance.pixels()[i] = variance[i] * squares[i] / (weight[i] * weight[i]);
    } else {
      mean.image.mask.pixels()[i] = image::bit(MaskPlane::bad);
    }
  }
  mean.rejected = std::accumulate(rejected_.begin(), rejected_.end(), std::int64_t{0});
  return mean;
}

}  // namespace skywright::detrend::detail
