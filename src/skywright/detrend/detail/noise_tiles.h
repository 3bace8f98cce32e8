/// Sky level and lowest noise over tiles of an image, for thresholds that never miss.
#pragma once

#include <vector>

#include "skywright/base/execution.h"
#include "skywright/image/masked_image.h"

namespace skywright::detrend::detail {

struct NoiseTiles {
  static constexpr int kSide = 64;
  int columns = 0;
  std::vector<float> sky;    ///< median pixel of each tile
  std::vector<float> sigma;  ///< square root of the median variance of each tile

  [[nodiscard]] std::size_t at(int x, int y) const {
    return static_cast<std::size_t>(y / kSide) * static_cast<std::size_t>(columns) +
           static_cast<std::size_t>(x / kSide);
  }
};

/// Medians of one pixel in sixteen, those with any of the bits `bad` left out. A tile without good
/// pixels takes sky 0 and sigma infinity.
NoiseTiles measure_noise_tiles(const image::MaskedImageView& image, image::MaskBits bad,
                               const Execution& execution);

}  // namespace skywright::detrend::detail
