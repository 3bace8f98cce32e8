/// What was measured of each source of an image: structure of arrays, brightest peak first.
///
/// Fluxes are in the image's unit, positions zero-based pixels, moments pixel^2. A measurement that
/// failed is NaN with its flag set. Names in files are those of the Source table
/// (docs/glossary.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "skywright/table/table.h"

namespace skywright::measure {

/// Flags of one source; each is a column `pixelFlags_...` or `..._flag` in files.
enum class SourceFlag : std::uint8_t {
  edge = 0,             ///< pixelFlags_edge: the footprint touches the image's edge or EDGE pixels
  saturated,            ///< pixelFlags_saturated: a saturated pixel in the footprint
  saturated_center,     ///< pixelFlags_saturatedCenter: within 1 pixel of the centre
  cosmic_ray,           ///< pixelFlags_cr
  cosmic_ray_center,    ///< pixelFlags_crCenter
  interpolated,         ///< pixelFlags_interpolated
  interpolated_center,  ///< pixelFlags_interpolatedCenter
  bad,                  ///< pixelFlags_bad
  suspect,              ///< pixelFlags_suspect
  no_data,              ///< pixelFlags_nodata
  blended,              ///< deblend_blended: shares its parent footprint with others
  deblend_failed,       ///< deblend_failed
  centroid_failed,      ///< centroid_flag
  psf_flux_failed,      ///< psfFlux_flag
  kron_failed,          ///< kronFlux_flag
  shape_failed,         ///< shape_flag
  aperture_incomplete,  ///< apFlux_flag: one leaves the image or meets bad pixels or others' light
  psf_candidate,        ///< calib_psfCandidate
  psf_used,             ///< calib_psfUsed: entered the PSF model
  gaussian_failed,      ///< gaussianFlux_flag
};
constexpr int kSourceFlags = 20;

/// A column that a kernel of the user's measured (source_kernel.h).
struct OwnColumn {
  std::string name;
  std::string unit;  ///< empty for none
  std::string description;
  bool is_flux = false;        ///< in the image's unit, and in nJy where fluxes are
  std::vector<double> values;  ///< NaN where it could not be measured
};
struct OwnFlag {
  std::string name;
  std::string description;
  std::vector<std::uint8_t> values;
};

struct SourceCatalog {
  std::vector<std::int64_t> id;  ///< 1-based counter within the image, or packed by the caller
  std::vector<std::int64_t>
      parent;                ///< id of the parent footprint's brightest child, 0 if isolated
  std::vector<double> x, y;  ///< centroid [pixel]
  std::vector<float> x_err, y_err;
  std::vector<float> peak;  ///< highest pixel above the background
  std::vector<float> snr;   ///< psf_flux / psf_flux_err
  std::vector<float> psf_flux, psf_flux_err, psf_chi2;
  std::vector<std::int32_t> psf_ndata;
  std::vector<double> aperture_radii;                    ///< [pixel], one an entry of ap_flux
  std::vector<std::vector<float>> ap_flux, ap_flux_err;  ///< [radius][source]
  std::vector<float> gaussian_flux, gaussian_flux_err;
  std::vector<float> kron_flux, kron_flux_err, kron_radius;
  std::vector<float> ixx, iyy, ixy;                  ///< of the source
  std::vector<float> ixx_psf, iyy_psf, ixy_psf;      ///< of the PSF at its place
  std::vector<float> semi_major, semi_minor, theta;  ///< isophotal ellipse [pixel, pixel, radian]
  std::vector<float> extendedness;                   ///< 0 point-like, 1 extended
  std::vector<float> sky;                            ///< background under it
  std::vector<std::int32_t> area;                    ///< pixels of the footprint
  std::vector<std::uint32_t> flags;                  ///< bits of SourceFlag
  std::vector<OwnColumn> own;      ///< in the order of the kernels that were asked
  std::vector<OwnFlag> own_flags;  ///< one a kernel

  [[nodiscard]] std::size_t size() const { return x.size(); }
  [[nodiscard]] bool has(std::size_t i, SourceFlag flag) const {
    return (flags[i] >> static_cast<int>(flag)) & 1U;
  }
};

/// Columns under the names of the Source table, flags as logical columns.
table::Table to_table(const SourceCatalog& catalog);

}  // namespace skywright::measure
