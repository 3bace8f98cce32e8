/// Cutouts around difference sources: pixels, variance and mask of the difference, the science
/// image and the template, one square a source.
///
/// In memory and in files the squares of all sources stand one above the other (side columns, side
/// * n rows), so that a night's cutouts are nine plain images.
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <vector>

#include "skywright/alerts/cutout.h"
#include "skywright/alerts/packets.h"
#include "skywright/base/execution.h"
#include "skywright/image/masked_image.h"
#include "skywright/pipelines/process_exposure.h"

namespace skywright::pipelines {

enum class StampKind { difference, science, reference };
struct Stamps {
  int side = 0;
  int count = 0;
  std::array<image::MaskedImage, 3> columns;  ///< by StampKind
  /// Of difference and science, centred, one square under the other; empty where none was known.
  std::array<image::Image<float>, 2> psf = {};

  /// @pre 0 <= i < count
  [[nodiscard]] image::MaskedImageView stamp(StampKind kind, int i) const {
    return columns[static_cast<std::size_t>(kind)].view().part({0, i * side, side, side});
  }
  /// Empty for the template and where no PSF was known.
  [[nodiscard]] image::ImageView<const float> psf_stamp(StampKind kind, int i) const {
    const auto k = static_cast<std::size_t>(kind);
    if (k >= psf.size() || psf[k].size() == 0) return {};
    const int psf_side = psf[k].width();
    return psf[k].view().part({0, i * psf_side, psf_side, psf_side});
  }
};

/// Cut the squares around rounded (x, y); pixels off the image are 0 with NO_DATA.
Stamps cut_stamps(const ProcessedExposure& exposure, int side, const Execution& execution);

/// As one FITS file that `read_stamps` reads back.
void write_stamps(const std::filesystem::path& path, const Stamps& stamps);
/// @throws InputError for a file that holds no stamps
Stamps read_stamps(const std::filesystem::path& path);

/// The FITS bytes of each source's three cutouts: IMAGE, VARIANCE and MASK [nJy] with a WCS, and
/// the PSF at the source's place for the difference and the science image.
/// @param wcs   of the science image; x, y where the sources are on it
/// @param scale [nJy] per image unit
std::vector<alerts::Cutouts> alert_cutouts(const Stamps& stamps, const wcs::Wcs& wcs, double scale,
                                           std::span<const double> x, std::span<const double> y,
                                           const Execution& execution);

}  // namespace skywright::pipelines
