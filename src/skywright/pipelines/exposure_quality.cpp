#include "skywright/pipelines/exposure_quality.h"

#include <array>
#include <string_view>

namespace skywright::pipelines {
namespace {

struct RealCard {
  double ExposureQuality::*value;
  std::string_view keyword;
  std::string_view comment;
};
constexpr std::array kReals = {
    RealCard{&ExposureQuality::sky, "SKYLEVEL", "[electron] subtracted, middle of the field"},
    RealCard{&ExposureQuality::sky_noise, "SKYNOISE", "[electron] of a pixel"},
    RealCard{&ExposureQuality::seeing_arcsec, "SEEING", "[arcsec] FWHM of the PSF"},
    RealCard{&ExposureQuality::psf_sigma, "PSFSIGMA", "[pixel] of a Gaussian of that FWHM"},
    RealCard{&ExposureQuality::zero_point, "MAGZERO", "[mag] AB of 1 image unit"},
    RealCard{&ExposureQuality::zero_point_error, "MAGZERR", "[mag] error of MAGZERO"},
    RealCard{&ExposureQuality::pixel_scale, "PIXSCALE", "[arcsec] side of a pixel"},
    RealCard{&ExposureQuality::astrometry_rms_mas, "ASTRRMS", "[mas] bright stars to reference"},
    RealCard{&ExposureQuality::depth, "MAGLIM", "[mag] AB, point source at 5 sigma"},
    RealCard{&ExposureQuality::score_scatter, "SCORESIG", "scatter of the score off sources"},
    RealCard{&ExposureQuality::kernel_sum, "KERNSUM", "science per template flux"},
};

struct WholeCard {
  int ExposureQuality::*value;
  std::string_view keyword;
  std::string_view comment;
};
constexpr std::array kWholes = {
    WholeCard{&ExposureQuality::sources, "NSOURCE", "sources measured"},
    WholeCard{&ExposureQuality::psf_stars, "NPSFSTAR", "stars in the PSF model"},
    WholeCard{&ExposureQuality::matched, "NMATCH", "stars matched with the reference"},
    WholeCard{&ExposureQuality::cosmic_ray_pixels, "NCRPIX", "pixels hit by cosmic rays"},
    WholeCard{&ExposureQuality::saturated_pixels, "NSATPIX", "saturated pixels"},
    WholeCard{&ExposureQuality::kernel_stamps, "NKERNEL", "stamps in the matching kernel"},
    WholeCard{&ExposureQuality::dia_sources, "NDIASRC", "difference sources"},
};

}  // namespace

void set_quality(header::Header& header, const ExposureQuality& quality) {
  for (const RealCard& card : kReals) header.set(card.keyword, quality.*card.value, card.comment);
  for (const WholeCard& card : kWholes) header.set(card.keyword, quality.*card.value, card.comment);
}

ExposureQuality quality_from(const header::Header& header) {
  ExposureQuality quality;
  for (const RealCard& card : kReals)
    quality.*card.value = header.number(card.keyword).value_or(0.0);
  for (const WholeCard& card : kWholes)
    quality.*card.value = static_cast<int>(header.whole(card.keyword).value_or(0));
  return quality;
}

}  // namespace skywright::pipelines
