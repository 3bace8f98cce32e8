/// Small FITS files of the pixels around a detection, as alerts carry them.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/header/header.h"
#include "skywright/image/box.h"
#include "skywright/image/masked_image.h"
#include "skywright/wcs/wcs.h"

namespace skywright::alerts {

/// The image that cutouts are taken from.
struct CutoutSource {
  image::MaskedImageView image;
  const wcs::Wcs* wcs = nullptr;  ///< of the whole image; nullptr for none
  header::Header header = {};     ///< cards for each cutout (band, visit, zero point ...)
  double scale = 1.0;             ///< pixels are multiplied by this: [nJy] per image unit
};

/// A FITS file with HDUs IMAGE [nJy], VARIANCE [nJy^2], MASK and, where given, PSF. The middle
/// pixel is the one that holds `centre`; pixels beyond the image are NaN under NO_DATA. The WCS is
/// that of the image, moved to the cutout's pixels.
/// @param side odd, >= 31 (the LSST's packets hold at least 30 x 30 pixels)
/// @param psf  the PSF there, unit sum; empty for none
/// @throws ConfigError for a side out of range
std::vector<std::uint8_t> cutout_fits(const CutoutSource& source, image::PixelPosition centre,
                                      int side, image::ImageView<const float> psf = {});

}  // namespace skywright::alerts
