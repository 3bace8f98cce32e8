#include <algorithm>
#include <cmath>

#include "skywright/detrend/detail/noise_tiles.h"
#include "skywright/detrend/masters.h"

namespace skywright::detrend {
namespace {

using image::Box;
using image::MaskBits;
using image::MaskPlane;

constexpr MaskBits kBad = image::bit(MaskPlane::bad);
constexpr float kSignificant = 5.0F;  // [sigma] of the master's own noise

void flag_by_flat(const image::MaskedImage& flat, const MasterConfig& config,
                  const Execution& execution, DefectMap& map) {
  const auto tiles = detail::measure_noise_tiles(flat.view(), image::kUnusable, execution);
  const auto low = static_cast<float>(config.flat_low);
  const auto high = static_cast<float>(config.flat_high);
  for (int y = 0; y < flat.height(); ++y)
    for (int x = 0; x < flat.width(); ++x) {
      const float around = tiles.sky[tiles.at(x, y)];
      const float v = flat.pixels(x, y);
      const float noise = kSignificant * std::sqrt(std::max(flat.variance(x, y), 0.0F));
      const bool outside = v + noise < low * around || v - noise > high * around;
      if (!outside && (flat.mask(x, y) & kBad) == 0) continue;
      map.mask(x, y) |= kBad;
      ++map.dead;
    }
}

void flag_by_dark(const image::MaskedImage& dark, const MasterConfig& config,
                  const Execution& execution, DefectMap& map) {
  const auto tiles = detail::measure_noise_tiles(dark.view(), image::kUnusable, execution);
  const auto hot = static_cast<float>(config.hot_rate);
  for (int y = 0; y < dark.height(); ++y)
    for (int x = 0; x < dark.width(); ++x) {
      const float excess = dark.pixels(x, y) - tiles.sky[tiles.at(x, y)];
      const float noise = kSignificant * std::sqrt(std::max(dark.variance(x, y), 0.0F));
      if (!(excess > hot && excess > noise) && (dark.mask(x, y) & kBad) == 0) continue;
      map.mask(x, y) |= kBad;
      ++map.hot;
    }
}

void fill_bad_columns(const instrument::Detector& detector, double share, DefectMap& map) {
  for (const auto& amplifier : detector.amplifiers) {
    const Box& box = amplifier.detector_box;
    for (int x = box.x0; x < box.x_end(); ++x) {
      int flagged = 0;
      for (int y = box.y0; y < box.y_end(); ++y) flagged += (map.mask(x, y) & kBad) != 0 ? 1 : 0;
      if (flagged <= share * box.height) continue;
      for (int y = box.y0; y < box.y_end(); ++y) map.mask(x, y) |= kBad;
      ++map.columns;
    }
  }
}

}  // namespace

DefectMap find_defects(const Masters& masters, const instrument::Detector& detector,
                       const MasterConfig& config, const Execution& execution) {
  check_fields(config);
  DefectMap map;
  map.mask = image::Image<MaskBits>(detector.width, detector.height);
  if (masters.flat) flag_by_flat(*masters.flat, config, execution, map);
  if (masters.dark) flag_by_dark(*masters.dark, config, execution, map);
  fill_bad_columns(detector, config.column_share, map);
  return map;
}

}  // namespace skywright::detrend
