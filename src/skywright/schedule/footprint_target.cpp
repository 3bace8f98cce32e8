#include "skywright/schedule/footprint_target.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>

namespace skywright::schedule {
namespace {

constexpr double kYear = 365.25;

std::size_t footprint_band(std::string_view name) {
  const auto found = std::find(kFootprintBands.begin(), kFootprintBands.end(), name);
  return found == kFootprintBands.end() ? 2
                                        : static_cast<std::size_t>(found - kFootprintBands.begin());
}

}  // namespace

FootprintTarget::FootprintTarget(const Footprint& footprint, const SkyPixels& pixels,
                                 const instrument::Instrument& instrument,
                                 const RollingConfig& rolling, double start_mjd,
                                 sphere::Angle sun_ra)
    : start_mjd_(start_mjd),
      rolling_(rolling, footprint, sun_ra),
      region_(footprint.region),
      coverage_(pixels.count) {
  for (std::size_t p = 0; p < pixels.count; ++p) {
    const double ahead =
        sphere::Angle::from_radians(static_cast<double>(pixels.ra[p]) - sun_ra.radians())
            .wrapped()
            .radians();
    sun_passes_.push_back(static_cast<float>(ahead / (2.0 * std::numbers::pi) * kYear));
  }
  for (const instrument::Band& band : instrument.bands) {
    weight_.push_back(footprint.weight[footprint_band(band.name)]);
    wanted_.emplace_back(pixels.count);
    for (std::size_t p = 0; p < pixels.count; ++p)
      wanted_.back()[p] = weight_.back()[p] > 0.0F ? 1 : 0;
  }
  share_ = weight_;
  update(start_mjd);
}

void FootprintTarget::update(double mjd) {
  rolling_.coverage(mjd - start_mjd_, coverage_);
  double sum = 0.0;
  for (std::size_t b = 0; b < weight_.size(); ++b) {
    for (std::size_t p = 0; p < coverage_.size(); ++p) {
      share_[b][p] = coverage_[p] * weight_[b][p];
      sum += static_cast<double>(share_[b][p]);
    }
  }
  if (sum <= 0.0) return;
  const auto scale = static_cast<float>(1.0 / sum);
  for (auto& map : share_)
    for (float& value : map) value *= scale;
}

std::int16_t FootprintTarget::season(std::size_t pixel, double mjd) const {
  const double days = mjd - start_mjd_ - static_cast<double>(sun_passes_[pixel]);
  return static_cast<std::int16_t>(std::floor(days / kYear));
}

}  // namespace skywright::schedule
