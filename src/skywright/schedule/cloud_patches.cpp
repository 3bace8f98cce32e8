#include "skywright/schedule/cloud_patches.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "skywright/base/random_stream.h"

namespace skywright::schedule {
namespace {

constexpr double kLowest = 0.173648;  ///< sine of 10 degrees: the layer is flat, the Earth is not
constexpr double kMinutesADay = 1440.0;

}  // namespace

void describe(Fields& f, CloudPatchConfig& c) {
  f.number("size", c.size, "size of patches, in heights of the layer; 0: clouds have no places",
           {.low = 0.0, .high = 100.0});
  f.number("drift_per_minute", c.drift_per_minute, "drift in a minute, in heights of the layer",
           {.low = 0.0});
  f.number("extinction", c.extinction, "light that a visit behind a patch loses [mag]",
           {.low = 0.0});
}

CloudPatches::CloudPatches(const CloudPatchConfig& config, std::uint64_t seed, std::int64_t night)
    : size_(config.size), drift_(config.drift_per_minute * kMinutesADay) {
  if (size_ <= 0.0) return;
  auto random = RandomStream::for_unit(seed, {night}, "cloud patches");
  const double wind = 2.0 * std::numbers::pi * random.uniform();
  towards_north_ = std::cos(wind);
  towards_east_ = std::sin(wind);
  // Normal wave numbers of width 1 / size give a covariance of exp(-(d / size)^2 / 2).
  for (Wave& wave : waves_) {
    wave.north = random.normal() / size_;
    wave.east = random.normal() / size_;
    wave.phase = 2.0 * std::numbers::pi * random.uniform();
  }
}

bool CloudPatches::covered(double mjd, double cloud, const sphere::UnitVector& horizon) const {
  if (!matter(cloud)) return cloud >= 1.0;
  const double up = std::max(horizon.z, kLowest);
  const double moved = drift_ * (mjd - std::floor(mjd));
  const double north = horizon.x / up - moved * towards_north_;
  const double east = horizon.y / up - moved * towards_east_;
  double sum = 0.0;
  for (const Wave& w : waves_) sum += std::cos(w.north * north + w.east * east + w.phase);
  // Of many such sums the share `cloud` lies above the threshold, as of a normal value.
  const double z = sum * std::sqrt(2.0 / static_cast<double>(waves_.size()));
  return 0.5 * std::erfc(z / std::numbers::sqrt2) < cloud;
}

}  // namespace skywright::schedule
