#include "skywright/pipelines/process_exposure.h"

#include <cmath>

#include "skywright/pipelines/dia_source_rows.h"
#include "skywright/pipelines/source_rows.h"
#include "skywright/stack/stack.h"

namespace skywright::pipelines {
namespace {

constexpr double kSigmaPerFwhm = 0.42466090014400953;  // 1 / (2 sqrt(2 ln 2))

void subtract_sky(image::MaskedImage& image, const measure::Background& background,
                  const Execution& execution) {
  const image::Image<float> sky = background.image(execution);
  const auto rows = static_cast<std::size_t>(image.height());
  execution.for_chunks(rows, 256, [&](std::size_t begin, std::size_t end) {
    for (std::size_t y = begin; y < end; ++y) {
      float* pixels = image.pixels.row(static_cast<int>(y));
      const float* level = sky.row(static_cast<int>(y));
      for (int x = 0; x < image.width(); ++x) pixels[x] -= level[x];
    }
  });
}

/// What the header of the clean image says beside its WCS.
header::Header exposure_header(const instrument::VisitInfo& info,
                               const instrument::Instrument& instrument) {
  header::Header header;
  instrument::set_visit_info(header, info, instrument);
  if (!info.band.empty()) header.set("BAND", info.band, "the instrument's name of the filter");
  header.set("BUNIT", "electron");
  return header;
}

/// The template on the science grid, with its PSF there.
struct WarpedCoadd {
  warp::WarpResult warped;
  std::optional<psf::PsfModel> psf;
};

WarpedCoadd warped_onto(const Exposure& coadd, const wcs::Wcs& wcs, int width, int height,
                        const NightConfig& config, const Execution& execution) {
  WarpedCoadd out{
      warp::warp(coadd.image, coadd.noise, *coadd.wcs, wcs, width, height, config.warp, execution),
      {}};
  if (coadd.psf) {
    const std::vector<stack::StackInput> one = {
        {.image = coadd.image.view(), .wcs = *coadd.wcs, .psf = &*coadd.psf}};
    out.psf = stack::coadd_psf(one, {1.0}, {wcs, width, height});
  }
  return out;
}

void note_quality(ExposureQuality& q, const detrend::DetrendResult& clean,
                  const measure::MeasureResult& measured, const calibrate::Solution& solution) {
  const image::PixelPosition middle{0.5 * clean.image.width(), 0.5 * clean.image.height()};
  const double fwhm = measured.psf.fwhm(middle);
  q.sky = measured.background.global_level;
  q.sky_noise = measured.background.global_rms;
  q.pixel_scale = solution.wcs.pixel_scale(middle).arcsec();
  q.seeing_arcsec = fwhm * q.pixel_scale;
  q.psf_sigma = fwhm * kSigmaPerFwhm;
  q.zero_point = solution.zero_point.magnitude;
  q.zero_point_error = solution.zero_point.error;
  q.astrometry_rms_mas = solution.bright_rms_mas;
  q.depth = q.zero_point -
            2.5 * std::log10(5.0 * q.sky_noise * std::sqrt(measured.psf.effective_area(middle)));
  q.sources = static_cast<int>(measured.sources.size());
  q.psf_stars = measured.counts.psf_stars;
  q.matched = solution.matched;
  q.cosmic_ray_pixels = clean.cosmic_rays.pixels;
  q.saturated_pixels = clean.saturated;
}

}  // namespace

ProcessedExposure process_exposure(ProcessInputs inputs, const NightConfig& config,
                                   const StepClocks& clocks, const Execution& execution) {
  StepTimer timer(clocks);
  ProcessedExposure out;
  out.info = inputs.raw.info;
  detrend::DetrendResult clean =
      detrend::detrend(inputs.raw, inputs.detector, inputs.masters, config.detrend, execution);
  inputs.raw.amplifiers.clear();
  inputs.masters = {};
  timer.mark("detrend");

  const auto psf = inputs.kernels.psf_model(clean.image.width(), clean.image.height());
  measure::MeasureResult measured =
      psf ? measure::detect_and_measure(clean.image, *psf, config.measure, execution,
                                        inputs.kernels.measurements())
          : measure::detect_and_measure(clean.image, config.measure, execution,
                                        inputs.kernels.measurements());
  subtract_sky(clean.image, measured.background, execution);
  timer.mark("measure");

  const wcs::Wcs predicted = instrument::predicted_wcs(inputs.instrument, inputs.detector,
                                                       out.info.boresight, out.info.rotation);
  const calibrate::Solution solution = calibrate::solve(
      measured.sources, inputs.reference, predicted, clean.image.box(), config.solve, execution);
  note_quality(out.quality, clean, measured, solution);
  out.sources =
      source_rows(measured.sources, out.info, solution.wcs, solution.zero_point.magnitude);
  timer.mark("solve");

  out.exposure.header = exposure_header(out.info, inputs.instrument);
  out.exposure.wcs = solution.wcs;
  out.exposure.psf = std::move(measured.psf);
  out.exposure.zero_point = solution.zero_point.magnitude;
  out.exposure.image = std::move(clean.image);
  if (!inputs.coadd) {
    out.dia_sources = dia_source_rows({}, out.info, solution.wcs, solution.zero_point.magnitude);
    set_quality(out.exposure.header, out.quality);
    out.times = timer.take();
    return out;
  }

  const image::MaskedImage& science = out.exposure.image;
  std::optional<Exposure> unwarped = inputs.coadd();
  timer.mark("read template");
  WarpedCoadd coadd =
      warped_onto(*unwarped, solution.wcs, science.width(), science.height(), config, execution);
  unwarped.reset();
  timer.mark("warp");
  difference::Difference d = difference::subtract(
      science, &*out.exposure.psf, coadd.warped.image, coadd.psf ? &*coadd.psf : nullptr,
      out.exposure.noise, coadd.warped.noise, config.subtract, execution);
  out.dia_sources =
      dia_source_rows(d.sources, out.info, solution.wcs, solution.zero_point.magnitude);
  out.quality.score_scatter = d.report.score_scatter;
  out.quality.kernel_sum = d.report.kernel_sum;
  out.quality.kernel_stamps = d.report.stamps_used;
  out.quality.dia_sources = static_cast<int>(d.sources.size());
  set_quality(out.exposure.header, out.quality);
  DifferenceImages& images = out.difference.emplace();
  images.difference.header = out.exposure.header;
  images.difference.wcs = solution.wcs;
  images.difference.psf = std::move(d.psf);
  images.difference.zero_point = solution.zero_point.magnitude;
  images.difference.image = std::move(d.difference);
  images.coadd = std::move(coadd.warped.image);
  timer.mark("subtract");
  out.times = timer.take();
  return out;
}

}  // namespace skywright::pipelines
