#include "skywright/detrend/photon_transfer.h"

#include <cmath>
#include <limits>

#include "skywright/math/statistics.h"

namespace skywright::detrend {

std::vector<GainCheck> check_gain(const RawExposure& first, const RawExposure& second,
                                  const instrument::Detector& detector, const Masters& masters,
                                  const OverscanConfig& overscan, const Execution& execution) {
  DetrendConfig steps;
  steps.overscan = overscan;
  steps.cosmic_rays.enabled = false;
  steps.interpolate_defects = false;
  Masters used;
  used.bias = masters.bias;
  const DetrendResult a = detrend(first, detector, used, steps, execution);
  const DetrendResult b = detrend(second, detector, used, steps, execution);
  std::vector<GainCheck> checks;
  for (std::size_t i = 0; i < detector.amplifiers.size(); ++i) {
    const auto& amplifier = detector.amplifiers[i];
    const image::Box box = amplifier.detector_box;
    std::vector<float> va;
    std::vector<float> vb;
    for (int y = box.y0; y < box.y_end(); ++y)
      for (int x = box.x0; x < box.x_end(); ++x)
        if (((a.image.mask(x, y) | b.image.mask(x, y)) & image::kUnusable) == 0) {
          va.push_back(a.image.pixels(x, y));
          vb.push_back(b.image.pixels(x, y));
        }
    GainCheck check{amplifier.name,
                    0.0,
                    std::numeric_limits<double>::quiet_NaN(),
                    0.0,
                    amplifier.gain,
                    a.amplifiers[i].read_noise};
    if (va.size() > 100) {
      const double mean_a = math::clipped_statistics(std::span<const float>(va), 5.0).mean;
      const double mean_b = math::clipped_statistics(std::span<const float>(vb), 5.0).mean;
      const double ratio = mean_a / mean_b;
      std::vector<float> difference(va.size());
      for (std::size_t k = 0; k < va.size(); ++k)
        difference[k] = va[k] - static_cast<float>(ratio) * vb[k];
      const auto d = math::clipped_statistics(std::span<const float>(difference), 5.0);
      // var(a - r b) = mean_a + r^2 mean_b + (1 + r^2) read noise^2 in true electrons.
      const double rn2 = check.read_noise * check.read_noise;
      const double shot = d.sigma * d.sigma - (1.0 + ratio * ratio) * rn2;
      const double light = mean_a + ratio * ratio * mean_b;
      check.level = 0.5 * (mean_a + mean_b);
      if (shot > 0.0 && light > 0.0) {
        check.gain = amplifier.gain * light / shot;
        check.gain_err =
            check.gain * std::sqrt(2.0 / static_cast<double>(d.count)) * d.sigma * d.sigma / shot;
      }
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace skywright::detrend
