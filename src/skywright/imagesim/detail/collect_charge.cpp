#include <algorithm>
#include <cmath>
#include <numbers>

#include "skywright/base/random_fill.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/vector_clones.h"
#include "skywright/imagesim/detail/exposure_parts.h"
#include "skywright/instrument/headlines.h"

namespace skywright::imagesim::detail {
namespace {

/// mean = (objects + sky) * response + dark, with a sky that changes along the row.
SKYWRIGHT_VECTOR_CLONES
void mean_row(float* __restrict row, const float* __restrict response, int width, float sky,
              float slope, float dark) {
  for (int x = 0; x < width; ++x)
    row[x] = (row[x] + (sky + slope * static_cast<float>(x))) * response[x] + dark;
}

/// The sky's slope over this detector [electron/pixel], and its level at the first pixel.
struct SkyPlane {
  double level = 0.0, slope_x = 0.0, slope_y = 0.0;
};

SkyPlane sky_plane(const instrument::Instrument& instrument, const instrument::Detector& detector,
                   const instrument::VisitInfo& visit, double electrons, double gradient,
                   std::uint64_t seed) {
  auto random = RandomStream::for_unit(seed, {visit.visit}, "sky_gradient");
  const double direction = 2.0 * std::numbers::pi * random.uniform();
  const double field_mm = instrument::field_edge_mm(instrument);
  const double per_mm = electrons * gradient / std::max(field_mm, 1e-3);
  const double gx = per_mm * std::cos(direction);
  const double gy = per_mm * std::sin(direction);
  const double c = sphere::cos(detector.rotation);
  const double s = sphere::sin(detector.rotation);
  const double pixel_mm = detector.pixel_um / 1000.0;
  SkyPlane plane;
  plane.slope_x = (gx * c + gy * s) * pixel_mm;
  plane.slope_y = (-gx * s + gy * c) * pixel_mm;
  plane.level = electrons + gx * detector.x_mm + gy * detector.y_mm -
                0.5 * (detector.width - 1) * plane.slope_x -
                0.5 * (detector.height - 1) * plane.slope_y;
  return plane;
}

}  // namespace

void collect_charge(image::ImageView<float> electrons, image::ImageView<image::MaskBits> mask,
                    const instrument::Instrument& instrument, const instrument::Detector& detector,
                    const instrument::VisitInfo& visit, double uniform_electrons,
                    const ImageSimConfig& config, std::uint64_t seed, const Execution& execution) {
  const Sensor sensor(instrument, detector, config.sensor,
                      static_cast<std::uint64_t>(config.instrument_seed));
  const double gradient =
      visit.kind == instrument::ExposureKind::science ? config.sky_gradient : 0.0;
  const SkyPlane plane = sky_plane(instrument, detector, visit, uniform_electrons, gradient, seed);
  const auto dark = static_cast<float>(detector.dark_current * visit.exposure_s);
  const auto photons = RandomField::for_unit(seed, {visit.visit, detector.id}, "photon_noise");
  const auto width = static_cast<std::size_t>(electrons.width());
  const std::uint64_t stride = (width + 63) / 64 * 64;
  const bool lit = uniform_electrons > 0.0 || visit.kind == instrument::ExposureKind::science;
  const auto height = static_cast<std::size_t>(electrons.height());
  execution.for_chunks(height, 64, [&](std::size_t begin, std::size_t end) {
    std::vector<float> response(width, 1.0F);
    std::vector<float> mean(width);
    for (std::size_t y = begin; y < end; ++y) {
      const int row = static_cast<int>(y);
      float* charge = electrons.row(row);
      if (lit) sensor.response_row(row, response);
      std::copy_n(charge, width, mean.begin());
      const double level = plane.level + plane.slope_y * static_cast<double>(y);
      mean_row(mean.data(), response.data(), electrons.width(), static_cast<float>(level),
               static_cast<float>(plane.slope_x), dark);
      const auto& defects = sensor.defects();
      const auto first = std::lower_bound(defects.begin(), defects.end(), row,
                                          [](const Defect& d, int at) { return d.y < at; });
      for (auto d = first; d != defects.end() && d->y == row; ++d) {
        mask(d->x, row) |= image::bit(image::MaskPlane::bad);
        mean[static_cast<std::size_t>(d->x)] += d->dark_rate * static_cast<float>(visit.exposure_s);
      }
      if (lit || dark > 0.0F) photons.poisson(y * stride, mean, std::span(charge, width));
    }
  });
}

}  // namespace skywright::imagesim::detail
