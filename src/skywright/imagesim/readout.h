/// From charge on a CCD to the numbers in its raw frame: gain, crosstalk, bias, read noise,
/// overscan.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/image/image.h"
#include "skywright/instrument/instrument.h"

namespace skywright::imagesim {

struct ReadoutConfig {
  double bias_level = 1000.0;     ///< [ADU]
  double bias_drift = 1.0;        ///< of an amplifier's level between exposures, rms [ADU]
  double row_drift = 0.1;         ///< step of the level's random walk from row to row [ADU]
  double column_structure = 1.0;  ///< rms of the fixed pattern by column [ADU]
};

/// One image of a raw file, as it will be written.
struct RawImage {
  std::string extension;  ///< EXTNAME; empty for a camera that writes one image
  image::Image<std::int32_t> pixels;
  std::vector<std::size_t> amplifiers;  ///< those of the detector that read into it
};

/// Which frame is read: its noise belongs to it.
struct FrameId {
  std::uint64_t seed = 0;
  std::uint64_t instrument_seed = 0;
  std::int64_t visit = 0;
};

/// Read out `electrons` (the imaging area) through all amplifiers.
/// Numbers are clipped to what the converter can give: 16 bits, or 18 where an amplifier saturates
/// beyond them.
std::vector<RawImage> read_out(image::ImageView<const float> electrons,
                               const instrument::Detector& detector, const ReadoutConfig& config,
                               const FrameId& frame, const Execution& execution);

}  // namespace skywright::imagesim
