/// Sources of a difference image, of both signs, with what tells the real from the false.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/difference/reliability.h"
#include "skywright/image/image.h"
#include "skywright/image/masked_image.h"
#include "skywright/psf/psf_model.h"
#include "skywright/table/table.h"

namespace skywright::difference {

struct DiaSourceConfig {
  double threshold = 5.0;        ///< lowest |score| of a peak [sigma]
  bool drop_bad_centre = true;   ///< leave out sources whose centre is unusable, or whose 3 x 3
                                 ///< pixels hold a saturated one or a cosmic ray
  double aperture_radius = 5.0;  ///< of apFlux [pixel]
  double dipole_ratio = 0.35;    ///< weaker over stronger lobe from which a pair is a dipole
  ReliabilityConfig reliability;
};
void describe(Fields& fields, DiaSourceConfig& config);

/// Columns pixelFlags_* of DiaSource, from the mask around a source.
enum class DiaFlag : std::uint8_t {
  edge = 0,             ///< pixelFlags_edge: within the PSF's core of the image's edge or EDGE
  saturated,            ///< pixelFlags_saturated: in the 5 x 5 pixels
  saturated_center,     ///< pixelFlags_saturatedCenter: within 1 pixel
  cosmic_ray,           ///< pixelFlags_cr
  cosmic_ray_center,    ///< pixelFlags_crCenter
  interpolated,         ///< pixelFlags_interpolated
  interpolated_center,  ///< pixelFlags_interpolatedCenter
  bad,                  ///< pixelFlags_bad
  no_data,              ///< pixelFlags_nodata
  suspect,              ///< pixelFlags_suspect
  centroid_failed,      ///< centroid_flag: the peak's pixel stands in for the centroid
  psf_flux_failed,      ///< psfFlux_flag
  shape_failed,         ///< shape_flag
};
constexpr int kDiaFlags = 13;
std::string_view dia_flag_name(DiaFlag flag);

/// Structure of arrays, highest |score| first. Fluxes in the science image's unit, x y zero-based.
struct DiaSources {
  std::vector<double> x, y;
  std::vector<float> x_err, y_err;
  std::vector<float> psf_flux, psf_flux_err, psf_chi2;
  std::vector<std::int32_t> psf_ndata;
  std::vector<float> snr;    ///< |psf_flux| / psf_flux_err
  std::vector<float> score;  ///< at the peak, signed
  std::vector<float> ap_flux, ap_flux_err;
  std::vector<std::uint8_t> is_negative;
  std::vector<float> science_flux, science_flux_err;    ///< forced PSF flux in the science image
  std::vector<float> template_flux, template_flux_err;  ///< the same in the matched reference
  std::vector<std::uint8_t> is_dipole;
  std::vector<float> dipole_length;  ///< [pixel]; NaN where no dipole
  std::vector<float> trail_length;   ///< [pixel], from moments beyond the PSF's
  std::vector<float> trail_angle;    ///< from +x towards +y [deg]
  std::vector<float> ixx, iyy, ixy;  ///< [pixel^2], Gaussian-weighted, PSF not removed
  std::vector<float> extendedness;   ///< 0 point-like, 1 extended
  std::vector<float> reliability;    ///< in [0, 1], see reliability.h
  std::vector<std::uint32_t> flags;  ///< bits of DiaFlag

  [[nodiscard]] std::size_t size() const { return x.size(); }
  [[nodiscard]] bool has(std::size_t i, DiaFlag flag) const {
    return (flags[i] >> static_cast<int>(flag)) & 1U;
  }
};

/// What the measurement looks at; all of one size, borrowed.
struct DiaMeasurement {
  image::MaskedImageView difference;  ///< decorrelated
  image::ImageView<const float> score;
  const psf::PsfModel& psf;  ///< of the difference
  image::MaskedImageView science;
  const psf::PsfModel& science_psf;
  image::MaskedImageView reference;
  const psf::PsfModel& reference_psf;
  double reference_scale = 1.0;  ///< science flux per reference flux
  double psf_enclosed = 1.0;     ///< part of a point source's flux within `psf`'s stamp
};

/// Peaks of |score| above the threshold, each fitted with the PSF and judged. A peak that the wings
/// of a brighter one explain is none.
DiaSources measure_dia_sources(const DiaMeasurement& images, const DiaSourceConfig& config,
                               const Execution& execution);

/// Columns under the names of the DiaSource table, flags as logical columns.
table::Table to_table(const DiaSources& sources);

}  // namespace skywright::difference
