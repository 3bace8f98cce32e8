#include "skywright/pipelines/exposure_file.h"

#include <cmath>

#include "skywright/io/wcs_cards.h"
#include "skywright/pipelines/psf_hdu.h"

namespace skywright::pipelines {

Exposure read_exposure(const std::filesystem::path& path) {
  io::MaskedExposure read = io::read_masked_image(path);
  Exposure exposure;
  exposure.wcs = io::wcs_from_header(read.header);
  exposure.zero_point = read.header.number("MAGZERO");
  exposure.psf = read_psf_if_any(path);
  exposure.noise = read_noise_correlation_if_any(path).value_or(image::NoiseCorrelation{});
  exposure.header = std::move(read.header);
  exposure.image = std::move(read.image);
  return exposure;
}

void write_exposure(const std::filesystem::path& path, const Exposure& exposure,
                    ExposureStorage storage) {
  header::Header header = exposure.header;
  if (exposure.wcs) io::set_wcs(header, *exposure.wcs);
  if (exposure.zero_point) header.set("MAGZERO", *exposure.zero_point, "[mag] AB of 1 image unit");
  const auto pixels = storage == ExposureStorage::lossless ? io::Compression::none
                                                           : io::Compression::rice_quantized;
  io::FitsWriter file(path);
  file.add_primary({});
  file.add_image(exposure.image.pixels.view(), header, "IMAGE", pixels);
  file.add_image(exposure.image.variance.view(), {}, "VARIANCE", pixels);
  file.add_mask(exposure.image.mask.view(), {}, "MASK", io::Compression::rice);
  if (exposure.psf) add_psf(file, *exposure.psf);
  add_noise_correlation(file, exposure.noise);
  file.finish();
}

double nanojanskys_per_unit(double zero_point) { return std::pow(10.0, 0.4 * (31.4 - zero_point)); }

}  // namespace skywright::pipelines
