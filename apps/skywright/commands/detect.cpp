#include <fmt/format.h>

#include "command_config.h"
#include "commands.h"
#include "commands/detect_options.h"
#include "skywright/config/json_text.h"

namespace skywright::apps {
namespace {

pipelines::WeightType weight_type(const std::string& name) {
  if (name == "variance") return pipelines::WeightType::variance;
  if (name == "weight") return pipelines::WeightType::weight;
  if (name == "rms") return pipelines::WeightType::rms;
  throw ConfigError("--weight-type " + name, "is not one of variance, weight, rms",
                    "the default is variance");
}

pipelines::MeasureSettings measure_settings(const Arguments& args, const Session& session) {
  auto config = config_of<pipelines::MeasureSettings>(session);
  if (const auto threshold = args.maybe_number("--threshold")) {
    config.detection.threshold = *threshold;
    config.detection.extent = std::min(config.detection.extent, *threshold);
  }
  return config;
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    std::string quoted;
    for (const char c : text) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    out += (out.size() > 1 ? ",\"" : "\"") + quoted + "\"";
  }
  return out + "]";
}

std::string kernels_text(const std::vector<pipelines::KernelReport>& kernels) {
  std::string out;
  for (const pipelines::KernelReport& k : kernels)
    out += fmt::format(
        "\nkernel {}: {} items in {} calls, {:.2f} us an item; {:.2f} us a call around it", k.name,
        k.use.items, k.use.calls, 1e6 * k.use.seconds_per_item(), 1e6 * k.use.overhead_per_call());
  return out;
}

std::string kernels_json(const std::vector<pipelines::KernelReport>& kernels) {
  std::string out = "[";
  for (const pipelines::KernelReport& k : kernels)
    out += fmt::format(
        "{}{{\"name\":\"{}\",\"library\":{},\"calls\":{},\"items\":{},\"seconds\":{:.6g},"
        "\"kernel_seconds\":{:.6g},\"overhead_per_call_us\":{:.4g}}}",
        out.size() > 1 ? "," : "", k.name, config::json_string(k.library), k.use.calls, k.use.items,
        k.use.seconds, k.use.kernel_seconds, 1e6 * k.use.overhead_per_call());
  return out + "]";
}

Outcome run_detect(const Arguments& args, const Session& session) {
  const DetectOptions options = detect_options(args, session);
  const pipelines::DetectSummary s =
      pipelines::detect_file(options.inputs, options.outputs, options.config, session.execution);
  for (const std::string& warning : s.warnings) session.warn(warning);
  Outcome out;
  out.text = fmt::format(
      "{} sources ({} blended, {} flagged); PSF FWHM {:.3f} pixel from {} stars; "
      "sky {:.6g}, noise {:.5g}",
      s.sources, s.blended, s.flagged, s.psf_fwhm, s.psf_stars, s.background, s.noise);
  out.json = fmt::format(
      "{{\"sources\":{},\"blended\":{},\"flagged\":{},\"psf_stars\":{},\"psf_fwhm_pixel\":{:.6g},"
      "\"sky\":{:.9g},\"noise\":{:.9g},\"kernels\":{},\"warnings\":{}}}",
      s.sources, s.blended, s.flagged, s.psf_stars, s.psf_fwhm, s.background, s.noise,
      kernels_json(s.kernels), json_list(s.warnings));
  out.text += kernels_text(s.kernels);
  return out;
}

}  // namespace

DetectOptions detect_options(const Arguments& args, const Session& session) {
  return {.inputs = {.image = args.text_or("image", ""),
                     .weight = args.text_or("--weight", ""),
                     .weight_type = weight_type(args.text_or("--weight-type", "variance")),
                     .mask = args.text_or("--mask", ""),
                     .psf = args.text_or("--use-psf", ""),
                     .saturation = args.maybe_number("--saturation")},
          .outputs = {.catalog = args.text_or("--out", ""),
                      .psf = args.text_or("--psf", ""),
                      .background = args.text_or("--background", ""),
                      .plot = args.text_or("--plot", "")},
          .config = measure_settings(args, session)};
}

Command detect_command() {
  return {
      .name = "detect",
      .summary = "find and measure the sources of an image",
      .details =
          "Writes one row a source: x y (pixels, from zero) ra dec (with a WCS) psfFlux psfFluxErr "
          "kronFlux ap05Flux ... ixx iyy ixy extendedness pixelFlags_* deblend_blended.\n"
          "Settings (--set or --config): background.mesh, detection.threshold, detection.extent, "
          "detection.min_area, detection.filter (psf, gaussian, kernel, none), "
          "deblend.min_contrast, "
          "psf.degree, photometry.aperture_radii, gain ...; user kernels in C or Fortran that "
          "measure\n"
          "each source, or are the PSF: kernels, psf_kernel (skywright_kernel.h).\n"
          "Example: skywright detect image.fits --out cat.fits --threshold 5 --psf psf.fits",
      .arguments = {{"image",
                     "FITS image: plain, compressed, one of several (file.fits[2], "
                     "file.fits[SCI]), or an exposure of ours"}},
      .options = {{"--out", "FILE", "catalog: .fits, .parquet or .csv", Need::required},
                  {"--threshold", "SIGMA", "lowest peak kept"},
                  {"--weight", "FILE", "weight image"},
                  {"--weight-type", "TYPE", "variance, weight (relative) or rms"},
                  {"--mask", "FILE", "image whose non-zero pixels do not count"},
                  {"--saturation", "LEVEL", "pixels from here on are saturated [image unit]"},
                  {"--use-psf", "FILE", "PSF model or star image to use instead of finding one"},
                  {"--psf", "FILE", "write the PSF model"},
                  {"--background", "FILE", "write the background"},
                  {"--plot", "FILE", "write a PNG of the image with its sources"}},
      .run = run_detect,
      .settings = [](const Arguments& args, const Session& session) {
        return settings_in(measure_settings(args, session));
      }};
}

}  // namespace skywright::apps
