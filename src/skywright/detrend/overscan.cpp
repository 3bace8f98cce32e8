#include "skywright/detrend/overscan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace skywright::detrend {
namespace {

using image::Box;
using image::ImageView;

float middle(std::vector<float>& values) {
  if (values.empty()) return 0.0F;
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), half, values.end());
  if (values.size() % 2 == 1) return *half;
  return 0.5F * (*half + *std::max_element(values.begin(), half));
}

float middle_of(const float* begin, int count, std::vector<float>& scratch) {
  scratch.clear();
  for (int i = 0; i < count; ++i)
    if (std::isfinite(begin[i])) scratch.push_back(begin[i]);
  return middle(scratch);
}

struct RowMeans {
  std::vector<float> mean;
  std::vector<int> count;
  double sigma = 0.0;  ///< of one pixel about its row's mean
};

/// Clipped means about the median. Counts are whole numbers, so the spread for clipping is never
/// taken below one ADU, where quantised medians would reject half of the pixels.
RowMeans clipped_row_means(ImageView<const float> overscan, double clip) {
  const int rows = overscan.height();
  const int columns = overscan.width();
  std::vector<float> scratch;
  std::vector<float> deviations;
  std::vector<float> medians(static_cast<std::size_t>(rows));
  for (int y = 0; y < rows; ++y) {
    const float* row = overscan.row(y);
    const float m = middle_of(row, columns, scratch);
    medians[static_cast<std::size_t>(y)] = m;
    for (int x = y % 7; x < columns; x += 7)
      if (std::isfinite(row[x])) deviations.push_back(std::abs(row[x] - m));
  }
  const double limit = clip * std::max(1.0, 1.4826 * static_cast<double>(middle(deviations)) + 0.5);
  RowMeans out;
  out.mean.resize(static_cast<std::size_t>(rows));
  out.count.resize(static_cast<std::size_t>(rows));
  double squares = 0.0;
  std::vector<double> column_sum(static_cast<std::size_t>(columns));
  std::vector<int> column_count(static_cast<std::size_t>(columns));
  std::int64_t freedom = -(columns - 1);
  for (int y = 0; y < rows; ++y) {
    const float* row = overscan.row(y);
    const double m = medians[static_cast<std::size_t>(y)];
    double sum = 0.0;
    double sum2 = 0.0;
    int n = 0;
    for (int x = 0; x < columns; ++x) {
      const double d = static_cast<double>(row[x]) - m;
      if (!(std::abs(d) <= limit)) continue;
      sum += d;
      sum2 += d * d;
      ++n;
    }
    const double mean = n > 0 ? sum / n : 0.0;
    out.mean[static_cast<std::size_t>(y)] = static_cast<float>(m + mean);
    out.count[static_cast<std::size_t>(y)] = n;
    if (n < 2) continue;
    squares += sum2 - n * mean * mean;
    freedom += n - 1;
    for (int x = 0; x < columns; ++x) {
      const double d = static_cast<double>(row[x]) - m;
      if (!(std::abs(d) <= limit)) continue;
      column_sum[static_cast<std::size_t>(x)] += d - mean;
      ++column_count[static_cast<std::size_t>(x)];
    }
  }
  // A level that a column keeps in all rows (a ramp after the last light) is no noise.
  for (std::size_t x = 0; x < column_sum.size(); ++x)
    if (column_count[x] > 0) squares -= column_sum[x] * column_sum[x] / column_count[x];
  out.sigma = freedom > 0 ? std::sqrt(std::max(squares, 0.0) / static_cast<double>(freedom)) : 0.0;
  return out;
}

std::vector<float> running_median(const std::vector<float>& values, int window) {
  const int n = static_cast<int>(values.size());
  std::vector<float> out(values.size());
  std::vector<float> scratch;
  for (int y = 0; y < n; ++y) {
    const int half = std::min({window / 2, y, n - 1 - y});
    const int reach = std::max(half, std::min(window / 4, n - 1));
    const int low = std::max(0, y - reach);
    const int high = std::min(n - 1, y + reach);
    out[static_cast<std::size_t>(y)] = middle_of(values.data() + low, high - low + 1, scratch);
  }
  return out;
}

