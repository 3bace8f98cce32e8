#include <array>
#include <string_view>

#include "skywright/difference/dia_sources.h"

namespace skywright::difference {
namespace {

/// What each flag means, in the order of `DiaFlag`.
constexpr std::array<std::string_view, kDiaFlags> kFlagWords = {
    "touches an edge of the image",
    "a saturated pixel in the footprint",
    "a saturated pixel within 1 pixel of the centre",
    "a cosmic-ray pixel in the footprint",
    "a cosmic-ray pixel within 1 pixel of the centre",
    "an interpolated pixel in the footprint",
    "an interpolated pixel within 1 pixel of the centre",
    "a bad pixel in the footprint",
    "a pixel without data in the footprint",
    "a suspect pixel in the footprint",
    "the centroid could not be fitted; x and y are those of the peak's pixel",
    "the PSF flux could not be measured",
    "the moments could not be measured"};

}  // namespace

table::Table to_table(const DiaSources& s) {
  table::Table t;
  t.add("x", "pixel", "centroid along rows, 0 at the first pixel's centre", s.x);
  t.add("y", "pixel", "centroid along columns", s.y);
  t.add("xErr", "pixel", "error of x", s.x_err);
  t.add("yErr", "pixel", "error of y", s.y_err);
  t.add("psfFlux", "", "flux of the fitted PSF in the difference, in the science image's unit",
        s.psf_flux);
  t.add("psfFluxErr", "", "error of psfFlux", s.psf_flux_err);
  t.add("psfChi2", "", "chi2 of the PSF fit", s.psf_chi2);
  t.add("psfNdata", "", "pixels of the PSF fit", s.psf_ndata);
  t.add("snr", "", "|psfFlux| / psfFluxErr", s.snr);
  t.add("score", "", "matched-filter signal-to-noise ratio at the peak, signed", s.score);
  t.add("apFlux", "", "flux within a circle in the difference", s.ap_flux);
  t.add("apFluxErr", "", "error of apFlux", s.ap_flux_err);
  t.add_flags("isNegative", "fainter than the reference", s.is_negative);
  t.add("scienceFlux", "", "forced PSF flux in the science image", s.science_flux);
  t.add("scienceFluxErr", "", "error of scienceFlux", s.science_flux_err);
  t.add("templateFlux", "", "forced PSF flux in the reference, science unit", s.template_flux);
  t.add("templateFluxErr", "", "error of templateFlux", s.template_flux_err);
  t.add_flags("isDipole", "beside a source of the other sign", s.is_dipole);
  t.add("dipoleLength", "pixel", "distance of the two lobes; NaN for none", s.dipole_length);
  t.add("trailLength", "pixel", "length of a line with these moments; 0 for a point",
        s.trail_length);
  t.add("trailAngle", "deg", "of the longer axis, from +x towards +y", s.trail_angle);
  t.add("ixx", "pixel2", "second moment along rows", s.ixx);
  t.add("iyy", "pixel2", "second moment along columns", s.iyy);
  t.add("ixy", "pixel2", "mixed second moment", s.ixy);
  t.add("extendedness", "", "0 point-like, 1 extended", s.extendedness);
  t.add("reliability", "", "likeness to a clean point source, 0 to 1", s.reliability);
  for (int f = 0; f < kDiaFlags; ++f) {
    std::vector<std::uint8_t> values;
    for (std::size_t i = 0; i < s.size(); ++i)
      values.push_back(s.has(i, static_cast<DiaFlag>(f)) ? 1 : 0);
    t.add_flags(dia_flag_name(static_cast<DiaFlag>(f)), kFlagWords[static_cast<std::size_t>(f)],
                std::move(values));
  }
  return t;
}

}  // namespace skywright::difference
