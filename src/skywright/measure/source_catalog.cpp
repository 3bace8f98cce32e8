#include "skywright/measure/source_catalog.h"

#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace skywright::measure {
namespace {

struct FlagColumn {
  std::string_view name;
  std::string_view description;
};

constexpr std::array<FlagColumn, kSourceFlags> kFlags = {{
    {"pixelFlags_edge", "the footprint touches an edge"},
    {"pixelFlags_saturated", "a saturated pixel in the footprint"},
    {"pixelFlags_saturatedCenter", "a saturated pixel within 1 pixel of the centre"},
    {"pixelFlags_cr", "a cosmic-ray pixel in the footprint"},
    {"pixelFlags_crCenter", "a cosmic-ray pixel within 1 pixel of the centre"},
    {"pixelFlags_interpolated", "an interpolated pixel in the footprint"},
    {"pixelFlags_interpolatedCenter", "an interpolated pixel within 1 pixel of the centre"},
    {"pixelFlags_bad", "a bad pixel in the footprint"},
    {"pixelFlags_suspect", "a suspect pixel in the footprint"},
    {"pixelFlags_nodata", "a pixel without data in the footprint"},
    {"deblend_blended", "shares its parent footprint with others"},
    {"deblend_failed", "more peaks than could be kept apart"},
    {"centroid_flag", "no centroid: the place is that of the peak"},
    {"psfFlux_flag", "no PSF flux"},
    {"kronFlux_flag", "no Kron flux, or its aperture is incomplete"},
    {"shape_flag", "no adaptive moments"},
    {"apFlux_flag", "an aperture leaves the image or meets unusable pixels or a neighbour"},
    {"calib_psfCandidate", "was considered for the PSF model"},
    {"calib_psfUsed", "entered the PSF model"},
    {"gaussianFlux_flag", "no Gaussian flux, or half of its weight lies on unusable pixels"},
}};

// ap05Flux for a radius of 5 pixels, ap4p5Flux for 4.5.
std::string aperture_name(double radius) {
  const double whole = std::round(radius);
  if (std::abs(radius - whole) < 1e-9) {
    const std::string digits = std::to_string(static_cast<int>(whole));
    return "ap" + (digits.size() < 2 ? "0" + digits : digits) + "Flux";
  }
  const int tenths = static_cast<int>(std::round(radius * 10.0));
  return "ap" + std::to_string(tenths / 10) + "p" + std::to_string(tenths % 10) + "Flux";
}

}  // namespace

table::Table to_table(const SourceCatalog& c) {
  table::Table t;
  t.add("sourceId", "", "number within the image, brightest peak first", c.id);
  t.add("parentSourceId", "", "the brightest source of a shared footprint, 0 if alone", c.parent);
  t.add("x", "pixel", "centroid, zero-based: (0, 0) is the centre of the first pixel", c.x);
  t.add("y", "pixel", "centroid, zero-based", c.y);
  t.add("xErr", "pixel", "standard error of x", c.x_err);
  t.add("yErr", "pixel", "standard error of y", c.y_err);
  t.add("peak", "", "highest pixel above the background [image unit]", c.peak);
  t.add("snr", "", "psfFlux / psfFluxErr", c.snr);
  t.add("psfFlux", "", "flux of the best-fitting PSF [image unit]", c.psf_flux);
  t.add("psfFluxErr", "", "standard error of psfFlux", c.psf_flux_err);
  t.add("psfChi2", "", "chi square of the PSF fit", c.psf_chi2);
  t.add("psfNdata", "", "pixels in the PSF fit", c.psf_ndata);
  for (std::size_t k = 0; k < c.aperture_radii.size(); ++k) {
    const std::string name = aperture_name(c.aperture_radii[k]);
    t.add(name, "", "flux within a circle [image unit]", c.ap_flux[k]);
    t.add(name + "Err", "", "standard error of " + name, c.ap_flux_err[k]);
  }
  t.add("gaussianFlux", "",
        "flux through a Gaussian of the PSF's moments, or its own if larger, corrected as for a "
        "point "
        "[image unit]",
        c.gaussian_flux);
  t.add("gaussianFluxErr", "", "standard error of gaussianFlux", c.gaussian_flux_err);
  t.add("kronFlux", "", "flux within the Kron ellipse, corrected as for a point [image unit]",
        c.kron_flux);
  t.add("kronFluxErr", "", "standard error of kronFlux", c.kron_flux_err);
  t.add("kronRad", "pixel", "Kron radius along the major axis", c.kron_radius);
  t.add("ixx", "pixel2", "adaptive second moment", c.ixx);
  t.add("iyy", "pixel2", "adaptive second moment", c.iyy);
  t.add("ixy", "pixel2", "adaptive second moment", c.ixy);
  t.add("ixxPSF", "pixel2", "adaptive second moment of the PSF there", c.ixx_psf);
  t.add("iyyPSF", "pixel2", "adaptive second moment of the PSF there", c.iyy_psf);
  t.add("ixyPSF", "pixel2", "adaptive second moment of the PSF there", c.ixy_psf);
  t.add("semiMajor", "pixel", "isophotal rms along the major axis", c.semi_major);
  t.add("semiMinor", "pixel", "isophotal rms along the minor axis", c.semi_minor);
  t.add("theta", "rad", "position angle of the major axis from x towards y", c.theta);
  t.add("extendedness", "", "0 like the PSF, 1 larger", c.extendedness);
  t.add("sky", "", "background under the source [image unit]", c.sky);
  t.add("area", "pixel2", "pixels of the footprint that are mostly its own", c.area);
  for (std::size_t k = 0; k < kFlags.size(); ++k) {
    std::vector<std::uint8_t> values;
    values.reserve(c.size());
    for (const std::uint32_t f : c.flags) values.push_back((f >> k) & 1U);
    t.add_flags(kFlags[k].name, kFlags[k].description, std::move(values));
  }
  for (const OwnColumn& own : c.own) t.add(own.name, own.unit, own.description, own.values);
  for (const OwnFlag& own : c.own_flags) t.add_flags(own.name, own.description, own.values);
  return t;
}

}  // namespace skywright::measure
