#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "skywright/demo/report_parts.h"
#include "skywright/draw/canvas.h"
#include "skywright/draw/png.h"
#include "skywright/draw/stretch.h"
#include "skywright/instrument/instrument.h"
#include "skywright/io/fits.h"
#include "skywright/pipelines/instrument_report.h"
#include "skywright/pipelines/night_products.h"
#include "skywright/pipelines/read_raw.h"
#include "skywright/pipelines/stamp_picture.h"
#include "skywright/pipelines/stamps.h"

namespace skywright::demo {
namespace {

constexpr int kReduction = 8;  // pixels a side that one pixel of a picture stands for
constexpr int kStampZoom = 3;
constexpr std::size_t kStamps = 36;

using image::Image;
using image::ImageView;

draw::Figure picture(ImageView<const float> pixels, draw::Limits limits, std::string caption) {
  const Image<float> small = draw::block_mean(pixels, kReduction);
  return {draw::inline_png(
              draw::encode_png(draw::gray_picture(small, limits, draw::Stretch::asinh)), caption),
          std::move(caption)};
}

draw::Figure sky_picture(const image::MaskedImage& exposure, std::string caption) {
  const Image<float> small = draw::block_mean(exposure.pixels.view(), kReduction);
  draw::Canvas canvas =
      draw::gray_picture(small, draw::sigma_limits(small, 2.0, 25.0), draw::Stretch::asinh);
  draw::overlay_mask(canvas, draw::block_any(exposure.mask.view(), kReduction),
                     image::bit(image::MaskPlane::saturated), draw::palette(1), 0.7);
  return {draw::inline_png(draw::encode_png(canvas), caption), std::move(caption)};
}

/// The raw amplifiers side by side as the file has them, overscan and all.
Image<float> raw_mosaic(const pipelines::RawFrame& frame) {
  const auto& amplifiers = frame.exposure.amplifiers;
  const int columns = std::max(1, static_cast<int>(amplifiers.size()) / 2);
  const int width = amplifiers.front().width();
  const int height = amplifiers.front().height();
  const int rows = (static_cast<int>(amplifiers.size()) + columns - 1) / columns;
  Image<float> mosaic(columns * width, rows * height);
  for (std::size_t a = 0; a < amplifiers.size(); ++a) {
    const int x0 = static_cast<int>(a) % columns * width;
    const int y0 = static_cast<int>(a) / columns * height;
    for (int y = 0; y < height; ++y) {
      const float* from = amplifiers[a].row(y);
      std::copy(from, from + width, mosaic.row(y0 + y) + x0);
    }
  }
  return mosaic;
}

/// Alerts to show: every false one first, up to a quarter, then real ones over the range of SNR.
std::vector<ScoredAlert> chosen(const Score& score) {
  std::vector<ScoredAlert> real, wrong, out;
  for (const ScoredAlert& a : score.scored_alerts) (a.real ? real : wrong).push_back(a);
  const auto by_snr = [](const ScoredAlert& a, const ScoredAlert& b) { return a.snr > b.snr; };
  std::stable_sort(real.begin(), real.end(), by_snr);
  std::stable_sort(wrong.begin(), wrong.end(), by_snr);
  wrong.resize(std::min(wrong.size(), kStamps / 4));
  const std::size_t wanted = std::min(real.size(), kStamps - wrong.size());
  for (std::size_t i = 0; i < wanted; ++i) out.push_back(real[i * real.size() / wanted]);
  out.insert(out.end(), wrong.begin(), wrong.end());
  return out;
}

}  // namespace

void add_images(draw::Report& report, const DemoRequest& request,
                const std::vector<ReportInput>& inputs) {
  const auto instrument = instrument::load_instrument(request.config.instrument);
  report.section("The camera");
  report.figure(
      {draw::inline_png(draw::encode_png(pipelines::focal_plane_picture(instrument, 900))),
       "The focal plane. This demo simulates " +
           fmt::format("{}.", fmt::join(request.config.detectors, " and "))});
  report.section("Images");
  report.paragraph(
      "The first exposure of each detector: raw as the amplifiers were read, clean, the template "
      "and the difference, each in its own stretch. Saturated pixels are tinted.");
  std::set<int> shown;
  for (const ReportInput& input : inputs) {
    if (!shown.insert(input.score.detector).second) continue;
    const auto clean = io::read_masked_image(input.image).image;
    const auto difference = io::read_masked_image(input.score.difference).image;
    const Image<float> raw = raw_mosaic(pipelines::read_raw(input.raw, instrument));
    const auto coadd = request.out / "survey" / "coadd" /
                       fmt::format("template_{}_{}.fits", input.score.band, input.detector_name);
    report.subsection(
        fmt::format("{}, visit {}, {}", input.detector_name, input.score.visit, input.score.band));
    report.figures({picture(raw.view(), draw::zscale_limits(raw.view()), "raw"),
                    sky_picture(clean, "clean, sky subtracted"),
                    sky_picture(io::read_masked_image(coadd).image, "template"),
                    sky_picture(difference, "difference")});
  }
}

void add_stamps(draw::Report& report, const DemoRequest& request, const DemoSummary& summary) {
  report.section("Alerts");
  report.paragraph(
      "Some of the alerts above SNR 6, the brightest first: science, template, difference. False "
      "ones, if any, stand at the end.");
  const auto visit = summary.alerts.wholes("visit");
  const auto detector = summary.alerts.wholes("detector");
  const auto index = summary.alerts.wholes("index");
  const auto band = summary.alerts.column<std::string>("band");
  std::map<std::pair<std::int64_t, std::int64_t>, pipelines::Stamps> cache;
  std::vector<draw::Figure> figures;
  for (const ScoredAlert& alert : chosen(summary.score)) {
    const std::pair key{visit[alert.row], detector[alert.row]};
    if (!cache.contains(key)) {
      const auto products = pipelines::night_products(request.out / "survey", key.first,
                                                      static_cast<int>(key.second));
      if (!products) continue;
      cache.emplace(key, pipelines::read_stamps(products->stamps));
    }
    const draw::Canvas canvas =
        pipelines::stamp_picture(cache.at(key), static_cast<int>(index[alert.row]));
    const std::string caption =
        fmt::format("{} SNR {:.0f}{}", band[alert.row], alert.snr, alert.real ? "" : ", false");
    figures.push_back(
        {draw::inline_png(draw::encode_png(canvas), caption, draw::Smoothing::pixelated), caption});
  }
  report.stamps(figures);
}

}  // namespace skywright::demo
