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
#include "skywright/math/statistics.h"
#include "skywright/measure/detect_and_measure.h"
#include "skywright/pipelines/exposure_file.h"
#include "skywright/pipelines/psf_hdu.h"
#include "skywright/pipelines/sky_columns.h"

namespace skywright::pipelines {
namespace {

using image::Image;
using image::MaskBits;
using image::MaskPlane;

struct Loaded {
  header::Header header;
  Image<float> pixels;
  Image<float> variance;  // empty where not known
  Image<MaskBits> mask;
  std::optional<wcs::Wcs> wcs;
  std::optional<psf::PsfModel> psf;
  double noise_factor = 1.0;
  std::vector<std::string> warnings;

  [[nodiscard]] image::MaskedImageView view() const {
    return {pixels.view(), variance.view(), mask.view()};
  }
};

bool is_exposure(const std::vector<io::HduSummary>& hdus) {
  const auto named = [&](const char* name) {
    return std::any_of(hdus.begin(), hdus.end(), [&](const auto& h) { return h.name == name; });
  };
  return named("IMAGE") && named("VARIANCE") && named("MASK");
}

// Noise of a PSF flux over that of independent pixels: the correlation against the PSF's own
// autocorrelation.
double flux_noise_factor(const image::NoiseCorrelation& noise, const psf::PsfModel& psf) {
  const Image<float> p = psf.centred_image({0.0, 0.0});
  const int half = noise.half();
  double sum = 0.0;
  double own = 0.0;
  for (int dy = -half; dy <= half; ++dy)
    for (int dx = -half; dx <= half; ++dx) {
      double overlap = 0.0;
      for (int y = std::max(0, -dy); y < std::min(p.height(), p.height() - dy); ++y)
        for (int x = std::max(0, -dx); x < std::min(p.width(), p.width() - dx); ++x)
          overlap += static_cast<double>(p(x, y)) * static_cast<double>(p(x + dx, y + dy));
      const double correlation =
          noise.independent() ? 1.0 : static_cast<double>(noise.lags(dx + half, dy + half));
      sum += overlap * correlation;
      if (dx == 0 && dy == 0) own = overlap;
    }
  return own > 0.0 && sum > 0.0 ? std::sqrt(noise.variance_scale * sum / own) : 1.0;
}

Loaded load_exposure(const std::filesystem::path& path) {
  Exposure exposure = read_exposure(path);
  Loaded out;
  out.header = std::move(exposure.header);
  out.pixels = std::move(exposure.image.pixels);
  out.variance = std::move(exposure.image.variance);
  out.mask = std::move(exposure.image.mask);
  out.wcs = std::move(exposure.wcs);
  if (!exposure.noise.independent() || exposure.noise.variance_scale != 1.0)
    out.noise_factor = flux_noise_factor(exposure.noise,
                                         exposure.psf ? *exposure.psf : psf::gaussian_psf(3.0, 21));
  return out;
}

Loaded load_plain(const io::HduPath& path, const std::vector<io::HduSummary>& hdus) {
  io::FitsImage image = io::read_image(path.path, path.hdu);
  Loaded out;
  out.pixels = std::move(image.pixels);
  out.mask = Image<MaskBits>(out.pixels.width(), out.pixels.height());
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

void require_same_size(const image::Box& have, const Loaded& image, const std::string& what) {
  if (have.width == image.pixels.width() && have.height == image.pixels.height()) return;
  throw InputError(what,
                   fmt::format("it has {} x {} pixels and the image {} x {}", have.width,
                               have.height, image.pixels.width(), image.pixels.height()),
                   "give one of the image's size");
}

void read_weight(Loaded& out, const DetectFileInputs& inputs,
                 const measure::BackgroundConfig& background, const Execution& execution) {
  const io::HduPath path = io::parse_hdu_path(inputs.weight);
  Image<float> weight = io::read_image(path.path, path.hdu).pixels;
  require_same_size(weight.box(), out, inputs.weight);
  double scale = 1.0;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    float& w = weight.data()[i];
    if (!(w > 0.0F) || !std::isfinite(w)) {
      out.mask.data()[i] |= bit(MaskPlane::no_data);
      w = 1.0F;
    }
    if (inputs.weight_type == WeightType::rms) w *= w;
    if (inputs.weight_type == WeightType::weight) w = 1.0F / w;
  }
  if (inputs.weight_type == WeightType::weight) {
    // Only ratios of weights mean something: the background's noise sets their scale.
    const auto sky = measure::estimate_background(out.pixels.view(), out.mask.view(),
                                                  image::kUnusable, background, execution);
    const auto relative = measure::median_mesh(weight.view(), out.mask.view(), image::kUnusable,
                                               background.mesh, execution);
    scale = sky.global_rms * sky.global_rms / relative.median();
  }
  for (float& w : weight.pixels()) w = static_cast<float>(static_cast<double>(w) * scale);
  out.variance = std::move(weight);
}

void read_mask(Loaded& out, const std::string& name) {
  const io::HduPath path = io::parse_hdu_path(name);
  const Image<float> mask = io::read_image(path.path, path.hdu).pixels;
  require_same_size(mask.box(), out, name);
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask.data()[i] != 0.0F) out.mask.data()[i] |= bit(MaskPlane::bad);
}

Loaded load(const DetectFileInputs& inputs, const measure::BackgroundConfig& background,
            const Execution& execution) {
  const io::HduPath path = io::parse_hdu_path(inputs.image);
  const std::vector<io::HduSummary> hdus = io::list_hdus(path.path);
  const bool named = path.hdu.index.has_value() || path.hdu.name.has_value();
  Loaded out = !named && is_exposure(hdus) ? load_exposure(path.path) : load_plain(path, hdus);
  if (!inputs.mask.empty()) read_mask(out, inputs.mask);
  const std::optional<double> saturation =
      inputs.saturation ? inputs.saturation : out.header.number("SATURATE");
  if (saturation && *saturation > 0.0)
    for (std::size_t i = 0; i < out.pixels.size(); ++i)
      if (static_cast<double>(out.pixels.data()[i]) >= *saturation)
        out.mask.data()[i] |= bit(MaskPlane::saturated);
  if (!inputs.weight.empty()) read_weight(out, inputs, background, execution);
  if (!inputs.psf.empty()) out.psf = read_psf(inputs.psf);
  return out;
}

table::Table catalog_table(const measure::MeasureResult& result, const Loaded& image,
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

/// Each pixel as a square of `times` x `times`.
Image<float> enlarged(const Image<float>& image, int times) {
  Image<float> out(image.width() * times, image.height() * times);
  for (int y = 0; y < out.height(); ++y)
    for (int x = 0; x < out.width(); ++x) out(x, y) = image(x / times, y / times);
  return out;
}

/// The image in grey, a circle about each source: three times its size, and no wider than its
/// footprint, for a bright neighbour's light swells the moments of a faint one.
void write_plot(const std::string& path, const Loaded& image,
                const measure::MeasureResult& result) {
  const measure::Background& sky = result.background;
  const int longest = std::max(image.pixels.width(), image.pixels.height());
  const int factor = 1 + longest / 2000;
  const int times = std::max(1, 800 / longest);
  const draw::Limits limits{sky.global_level - 2.0 * sky.global_rms,
                            sky.global_level + 30.0 * sky.global_rms};
  const Image<float> shown =
      times > 1 ? enlarged(image.pixels, times) : draw::block_mean(image.pixels.view(), factor);
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

DetectSummary summarise(const measure::MeasureResult& result, const Loaded& image) {
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
  out.psf_stars = result.counts.psf_stars;
  out.psf_fwhm = result.psf.fwhm({0.5 * image.pixels.width(), 0.5 * image.pixels.height()});
  out.background = result.background.global_level;
  out.noise = result.background.global_rms;
  if (out.sources == 0)
    out.warnings.push_back("no source stands above the threshold: the catalog is empty");
  else if (out.psf_stars == 0 && !image.psf)
    out.warnings.push_back("too few stars for a PSF model: a Moffat profile was taken");
  return out;
}

}  // namespace

DetectSummary detect_file(const DetectFileInputs& inputs, const DetectFileOutputs& outputs,
                          const measure::MeasureConfig& config, const Execution& execution) {
  measure::validate(config);
  io::check_table_name(outputs.catalog);
  execution.report("detect: read", 0, 3);
  const Loaded image = load(inputs, config.background, execution);
  measure::MeasureConfig used = config;
  used.noise_factor *= image.noise_factor;
  execution.report("detect: measure", 1, 3);
  const measure::MeasureResult result =
      image.psf ? measure::detect_and_measure(image.view(), *image.psf, used, execution)
                : measure::detect_and_measure(image.view(), used, execution);
  const DetectSummary summary = summarise(result, image);
  execution.report("detect: write", 2, 3);
  io::write_table(outputs.catalog, catalog_table(result, image, summary));
  if (!outputs.psf.empty()) write_psf(outputs.psf, result.psf);
  if (!outputs.background.empty())
    io::write_image(outputs.background, result.background.image(execution).view(), image.header);
  if (!outputs.plot.empty()) write_plot(outputs.plot, image, result);
  execution.report("detect: write", 3, 3);
  return summary;
}

}  // namespace skywright::pipelines
