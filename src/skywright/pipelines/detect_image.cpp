#include "skywright/pipelines/detect_image.h"

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/pipelines/sky_columns.h"

namespace skywright::pipelines {
namespace {

table::Table catalog_table(const measure::MeasureResult& result, const DetectInput& image,
                           const DetectSummary& summary) {
  table::Table table = measure::to_table(result.sources);
  const measure::SourceCatalog& s = result.sources;
  if (image.wcs) add_sky_columns(table, *image.wcs, s.x, s.y, s.x_err, s.y_err);
  table.metadata["PSFFWHM"] = fmt::format("{:.4f}", summary.psf_fwhm);
  table.metadata["PSFSTARS"] = fmt::format("{}", summary.psf_stars);
  table.metadata["SKYLEVEL"] = fmt::format("{:.6g}", summary.background);
  table.metadata["SKYNOISE"] = fmt::format("{:.6g}", summary.noise);
  if (const auto unit = image.header.text("BUNIT")) table.metadata["FLUXUNIT"] = *unit;
  if (const auto zero = image.header.number("MAGZERO"))
    table.metadata["MAGZERO"] = fmt::format("{:.5f}", *zero);
  return table;
}

DetectSummary summarise(const measure::MeasureResult& result, const DetectInput& image,
                        bool psf_known) {
  DetectSummary out;
  out.warnings = image.warnings;
  out.sources = result.sources.size();
  for (std::size_t i = 0; i < result.sources.size(); ++i) {
    const bool blended = result.sources.has(i, measure::SourceFlag::blended);
    constexpr std::uint32_t kHarmless =
        (1U << static_cast<int>(measure::SourceFlag::blended)) |
        (1U << static_cast<int>(measure::SourceFlag::aperture_incomplete)) |
        (1U << static_cast<int>(measure::SourceFlag::psf_candidate)) |
        (1U << static_cast<int>(measure::SourceFlag::psf_used));
    out.blended += blended ? 1 : 0;
    out.flagged += (result.sources.flags[i] & ~kHarmless) != 0 ? 1 : 0;
  }
  const image::MaskedImageView view = image.view();
  out.psf_stars = result.counts.psf_stars;
  out.psf_fwhm = result.psf.fwhm({0.5 * view.width(), 0.5 * view.height()});
  out.background = result.background.global_level;
  out.noise = result.background.global_rms;
  if (out.sources == 0)
    out.warnings.push_back("no source stands above the threshold: the catalog is empty");
  else if (out.psf_stars == 0 && !psf_known)
    out.warnings.push_back("too few stars for a PSF model: a Moffat profile was taken");
  return out;
}

}  // namespace

Detected detect_image(const DetectInput& input, const MeasureSettings& settings,
                      const Execution& execution) {
  validate(settings);
  if (input.psf && !settings.psf_kernel.library.empty())
    throw ConfigError("a PSF and psf_kernel", "they are two PSFs for one image",
                      "leave one of them out");
  measure::MeasureConfig used = settings;
  used.noise_factor *= input.noise_factor;
  const UserKernels kernels(settings, {});
  const image::MaskedImageView image = input.view();
  const std::optional<psf::PsfModel> of_kernel = kernels.psf_model(image.width(), image.height());
  const psf::PsfModel* psf = of_kernel ? &*of_kernel : (input.psf ? &*input.psf : nullptr);
  measure::MeasureResult measured =
      psf != nullptr
          ? measure::detect_and_measure(image, *psf, used, execution, kernels.measurements())
          : measure::detect_and_measure(image, used, execution, kernels.measurements());
  DetectSummary summary = summarise(measured, input, psf != nullptr);
  summary.kernels = kernels.reports();
  table::Table catalog = catalog_table(measured, input, summary);
  return {std::move(catalog), std::move(measured), std::move(summary)};
}

}  // namespace skywright::pipelines
