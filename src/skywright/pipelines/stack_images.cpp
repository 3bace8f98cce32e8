#include "skywright/pipelines/stack_images.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/math/statistics.h"

namespace skywright::pipelines {
namespace {

/// The grid of the first image without its distortion, wide enough for all of them. It goes by a
/// whole pixel at the first one's middle, so that images on one grid are added and not resampled.
stack::StackGrid covering_grid(const std::vector<OpenedImage>& images, double zoom) {
  const Exposure& first = images.front().exposure;
  const image::PixelPosition middle{std::floor(0.5 * (first.image.width() - 1)),
                                    std::floor(0.5 * (first.image.height() - 1))};
  wcs::Linear linear;
  linear.reference_pixel = {0.0, 0.0};
  linear.reference_sky = first.wcs->sky_at(middle);
  linear.cd = first.wcs->jacobian(middle);
  for (double& element : linear.cd) element *= zoom;
  const wcs::Wcs tangent(linear);
  double left = 0.0, right = 0.0, bottom = 0.0, top = 0.0;
  for (const OpenedImage& image : images) {
    const double w = image.exposure.image.width() - 1;
    const double h = image.exposure.image.height() - 1;
    for (const image::PixelPosition& corner :
         {image::PixelPosition{0.0, 0.0}, {w, 0.0}, {0.0, h}, {w, h}}) {
      const image::PixelPosition at = tangent.pixel_at(image.exposure.wcs->sky_at(corner));
      left = std::min(left, at.x);
      right = std::max(right, at.x);
      bottom = std::min(bottom, at.y);
      top = std::max(top, at.y);
    }
  }
  // A side of 65,536 pixels is 17 GB in each plane: images of fields that lie apart, by mistake.
  constexpr double kWidest = 65536.0;
  if (!(right - left < kWidest && top - bottom < kWidest))
    throw InputError("images", "they lie far apart: one grid for all of them is too large",
                     "stack those of one field, or name the grid by --like or --width");
  const auto lowest = [](double v) { return std::floor(v + 0.5); };
  const auto highest = [](double v) { return std::ceil(v - 0.5); };
  linear.reference_pixel = {-lowest(left), -lowest(bottom)};
  return {wcs::Wcs(linear), static_cast<int>(highest(right) - lowest(left)) + 1,
          static_cast<int>(highest(top) - lowest(bottom)) + 1};
}

stack::StackGrid grid_of(const GridRequest& request, const std::vector<OpenedImage>& images) {
  const Exposure& first = images.front().exposure;
  if (request.like) return *request.like;
  if (request.ra.has_value() != request.dec.has_value())
    throw ConfigError("--ra and --dec", "one without the other", "give both or neither");
  const image::PixelPosition middle{0.5 * (first.image.width() - 1),
                                    0.5 * (first.image.height() - 1)};
  const double own_scale = first.wcs->pixel_scale(middle).arcsec();
  const double scale = request.scale.value_or(own_scale);
  if (!(scale > 0.0)) throw ConfigError("--scale", "must be > 0", "arcsec per pixel");
  if (!request.ra && !request.width && !request.height)
    return covering_grid(images, scale / own_scale);
  const wcs::SkyPosition place = request.ra
                                     ? wcs::SkyPosition::from_degrees(*request.ra, *request.dec)
                                     : first.wcs->sky_at(middle);
  const int width = request.width.value_or(request.height.value_or(
      static_cast<int>(std::ceil(first.image.width() * own_scale / scale))));
  return stack::tangent_grid(place, width, request.height.value_or(width),
                             wcs::Angle::from_arcsec(scale));
}

}  // namespace

void require_wcs(const OpenedImage& image) {
  if (!image.exposure.wcs)
    throw InputError(image.name, "has no WCS", "run `skywright solve` on it first");
}

Stacked stack_images(std::vector<OpenedImage> opened, const GridRequest& request,
                     const stack::StackConfig& config, const Execution& execution) {
  check_fields(config);
  if (opened.empty()) throw ConfigError("no image", "nothing to stack", "name images");
  StackSummary out;
  for (OpenedImage& image : opened) {
    require_wcs(image);
    measure_noise(image, {});
  }
  const std::optional<double> zero_point = opened.front().exposure.zero_point;
  std::vector<stack::StackInput> inputs;
  for (std::size_t k = 0; k < opened.size(); ++k) {
    const Exposure& e = opened[k].exposure;
    double scale = 1.0;
    if (zero_point && e.zero_point)
      scale = std::pow(10.0, 0.4 * (*zero_point - *e.zero_point));
    else if (zero_point || e.zero_point)
      out.warnings.push_back(opened[k].name +
                             ": some images have no zero point; fluxes as they are");
    inputs.push_back({.image = e.image.view(),
                      .wcs = *e.wcs,
                      .flux_scale = scale,
                      .psf = e.psf ? &*e.psf : nullptr,
                      .noise = e.noise});
  }
  const stack::StackGrid grid = grid_of(request, opened);
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
  return {.coadd = std::move(result),
          .coverage = std::move(coadd.count),
          .weights = std::move(coadd.weights),
          .summary = std::move(out)};
}

std::string StackSummary::json() const {
  return fmt::format(
      R"({{"images":{},"width":{},"height":{},"covered":{},"clipped":{},"median_count":{},)"
      R"("zero_point":{}}})",
      images, width, height, covered, clipped, median_count,
      zero_point && std::isfinite(*zero_point) ? fmt::format("{:.4f}", *zero_point) : "null");
}

std::string StackSummary::text() const {
  return fmt::format("{} images on {} x {} pixels, {:.1f} % covered, {} input pixels rejected",
                     images, width, height,
                     100.0 * static_cast<double>(covered) / (static_cast<double>(width) * height),
                     clipped);
}

}  // namespace skywright::pipelines
