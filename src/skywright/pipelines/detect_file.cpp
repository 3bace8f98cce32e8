#include "skywright/pipelines/detect_file.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/draw/canvas.h"
#include "skywright/draw/png.h"
#include "skywright/draw/stretch.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/fits.h"
#include "skywright/io/table_files.h"
#include "skywright/io/wcs_cards.h"
#include "skywright/pipelines/exposure_file.h"
#include "skywright/pipelines/psf_hdu.h"

namespace skywright::pipelines {
namespace {

using image::Image;
using image::MaskBits;

bool is_exposure(const std::vector<io::HduSummary>& hdus) {
  const auto named = [&](const char* name) {
    return std::any_of(hdus.begin(), hdus.end(), [&](const auto& h) { return h.name == name; });
  };
  return named("IMAGE") && named("VARIANCE") && named("MASK");
}

DetectInput load_exposure(const std::filesystem::path& path) {
  Exposure exposure = read_exposure(path);
  DetectInput out(std::move(exposure.image.pixels), std::move(exposure.image.variance),
                  std::move(exposure.image.mask));
  out.header = std::move(exposure.header);
  out.wcs = std::move(exposure.wcs);
  out.add_noise_correlation(exposure.noise, exposure.psf ? &*exposure.psf : nullptr);
  return out;
}

DetectInput load_plain(const io::HduPath& path, const std::vector<io::HduSummary>& hdus) {
  io::FitsImage image = io::read_image(path.path, path.hdu);
  Image<MaskBits> mask(image.pixels.width(), image.pixels.height());
  DetectInput out(std::move(image.pixels), {}, std::move(mask));
  out.header = std::move(image.header);
  try {
    out.wcs = io::wcs_from_header(out.header);
  } catch (const InputError& error) {
    // Finding sources needs no WCS.
    out.warnings.push_back(fmt::format("no ra and dec: {}", error.what()));
  }
  std::size_t images = 0;
  for (const io::HduSummary& h : hdus)
    images += h.kind == io::HduKind::image && h.axes.size() == 2 ? 1 : 0;
  const bool named = path.hdu.index.has_value() || path.hdu.name.has_value();
  if (!named && images > 1)
    out.warnings.push_back(
        fmt::format("{} has {} images and only the first was read; name "
                    "another as {}[2] or by its EXTNAME",
                    path.path.string(), images, path.path.string()));
  return out;
}

Image<float> read_beside(const std::string& name) {
  const io::HduPath path = io::parse_hdu_path(name);
  return io::read_image(path.path, path.hdu).pixels;
}

/// Each pixel as a square of `times` x `times`.
Image<float> enlarged(image::ImageView<const float> image, int times) {
  Image<float> out(image.width() * times, image.height() * times);
  for (int y = 0; y < out.height(); ++y)
    for (int x = 0; x < out.width(); ++x) out(x, y) = image(x / times, y / times);
  return out;
}

/// The image in grey, a circle about each source: three times its size, and no wider than its
/// footprint, for a bright neighbour's light swells the moments of a faint one.
void write_plot(const std::string& path, const DetectInput& input,
                const measure::MeasureResult& result) {
  const image::ImageView<const float> pixels = input.view().pixels;
  const measure::Background& sky = result.background;
  const int longest = std::max(pixels.width(), pixels.height());
  const int factor = 1 + longest / 2000;
  const int times = std::max(1, 800 / longest);
  const draw::Limits limits{sky.global_level - 2.0 * sky.global_rms,
                            sky.global_level + 30.0 * sky.global_rms};
  const Image<float> shown = times > 1 ? enlarged(pixels, times) : draw::block_mean(pixels, factor);
  draw::Canvas canvas = draw::gray_picture(shown.view(), limits, draw::Stretch::asinh);
  const measure::SourceCatalog& s = result.sources;
  const double scale = static_cast<double>(times) / factor;
  const auto place = [&](double pixel) { return (pixel + 0.5) * scale - 0.5; };
  for (std::size_t i = 0; i < s.size(); ++i) {
    const double footprint = 2.0 * std::sqrt(static_cast<double>(s.area[i]) / std::numbers::pi);
    const double moments = 3.0 * static_cast<double>(s.semi_major[i]);
    const double size = scale * (std::isfinite(moments) ? std::min(moments, footprint) : footprint);
    const bool blended = s.has(i, measure::SourceFlag::blended);
    const double top = canvas.height() - 1.0;  // rows of an image rise, those of a picture fall
    canvas.circle({place(s.x[i]), top - place(s.y[i])}, std::max(5.0, size), 1.2,
                  draw::palette(blended ? 4 : 0));
  }
  io::write_whole_file(path, draw::encode_png(canvas));
}

}  // namespace

DetectInput load_image(const DetectFileInputs& inputs) {
  const io::HduPath path = io::parse_hdu_path(inputs.image);
  const std::vector<io::HduSummary> hdus = io::list_hdus(path.path);
  const bool named = path.hdu.index.has_value() || path.hdu.name.has_value();
  return !named && is_exposure(hdus) ? load_exposure(path.path) : load_plain(path, hdus);
}

void add_planes(DetectInput& image, const DetectFileInputs& inputs,
                const measure::BackgroundConfig& background, const Execution& execution) {
  if (!inputs.mask.empty()) image.add_mask(read_beside(inputs.mask).view(), inputs.mask);
  const std::optional<double> saturation =
      inputs.saturation ? inputs.saturation : image.header.number("SATURATE");
  if (saturation && *saturation > 0.0) image.add_saturation(*saturation);
  if (!inputs.weight.empty())
    image.add_weight(read_beside(inputs.weight), inputs.weight_type, inputs.weight, background,
                     execution);
  if (!inputs.psf.empty()) image.psf = read_psf(inputs.psf);
}

void write_detect_outputs(const DetectFileOutputs& outputs, const DetectInput& input,
                          const Detected& detected, const Execution& execution) {
  const measure::MeasureResult& measured = detected.measured;
  if (!outputs.catalog.empty()) io::write_table(outputs.catalog, detected.catalog);
  if (!outputs.psf.empty()) write_psf(outputs.psf, measured.psf);
  if (!outputs.background.empty())
    io::write_image(outputs.background, measured.background.image(execution).view(), input.header);
  if (!outputs.plot.empty()) write_plot(outputs.plot, input, measured);
}

DetectSummary detect_file(const DetectFileInputs& inputs, const DetectFileOutputs& outputs,
                          const MeasureSettings& settings, const Execution& execution) {
  validate(settings);
  io::check_table_name(outputs.catalog);
  execution.report("detect: read", 0, 3);
  DetectInput input = load_image(inputs);
  add_planes(input, inputs, settings.background, execution);
  execution.report("detect: measure", 1, 3);
  const Detected detected = detect_image(input, settings, execution);
  execution.report("detect: write", 2, 3);
  write_detect_outputs(outputs, input, detected, execution);
  execution.report("detect: write", 3, 3);
  return detected.summary;
}

}  // namespace skywright::pipelines
