/// What the quality report says of one exposure; carried as cards of its clean image.
#pragma once

#include "skywright/header/header.h"

namespace skywright::pipelines {

struct ExposureQuality {
  double sky = 0.0;        ///< [electron/pixel]
  double sky_noise = 0.0;  ///< [electron/pixel]
  double seeing_arcsec = 0.0;
  double psf_sigma = 0.0;   ///< [pixel]
  double zero_point = 0.0;  ///< AB magnitude of 1 electron
  double zero_point_error = 0.0;
  double pixel_scale = 0.0;         ///< [arcsec]
  double astrometry_rms_mas = 0.0;  ///< of bright stars against the reference
  double depth = 0.0;               ///< AB magnitude of a point source at 5 sigma
  int sources = 0;
  int psf_stars = 0;
  int matched = 0;
  int cosmic_ray_pixels = 0;
  int saturated_pixels = 0;
  double score_scatter = 0.0;  ///< of the difference off sources; 1 if the noise is known, 0: none
  double kernel_sum = 0.0;
  int kernel_stamps = 0;
  int dia_sources = 0;
};

/// As cards of an exposure's header.
void set_quality(header::Header& header, const ExposureQuality& quality);
/// Cards that are missing leave their value 0.
ExposureQuality quality_from(const header::Header& header);

}  // namespace skywright::pipelines
