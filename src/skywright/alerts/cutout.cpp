#include "skywright/alerts/cutout.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "skywright/base/error.h"
#include "skywright/io/fits.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::alerts {

std::vector<std::uint8_t> cutout_fits(const CutoutSource& source, image::PixelPosition centre,
                                      int side, image::ImageView<const float> psf) {
  if (side < 31 || side % 2 == 0 || side > 1001)
    throw ConfigError("cutout side=" + std::to_string(side), "must be odd and in [31, 1001]",
                      "41 is usual");
  constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();
  image::MaskedImage cut(side, side);
  const int x0 = static_cast<int>(std::lround(centre.x)) - side / 2;
  const int y0 = static_cast<int>(std::lround(centre.y)) - side / 2;
  const auto scale = static_cast<float>(source.scale);
  for (int y = 0; y < side; ++y) {
    const int from_y = y0 + y;
    const bool row_inside = from_y >= 0 && from_y < source.image.height();
    for (int x = 0; x < side; ++x) {
      const int from_x = x0 + x;
      if (row_inside && from_x >= 0 && from_x < source.image.width()) {
        cut.pixels(x, y) = scale * source.image.pixels(from_x, from_y);
        cut.variance(x, y) = scale * scale * source.image.variance(from_x, from_y);
        cut.mask(x, y) = source.image.mask(from_x, from_y);
      } else {
        cut.pixels(x, y) = kNothing;
        cut.variance(x, y) = kNothing;
        cut.mask(x, y) = image::bit(image::MaskPlane::no_data);
      }
    }
  }
  header::Header header = source.header;
  header.set("BUNIT", "nJy");
  if (source.wcs != nullptr) io::set_wcs(header, source.wcs->shifted(x0, y0));
  return io::FitsWriter::bytes_of_masked_image(cut, header, psf);
}

}  // namespace skywright::alerts
