#include "skywright/measure/detail/peak_tree.h"

#include <algorithm>
#include <bit>

namespace skywright::measure::detail {
namespace {

struct Branch {
  int peak = 0;  // pixel of the highest value
  double sum = 0.0;
  int count = 0;
  bool registered = false;  // holds at least one source already
};

// Pixels as numbers that grow from the brightest to the faintest; of equals the first in reading
// order comes first.
std::uint64_t rank_key(float value, std::size_t pixel) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rising = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
  return std::uint64_t{~rising} << 32 | pixel;
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

}  // namespace

Field::Field(const Footprint& footprint, image::ImageView<const float> significance)
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

std::vector<int> peaks_that_stand_out(const Field& field, double threshold,
                                      const DeblendConfig& config) {
  return PeakTree(field, threshold, config).peaks();
}

}  // namespace skywright::measure::detail
