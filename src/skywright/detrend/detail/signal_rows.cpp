#include "skywright/detrend/detail/signal_rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::detrend::detail {
namespace {

using image::MaskBits;
using image::MaskPlane;

// A correction beyond what this many sigma of read noise explain is worth a flag.
constexpr float kCrosstalkFlag = 1.0F;

bool same_geometry(const std::vector<image::Box>& boxes) {
  return std::all_of(boxes.begin(), boxes.end(), [&](const image::Box& b) {
    return b.width == boxes[0].width && b.height == boxes[0].height;
  });
}

}  // namespace

SignalRows::SignalRows(const RawExposure& raw, const instrument::Detector& detector,
                       const Masters& masters, const DetrendConfig& config,
                       std::span<const ZeroLevel> zero, std::span<const double> read_noise_electron)
    : raw_(raw),
      detector_(detector),
      masters_(masters),
      zero_(zero),
      suspect_fraction_(config.suspect_fraction) {
  for (std::size_t i = 0; i < detector.amplifiers.size(); ++i) {
    const auto& amplifier = detector.amplifiers[i];
    data_.push_back(amplifier.data.shifted(-amplifier.raw.x0, -amplifier.raw.y0));
    row_count_ = std::max(row_count_, data_.back().height);
    crosstalk_sigma_.push_back(static_cast<float>(read_noise_electron[i] / amplifier.gain));
  }
  const std::size_t n = data_.size();
  if (!config.correct_crosstalk) return;
  const std::vector<double>& matrix =
      masters.crosstalk.empty() ? detector.crosstalk : masters.crosstalk;
  if (matrix.empty()) return;
  if (matrix.size() != n * n)
    throw InputError(fmt::format("crosstalk of detector {}", detector.name),
                     fmt::format("{} coefficients for {} amplifiers", matrix.size(), n),
                     "give one a pair of amplifiers, row by row");
  if (!same_geometry(data_))
    throw InputError(fmt::format("crosstalk of detector {}", detector.name),
                     "its amplifiers differ in size, so that they are not read in step",
                     "leave the crosstalk matrix out");
  crosstalk_ = matrix;
  for (std::size_t i = 0; i < n; ++i) crosstalk_[i * n + i] = 0.0;
}

void SignalRows::subtract_zero(std::size_t i, int r, SignalRow& row) const {
  const auto& amplifier = detector_.amplifiers[i];
  const image::Box& data = data_[i];
  const auto width = static_cast<std::size_t>(r < data.height ? data.width : 0);
  row.signal.resize(width);
  row.flags.resize(width);
  if (width == 0) return;
  const int y = data.y0 + r;
  const float* in = raw_.amplifiers[i].row(y) + data.x0;
  const float* column = zero_[i].column.data() + data.x0;
  const float level = zero_[i].row[static_cast<std::size_t>(y)];
  const auto full = static_cast<float>(amplifier.saturation);
  const auto suspect = static_cast<float>(amplifier.saturation * suspect_fraction_);
  const auto ceiling = static_cast<float>(raw_.ceiling);
  float* out = row.signal.data();
  MaskBits* flags = row.flags.data();
  for (std::size_t x = 0; x < width; ++x) {
    const float v = in[x] - level - column[x];
    const MaskBits high = v >= full || in[x] >= ceiling ? image::bit(MaskPlane::saturated) : 0U;
    const MaskBits near = v >= suspect ? image::bit(MaskPlane::suspect) : 0U;
    const bool finite = std::abs(v) <= 3e38F;
    flags[x] = high | near | (finite ? 0U : image::bit(MaskPlane::not_finite));
    out[x] = finite ? v : 0.0F;
  }
}

void SignalRows::subtract_crosstalk(std::vector<SignalRow>& rows) const {
  const std::size_t n = rows.size();
  const std::size_t width = rows[0].signal.size();
  // Sums first, for all: what couples is the signal before correction.
  std::vector<float> corrections(n * width, 0.0F);
  std::vector<float> sorted;
  for (std::size_t i = 0; i < n; ++i) {
    float* sum = corrections.data() + i * width;
    bool any = false;
    for (std::size_t j = 0; j < n; ++j) {
      const auto c = static_cast<float>(crosstalk_[i * n + j]);
      if (c == 0.0F) continue;
      any = true;
      const float* source = rows[j].signal.data();
      for (std::size_t x = 0; x < width; ++x) sum[x] += c * source[x];
    }
    if (!any) continue;
    // The sky's own crosstalk is nearly constant and no reason for a flag.
    sorted.assign({sum[0], sum[width / 4], sum[width / 2], sum[3 * width / 4], sum[width - 1]});
    std::sort(sorted.begin(), sorted.end());
    const float limit = sorted[2] + kCrosstalkFlag * std::max(crosstalk_sigma_[i], 0.5F);
    MaskBits* flags = rows[i].flags.data();
    for (std::size_t x = 0; x < width; ++x)
      flags[x] |= sum[x] > limit ? image::bit(MaskPlane::crosstalk) : 0U;
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t x = 0; x < width; ++x) rows[i].signal[x] -= corrections[i * width + x];
}

void SignalRows::linearise(std::size_t i, SignalRow& row) const {
  if (i >= masters_.linearity.size() || masters_.linearity[i].empty()) return;
  const std::vector<double>& c = masters_.linearity[i];
  for (float& v : row.signal) {
    const double s = static_cast<double>(v);
    double sum = 0.0;
    for (auto it = c.rbegin(); it != c.rend(); ++it) sum = sum * s + *it;
    v = static_cast<float>(s + sum * s * s);
  }
}

void SignalRows::read(int r, std::vector<SignalRow>& rows) const {
  rows.resize(data_.size());
  for (std::size_t i = 0; i < data_.size(); ++i) subtract_zero(i, r, rows[i]);
  if (!crosstalk_.empty()) subtract_crosstalk(rows);
  for (std::size_t i = 0; i < data_.size(); ++i) linearise(i, rows[i]);
}

}  // namespace skywright::detrend::detail
