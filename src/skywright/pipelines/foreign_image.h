/// Any FITS image as an exposure: ours as it stands, a stranger's with noise and mask estimated.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "skywright/base/execution.h"
#include "skywright/pipelines/exposure_file.h"

namespace skywright::pipelines {

/// Files beside an image; each may name an HDU as "file.fits[NAME]".
struct ImageFiles {
  std::string image;
  std::string noise = {};  ///< rms of each pixel in the image's unit; empty for none
  std::string mask = {};   ///< whole numbers, 0 for good; empty for none
  std::string psf = {};    ///< a model of ours or a picture of a star; empty for none
};

struct OpenedImage {
  std::string name;            ///< for messages
  Exposure exposure;           ///< background level subtracted if it was a stranger's
  bool ours = false;           ///< had IMAGE, VARIANCE and MASK
  bool noise_stated = false;   ///< variance from a file, not from the image's scatter
  std::size_t not_finite = 0;  ///< pixels that are NaN or infinite, masked
  std::size_t bad_noise = 0;   ///< pixels whose stated noise is no positive number, masked
  std::size_t masked = 0;      ///< pixels that the mask file takes out
  double background = 0.0;     ///< mean level subtracted
};

/// A plain image gets: the sky level off (its mesh where it bends by more than twice the noise),
/// variance from the noise file, or else from the sky's scatter and, where the header has a gain
/// (GAIN, EGAIN, GAINA), the photons of the sources; and a mask of what is not finite.
/// One of ours keeps its variance and mask; its sky comes off unless a card SKYLEVEL says that it
/// has.
/// @throws InputError for sizes that differ or an image without a usable pixel
OpenedImage open_image(const ImageFiles& files, const Execution& execution);

enum class Origin { ours, stranger };

/// The same of an image in memory; a stranger's may have a variance of its own, and a mask, or
/// neither.
OpenedImage open_image(Exposure exposure, const std::string& name, Origin origin,
                       const Execution& execution);

/// Measure the correlation and scale of a stranger's noise; ours state theirs and stay as they are,
/// and so does a stated noise of which the sky shows nothing.
/// @param twin another exposure of the same sky on the same grid; an empty view for none
void measure_noise(OpenedImage& opened, const image::MaskedImageView& twin);

}  // namespace skywright::pipelines
