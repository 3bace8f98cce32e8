/// Images that anyone made: an exposure of ours, or a plain FITS image without variance or mask.
#pragma once

#include <string>

#include "skywright/pipelines/exposure_file.h"

namespace skywright::pipelines {

struct AnyImage {
  Exposure exposure;      ///< variance is empty where the file has none
  bool is_plain = false;  ///< one image; pixels that are not finite, or beyond 1e19, are NaN
                          ///< and masked UNMASKEDNAN

  /// With an empty view in place of a variance that is not there.
  [[nodiscard]] image::MaskedImageView view() const;
};

/// Pixels that are not finite, or beyond 1e19, become NaN and UNMASKEDNAN.
void mask_missing(image::Image<float>& pixels, image::Image<image::MaskBits>& mask);

/// @param path_text a path, or "file.fits[2]" or "file.fits[SCI]"
/// @throws InputError for what is no image, or a WCS that makes no sense
AnyImage read_any_image(const std::string& path_text);

/// The band that an image's header names in BAND or FILTER ("r_57" is "r"); empty where none.
std::string band_of(const header::Header& header);

}  // namespace skywright::pipelines
