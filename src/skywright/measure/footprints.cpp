#include "skywright/measure/footprints.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tuple>

namespace skywright::measure {
namespace {

constexpr std::size_t kBandRows = 128;

class DisjointSets {
 public:
  explicit DisjointSets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t root(std::size_t i) {
    while (parent_[i] != i) {
      parent_[i] = parent_[parent_[i]];
      i = parent_[i];
    }
    return i;
  }
  // The lower index becomes the root: the result does not depend on the order of joins.
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

void spans_of_row(const float* row, int width, int y, float extent, float sign,
                  std::vector<Span>& out) {
  constexpr int kBlock = 64;
  int open = -1;
  for (int begin = 0; begin < width; begin += kBlock) {
    const int end = std::min(width, begin + kBlock);
    int above = 0;
    for (int x = begin; x < end; ++x) above += sign * row[x] >= extent ? 1 : 0;
    if (above == 0) {
      if (open >= 0) out.push_back({y, open, begin});
      open = -1;
      continue;
    }
    for (int x = begin; x < end; ++x) {
      const bool member = sign * row[x] >= extent;
      if (member && open < 0) open = x;
      if (!member && open >= 0) {
        out.push_back({y, open, x});
        open = -1;
      }
    }
  }
  if (open >= 0) out.push_back({y, open, width});
}

std::vector<Span> all_spans(image::ImageView<const float> image, float extent, float sign,
                            const Execution& execution) {
  const auto rows = static_cast<std::size_t>(image.height());
  std::vector<std::vector<Span>> bands((rows + kBandRows - 1) / kBandRows);
  execution.for_chunks(rows, kBandRows, [&](std::size_t begin, std::size_t end) {
    for (std::size_t y = begin; y < end; ++y)
      spans_of_row(image.row(static_cast<int>(y)), image.width(), static_cast<int>(y), extent, sign,
                   bands[begin / kBandRows]);
  });
  std::vector<Span> all;
  for (const std::vector<Span>& band : bands) all.insert(all.end(), band.begin(), band.end());
  return all;
}

// Join spans of neighbouring rows that touch, corners included.
void join_rows(const std::vector<Span>& spans, DisjointSets& sets) {
  std::size_t above = 0;  // first span of the row above that may still touch
  std::size_t row_begin = 0;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (i > 0 && spans[i].y != spans[i - 1].y) {
      above = spans[i].y == spans[i - 1].y + 1 ? row_begin : i;
      row_begin = i;
    }
    while (above < row_begin && spans[above].x1 < spans[i].x0) ++above;
    for (std::size_t k = above; k < row_begin && spans[k].x0 <= spans[i].x1; ++k) sets.join(k, i);
  }
}

void add_sign(image::ImageView<const float> image, const FootprintRules& rules, Sign sign,
              const Execution& execution, Footprints& out) {
  const auto factor = static_cast<float>(sign);
  const auto extent = static_cast<float>(std::min(rules.extent, rules.threshold));
  const std::vector<Span> spans = all_spans(image, extent, factor, execution);
  DisjointSets sets(spans.size());
  join_rows(spans, sets);
  // Peaks first: most groups are noise that never reaches the threshold.
  std::vector<float> peak(spans.size(), 0.0F);
  std::vector<int> area(spans.size(), 0);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const std::size_t root = sets.root(i);
    area[root] += spans[i].x1 - spans[i].x0;
    const float* row = image.row(spans[i].y);
    for (int x = spans[i].x0; x < spans[i].x1; ++x)
      peak[root] = std::max(peak[root], factor * row[x]);
  }
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> place(spans.size(), kNone);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const std::size_t root = sets.root(i);
    if (static_cast<double>(peak[root]) < rules.threshold) continue;
    if (area[root] < rules.min_area) {
      out.rejected_small += i == root ? 1 : 0;
      continue;
    }
    if (place[root] == kNone) {
      place[root] = out.found.size();
      out.found.emplace_back();
      out.found.back().sign = sign;
      out.found.back().area = area[root];
      out.found.back().box = {spans[i].x0, spans[i].y, 0, 0};
    }
    Footprint& f = out.found[place[root]];
    f.spans.push_back(spans[i]);
    const int x0 = std::min(f.box.x0, spans[i].x0);
    const int x1 = std::max(f.box.x_end(), spans[i].x1);
    f.box = {x0, f.box.y0, x1 - x0, spans[i].y + 1 - f.box.y0};
    const float* row = image.row(spans[i].y);
    for (int x = spans[i].x0; x < spans[i].x1; ++x)
      if (factor * row[x] > f.peak) {
        f.peak = factor * row[x];
        f.peak_x = x;
        f.peak_y = spans[i].y;
      }
  }
}

}  // namespace

Footprints find_footprints(image::ImageView<const float> significance, const FootprintRules& rules,
                           const Execution& execution) {
  Footprints out;
  add_sign(significance, rules, Sign::positive, execution, out);
  if (rules.polarity == Polarity::both)
    add_sign(significance, rules, Sign::negative, execution, out);
  std::stable_sort(out.found.begin(), out.found.end(), [](const Footprint& a, const Footprint& b) {
    return std::tuple(-a.peak, a.peak_y, a.peak_x) < std::tuple(-b.peak, b.peak_y, b.peak_x);
  });
  return out;
}

}  // namespace skywright::measure