void adapt_rows(RowMeans& rows, int window) {
  const std::vector<float> smooth = running_median(rows.mean, window);
  std::vector<float> deviations(rows.mean.size());
  double expected = 0.0;
  for (std::size_t y = 0; y < rows.mean.size(); ++y) {
    deviations[y] = std::abs(rows.mean[y] - smooth[y]);
    expected += rows.sigma * rows.sigma / std::max(1, rows.count[y]);
  }
  expected /= static_cast<double>(rows.mean.size());
  const double scatter = 1.4826 * static_cast<double>(middle(deviations));
  const double observed = scatter * scatter;
  const double share = observed > 0.0 ? std::clamp(1.0 - expected / observed, 0.0, 1.0) : 0.0;
  for (std::size_t y = 0; y < rows.mean.size(); ++y)
    rows.mean[y] = smooth[y] + static_cast<float>(share) * (rows.mean[y] - smooth[y]);
}

Box within_raw(const Box& section, const instrument::Amplifier& amplifier) {
  const Box shifted = section.shifted(-amplifier.raw.x0, -amplifier.raw.y0);
  return shifted.intersection({0, 0, amplifier.raw.width, amplifier.raw.height});
}

/// Rows that the serial overscan does not reach take the nearest measured level.
void spread_rows(const RowMeans& rows, int first, std::vector<float>& out) {
  for (std::size_t y = 0; y < out.size(); ++y) {
    const int k =
        std::clamp(static_cast<int>(y) - first, 0, static_cast<int>(rows.mean.size()) - 1);
    out[y] = rows.mean[static_cast<std::size_t>(k)];
  }
}

void measure_columns(ImageView<const float> raw, Box parallel, int skip, ZeroLevel& zero) {
  if (parallel.height > skip + 4) {
    parallel.y0 += skip;
    parallel.height -= skip;
  }
  std::vector<float> column;
  for (int x = parallel.x0; x < parallel.x_end(); ++x) {
    column.clear();
    for (int y = parallel.y0; y < parallel.y_end(); ++y) {
      const float v = raw(x, y) - zero.row[static_cast<std::size_t>(y)];
      if (std::isfinite(v)) column.push_back(v);
    }
    zero.column[static_cast<std::size_t>(x)] = middle(column);
  }
}

}  // namespace

void describe(Fields& fields, OverscanConfig& config) {
  describe_choice(fields, "serial", config.serial, {"none", "constant", "per_row", "adaptive"},
                  "how the level varies from row to row");
  describe_choice(fields, "parallel", config.parallel, {"none", "per_column"},
                  "whether columns have levels of their own");
  fields.whole("skip", config.skip, "leading overscan pixels left out [pixel]", {.low = 0});
  fields.whole("smoothing_rows", config.smoothing_rows, "window of the smooth level [row]",
               {.low = 1});
  fields.number("clip", config.clip, "outliers left out [sigma]", {.low = 2.0});
}

ZeroLevel measure_zero_level(ImageView<const float> raw, const instrument::Amplifier& amplifier,
                             const OverscanConfig& config) {
  ZeroLevel zero;
  zero.row.assign(static_cast<std::size_t>(raw.height()), 0.0F);
  zero.column.assign(static_cast<std::size_t>(raw.width()), 0.0F);
  Box serial = within_raw(amplifier.serial_overscan, amplifier);
  if (!serial.empty()) {
    if (serial.width > config.skip + 4) {
      serial.x0 += config.skip;
      serial.width -= config.skip;
    }
    RowMeans rows = clipped_row_means(raw.part(serial), config.clip);
    zero.read_noise = rows.sigma;
    std::vector<float> copy = rows.mean;
    const float level = middle(copy);
    if (config.serial == SerialModel::adaptive) adapt_rows(rows, config.smoothing_rows);
    if (config.serial == SerialModel::constant)
      std::fill(rows.mean.begin(), rows.mean.end(), level);
    zero.level = level;
    if (config.serial != SerialModel::none) spread_rows(rows, serial.y0, zero.row);
  }
  const Box parallel = within_raw(amplifier.parallel_overscan, amplifier);
  if (config.parallel == ParallelModel::per_column && !parallel.empty())
    measure_columns(raw, parallel, std::min(config.skip, 2), zero);
  return zero;
}

}  // namespace skywright::detrend
