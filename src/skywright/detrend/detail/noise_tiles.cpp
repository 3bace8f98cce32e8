#include "skywright/detrend/detail/noise_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace skywright::detrend::detail {
namespace {

float middle(std::vector<float>& values) {
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), half, values.end());
  return *half;
}

}  // namespace

NoiseTiles measure_noise_tiles(const image::MaskedImageView& image, image::MaskBits bad,
                               const Execution& execution) {
  constexpr int kSide = NoiseTiles::kSide;
  NoiseTiles tiles;
  tiles.columns = (image.width() + kSide - 1) / kSide;
  const int rows = (image.height() + kSide - 1) / kSide;
  const auto count = static_cast<std::size_t>(tiles.columns) * static_cast<std::size_t>(rows);
  tiles.sky.assign(count, 0.0F);
  tiles.sigma.assign(count, std::numeric_limits<float>::infinity());
  execution.for_each(static_cast<std::size_t>(rows), [&](std::size_t tile_row) {
    std::vector<float> values;
    std::vector<float> variances;
    const int y0 = static_cast<int>(tile_row) * kSide;
    for (int column = 0; column < tiles.columns; ++column) {
      values.clear();
      variances.clear();
      const int x_end = std::min(image.width(), (column + 1) * kSide);
      for (int y = y0; y < std::min(image.height(), y0 + kSide); y += 4)
        for (int x = column * kSide + (y / 4) % 4; x < x_end; x += 4)
          if ((image.mask(x, y) & bad) == 0 && std::isfinite(image.variance(x, y))) {
            values.push_back(image.pixels(x, y));
            variances.push_back(image.variance(x, y));
          }
      if (values.empty()) continue;
      const std::size_t i =
          tile_row * static_cast<std::size_t>(tiles.columns) + static_cast<std::size_t>(column);
      tiles.sky[i] = middle(values);
      tiles.sigma[i] = std::sqrt(std::max(middle(variances), 1e-12F));
    }
  });
  return tiles;
}

}  // namespace skywright::detrend::detail
