/// A calibrated exposure and its file: IMAGE, VARIANCE, MASK, and PSF and NOISECOR where known.
///
/// What `detrend`, `solve`, `stack` and `night` write and every command reads. The IMAGE header
/// carries WCS and zero point: MAGZERO (AB magnitude of 1 image unit) and MAGZERR.
#pragma once

#include <filesystem>
#include <optional>

#include "skywright/header/header.h"
#include "skywright/image/masked_image.h"
#include "skywright/image/noise_correlation.h"
#include "skywright/io/fits.h"
#include "skywright/psf/psf_model.h"
#include "skywright/wcs/wcs.h"

namespace skywright::pipelines {

struct Exposure {
  header::Header header;  ///< without WCS cards
  image::MaskedImage image;
  std::optional<wcs::Wcs> wcs;
  std::optional<psf::PsfModel> psf;
  std::optional<double> zero_point;  ///< AB magnitude of 1 image unit
  image::NoiseCorrelation noise;
};

/// How pixels are stored: lossless, or with noise / 16 quantization.
enum class ExposureStorage { lossless, quantized };

/// @throws InputError where IMAGE, VARIANCE and MASK are not all there
Exposure read_exposure(const std::filesystem::path& path);
void write_exposure(const std::filesystem::path& path, const Exposure& exposure,
                    ExposureStorage storage = ExposureStorage::lossless);

/// [nJy per image unit] of an AB zero point: 10^((31.4 - m) / 2.5).
double nanojanskys_per_unit(double zero_point);

}  // namespace skywright::pipelines
