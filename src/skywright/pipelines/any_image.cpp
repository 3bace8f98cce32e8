#include "skywright/pipelines/any_image.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "skywright/io/fits.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::pipelines {
namespace {

/// Nothing is measured beyond it in any unit: 1e30 and its like mark what is missing (SExtractor's
/// BIG), and their squares overflow.
constexpr float kLargestPixel = 1e19F;

bool is_exposure(const std::vector<io::HduSummary>& hdus) {
  const auto has = [&](const char* name) {
    return std::any_of(hdus.begin(), hdus.end(),
                       [&](const io::HduSummary& h) { return h.name == name; });
  };
  return has("IMAGE") && has("VARIANCE") && has("MASK");
}

}  // namespace

image::MaskedImageView AnyImage::view() const {
  image::MaskedImageView v = exposure.image.view();
  if (is_plain) v.variance = {};
  return v;
}

void mask_missing(image::Image<float>& pixels, image::Image<image::MaskBits>& mask) {
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    float& pixel = pixels.pixels()[i];
    if (std::abs(pixel) < kLargestPixel) continue;
    pixel = std::numeric_limits<float>::quiet_NaN();
    mask.pixels()[i] |= image::bit(image::MaskPlane::not_finite);
  }
}

AnyImage read_any_image(const std::string& path_text) {
  const io::HduPath at = io::parse_hdu_path(path_text);
  AnyImage any;
  if (!at.hdu.index && !at.hdu.name && is_exposure(io::list_hdus(at.path))) {
    any.exposure = read_exposure(at.path);
    return any;
  }
  io::FitsImage read = io::read_image(at.path, at.hdu);
  any.is_plain = true;
  any.exposure.wcs = io::wcs_from_header(read.header);
  any.exposure.zero_point = read.header.number("MAGZERO");
  any.exposure.image.mask =
      image::Image<image::MaskBits>(read.pixels.width(), read.pixels.height());
  mask_missing(read.pixels, any.exposure.image.mask);
  any.exposure.image.pixels = std::move(read.pixels);
  any.exposure.header = std::move(read.header);
  return any;
}

std::string band_of(const header::Header& header) {
  for (const char* keyword : {"BAND", "FILTER"})
    if (const auto text = header.text(keyword)) return text->substr(0, text->find_first_of("_ "));
  return {};
}

}  // namespace skywright::pipelines
