#include "skywright/detrend/raw_exposure.h"

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::detrend {

void check_geometry(const RawExposure& raw, const instrument::Detector& detector) {
  if (raw.amplifiers.size() != detector.amplifiers.size())
    throw InputError(fmt::format("raw frame of detector {}", detector.name),
                     fmt::format("{} amplifiers where the instrument has {}", raw.amplifiers.size(),
                                 detector.amplifiers.size()),
                     "name the instrument that the frame comes from");
  for (std::size_t i = 0; i < raw.amplifiers.size(); ++i) {
    const auto& amplifier = detector.amplifiers[i];
    const auto& pixels = raw.amplifiers[i];
    if (pixels.width() != amplifier.raw.width || pixels.height() != amplifier.raw.height)
      throw InputError(
          fmt::format("amplifier {} of detector {}", amplifier.name, detector.name),
          fmt::format("{}x{} raw pixels where the instrument has {}x{}", pixels.width(),
                      pixels.height(), amplifier.raw.width, amplifier.raw.height),
          "name the instrument that the frame comes from");
  }
}

}  // namespace skywright::detrend
