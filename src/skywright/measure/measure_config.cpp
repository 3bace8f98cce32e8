#include "skywright/measure/measure_config.h"

#include <cmath>
#include <string>

#include "skywright/base/error.h"

namespace skywright::measure {

void describe(Fields& fields, DetectConfig& config) {
  fields.number("threshold", config.threshold, "lowest peak kept [sigma]", {.above = 0});
  fields.number("extent", config.extent, "footprints reach down to this [sigma]", {.above = 0});
  fields.whole("min_area", config.min_area, "smallest footprint kept [pixel]", {.low = 1});
  describe_choice(fields, "filter", config.filter, {"psf", "gaussian", "kernel", "none"},
                  "what the image is convolved with before the threshold");
  fields.number("filter_fwhm", config.filter_fwhm,
                "FWHM of the Gaussian filter [pixel]; 0 measures it on the image",
                {.low = 0, .high = 30});
  fields.numbers("filter_kernel", config.filter_kernel,
                 "weights of the filter, a square of odd side row by row");
  describe_choice(fields, "noise_unit", config.noise_unit, {"filtered", "unfiltered"},
                  "one sigma is that of the filtered image, or of one raw pixel");
  describe_choice(fields, "polarity", config.polarity, {"positive", "both"},
                  "sources brighter than the sky, or negative ones too");
}

void describe(Fields& fields, PsfConfig& config) {
  fields.whole("side", config.side, "side of the model's stamp, odd [pixel]; 0 takes about 9 FWHM",
               {.low = 0, .high = 101});
  fields.whole("degree", config.degree, "degree of the polynomial over the field",
               {.low = 0, .high = 3});
  fields.number("min_snr", config.min_snr, "lowest signal-to-noise ratio of stars that enter",
                {.low = 5});
  fields.whole("max_stars", config.max_stars, "most stars that enter, the brightest first",
               {.low = 1, .high = 5000});
  fields.whole("min_stars", config.min_stars,
               "number of stars below which an analytic profile is taken", {.low = 1});
}

void describe(Fields& fields, PhotometryConfig& config) {
  fields.numbers("aperture_radii", config.aperture_radii, "radii of the circular apertures [pixel]",
                 {.high = 250, .above = 0});
  fields.number("kron_factor", config.kron_factor,
                "semi-major axis of the Kron aperture [Kron radii]", {.above = 0});
  fields.number("kron_min_radius", config.kron_min_radius,
                "smallest Kron aperture [semi-major axes of the matched Gaussian]",
                {.low = 1, .high = 8});
  fields.number("extended_ratio", config.extended_ratio,
                "extended: larger than the PSF by this share and 3 sigma", {.low = 0});
}

void describe(Fields& fields, MeasureConfig& config) {
  describe_nested(fields, "background", config.background, "the sky under the sources");
  describe_nested(fields, "detection", config.detection, "filter and threshold");
  describe_nested(fields, "deblend", config.deblend, "splitting of footprints");
  describe_nested(fields, "psf", config.psf, "the PSF model and its stars");
  describe_nested(fields, "photometry", config.photometry, "apertures and Kron fluxes");
  fields.number("gain", config.gain,
                "electrons per image unit where there is no variance plane; 0: not known",
                {.low = 0});
  fields.number("noise_factor", config.noise_factor,
                "noise of a flux over that of independent pixels (resampled images)", {.above = 0});
}

void validate(const MeasureConfig& config) {
  check_fields(config);
  if (config.photometry.aperture_radii.empty())
    throw ConfigError("photometry.aperture_radii", "must hold at least one radius",
                      "the default is [3, 5, 6, 9, 12, 17, 25]");
  if (config.background.filter % 2 == 0)
    throw ConfigError("background.filter=" + std::to_string(config.background.filter),
                      "must be odd", "the default is 3");
  const std::vector<double>& kernel = config.detection.filter_kernel;
  if (config.detection.filter != DetectFilter::kernel) return;
  const auto side =
      static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(kernel.size()))));
  if (side * side != kernel.size() || side % 2 == 0)
    throw ConfigError("detection.filter_kernel of " + std::to_string(kernel.size()) + " weights",
                      "must be a square of odd side", "give 9, 25, 49 ... weights");
}

}  // namespace skywright::measure
