#include "skywright/pipelines/stack_files.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/fits.h"
#include "skywright/io/wcs_cards.h"
#include "skywright/math/statistics.h"
#include "skywright/pipelines/foreign_image.h"

namespace skywright::pipelines {
namespace {

stack::StackGrid grid_of(const GridRequest& request, const Exposure& first) {
  if (!request.like.empty()) {
    const io::HduPath path = io::parse_hdu_path(request.like);
    const io::FitsImage like = io::read_image(path.path, path.hdu);
    const std::optional<wcs::Wcs> wcs = io::wcs_from_header(like.header);
    if (!wcs) throw InputError(request.like, "has no WCS", "name an image with one");
    return {*wcs, like.pixels.width(), like.pixels.height()};
  }
  const int width = first.image.width();
  const int height = first.image.height();
  const image::PixelPosition middle{0.5 * (width - 1), 0.5 * (height - 1)};
  const wcs::SkyPosition centre = first.wcs->sky_at(middle);
  const double scale = request.scale.value_or(first.wcs->pixel_scale(middle).arcsec());
  // Large enough for the first image in whatever direction it is turned.
  const int diagonal = static_cast<int>(
      std::ceil(std::hypot(width, height) * first.wcs->pixel_scale(middle).arcsec() / scale));
  if (request.ra.has_value() != request.dec.has_value())
    throw ConfigError("--ra and --dec", "one without the other", "give both or neither");
  if (!(scale > 0.0)) throw ConfigError("--scale", "must be > 0", "arcsec per pixel");
  const wcs::SkyPosition place =
      request.ra ? wcs::SkyPosition::from_degrees(*request.ra, *request.dec) : centre;
  return stack::tangent_grid(place, request.width.value_or(diagonal),
                             request.height.value_or(request.width.value_or(diagonal)),
                             wcs::Angle::from_arcsec(scale));
}

}  // namespace

StackSummary stack_files(const StackJob& job, const stack::StackConfig& config,
                         const Execution& execution) {
  check_fields(config);
  if (job.images.empty()) throw ConfigError("no image", "nothing to stack", "name images");
  std::vector<OpenedImage> opened;
  StackSummary out;
  for (const std::string& name : job.images) {
    opened.push_back(open_image({.image = name, .noise = {}, .mask = {}, .psf = {}}, execution));
    if (!opened.back().exposure.wcs)
      throw InputError(name, "has no WCS", "run `skywright solve` on it first");
    measure_noise(opened.back(), {});
  }
  const std::optional<double> zero_point = opened.front().exposure.zero_point;
  std::vector<stack::StackInput> inputs;
  for (std::size_t k = 0; k < opened.size(); ++k) {
    const Exposure& e = opened[k].exposure;
    double scale = 1.0;
    if (zero_point && e.zero_point)
      scale = std::pow(10.0, 0.4 * (*zero_point - *e.zero_point));
    else if (zero_point || e.zero_point)
      out.warnings.push_back(job.images[k] +
                             ": some images have no zero point; fluxes as they are");
    inputs.push_back({.image = e.image.view(),
                      .wcs = *e.wcs,
                      .flux_scale = scale,
                      .psf = e.psf ? &*e.psf : nullptr,
                      .noise = e.noise});
  }
  const stack::StackGrid grid = grid_of(job.grid, opened.front().exposure);
  stack::Stack coadd = stack::stack(inputs, grid, config, execution);

  out.images = static_cast<int>(inputs.size());
  out.width = grid.width;
  out.height = grid.height;
  out.clipped = coadd.clipped;
  out.zero_point = zero_point;
  std::vector<float> counts;
  for (const std::uint16_t n : coadd.count.pixels()) {
    if (n == 0) continue;
    ++out.covered;
    counts.push_back(static_cast<float>(n));
  }
  out.median_count = counts.empty() ? 0.0 : math::median(counts);
  Exposure result{.header = {},
                  .image = std::move(coadd.image),
                  .wcs = grid.wcs,
                  .psf = std::move(coadd.psf),
                  .zero_point = zero_point,
                  .noise = std::move(coadd.noise)};
  const header::Header& first = opened.front().exposure.header;
  for (const char* key : {"BUNIT", "FILTER", "BAND"})
    if (const header::Card* card = first.find(key))
      result.header.set(key, card->value, card->comment);
  result.header.set("NCOMBINE", out.images, "images averaged");
  write_exposure(job.out, result);
  return out;
}

std::string StackSummary::json() const {
  return fmt::format(
      R"({{"images":{},"width":{},"height":{},"covered":{},"clipped":{},"median_count":{},)"
      R"("zero_point":{}}})",
      images, width, height, covered, clipped, median_count,
      zero_point ? fmt::format("{:.4f}", *zero_point) : "null");
}

std::string StackSummary::text() const {
  return fmt::format("{} images on {} x {} pixels, {:.1f} % covered, {} input pixels rejected",
                     images, width, height,
                     100.0 * static_cast<double>(covered) / (static_cast<double>(width) * height),
                     clipped);
}

}  // namespace skywright::pipelines
