/// A CCD from photons to charge: response, dark current, defects, full wells.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "skywright/image/image.h"
#include "skywright/image/mask.h"
#include "skywright/instrument/instrument.h"

namespace skywright::imagesim {

/// Assumptions, of the size that scientific CCDs show.
struct SensorConfig {
  double pixel_response_rms = 0.005;  ///< of single pixels' sensitivities
  double amplifier_response_rms = 0.01;
  double hot_pixels_per_million = 20.0;
  double dead_pixels_per_million = 10.0;
  int bad_columns = 3;  ///< partial columns that collect nothing
};

enum class DefectKind : std::uint8_t { dead, hot, bad_column };
struct Defect {
  int x = 0, y = 0;
  DefectKind kind = DefectKind::dead;
  float dark_rate = 0.0F;  ///< of a hot pixel [electron/s]
};

/// What one detector always does, whatever the exposure: a function of the instrument's seed.
class Sensor {
 public:
  Sensor(const instrument::Instrument& instrument, const instrument::Detector& detector,
         const SensorConfig& config, std::uint64_t instrument_seed);

  /// Sensitivity of row y's pixels to light, vignetting included; 1 for a perfect one on axis.
  void response_row(int y, std::span<float> out) const;
  /// By row, then column.
  [[nodiscard]] const std::vector<Defect>& defects() const { return defects_; }

 private:
  void find_defects();

  const instrument::Detector& detector_;
  SensorConfig config_;
  std::uint64_t seed_;
  double field_radius_pixel_ = 1.0;
  double axis_x_ = 0.0, axis_y_ = 0.0;  ///< the optical axis in this detector's pixels
  std::vector<double> amplifier_;       ///< response of each amplifier
  std::vector<Defect> defects_;
};

/// Charge above the full well runs along its column, half each way, to the ends of the amplifier's
/// columns, where it is lost. Pixels that are full are marked in `mask`.
void bleed(image::ImageView<float> electrons, image::ImageView<image::MaskBits> mask,
           const instrument::Detector& detector);

}  // namespace skywright::imagesim
