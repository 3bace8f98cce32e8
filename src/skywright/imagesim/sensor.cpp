#include "skywright/imagesim/sensor.h"

#include <algorithm>
#include <cmath>

#include "skywright/base/random_fill.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/vector_clones.h"
#include "skywright/instrument/headlines.h"

namespace skywright::imagesim {
namespace {

/// Vignetting times one plus noise, along a row.
/// Light lost grows from 0.65 of the field's radius outwards to 25 % at its edge, the shape of a
/// baffle's shadow on a round pupil.
SKYWRIGHT_VECTOR_CLONES
void vignette_row(float* __restrict row, int width, float x0, float dy2, float inverse_radius2,
                  float rms) {
  for (int x = 0; x < width; ++x) {
    const float dx = static_cast<float>(x) - x0;
    const float rho2 = (dx * dx + dy2) * inverse_radius2;
    const float beyond = rho2 > 0.4225F ? rho2 - 0.4225F : 0.0F;
    row[x] = (1.0F + rms * row[x]) * (1.0F - 0.01F * rho2 - 0.75F * beyond * beyond);
  }
}

std::uint64_t row_start(int y, int width) {
  return static_cast<std::uint64_t>(y) * ((static_cast<std::uint64_t>(width) + 63) / 64 * 64);
}

}  // namespace

Sensor::Sensor(const instrument::Instrument& instrument, const instrument::Detector& detector,
               const SensorConfig& config, std::uint64_t instrument_seed)
    : detector_(detector), config_(config), seed_(instrument_seed) {
  const double pixel_mm = detector.pixel_um / 1000.0;
  field_radius_pixel_ = std::max(instrument::field_edge_mm(instrument) / pixel_mm, 1.0);
  const double c = sphere::cos(detector.rotation);
  const double s = sphere::sin(detector.rotation);
  axis_x_ = 0.5 * (detector.width - 1) - (detector.x_mm * c + detector.y_mm * s) / pixel_mm;
  axis_y_ = 0.5 * (detector.height - 1) - (-detector.x_mm * s + detector.y_mm * c) / pixel_mm;
  auto random = RandomStream::for_unit(seed_, {detector.id}, "amplifier_response");
  for (std::size_t a = 0; a < detector.amplifiers.size(); ++a)
    amplifier_.push_back(1.0 +
                         config.amplifier_response_rms * std::clamp(random.normal(), -3.0, 3.0));
  find_defects();
}

void Sensor::find_defects() {
  auto random = RandomStream::for_unit(seed_, {detector_.id}, "defects");
  const double millions = 1e-6 * detector_.width * detector_.height;
  const auto place = [&](DefectKind kind, float rate) {
    const auto x = static_cast<int>(random.below(detector_.width));
    const auto y = static_cast<int>(random.below(detector_.height));
    defects_.push_back({x, y, kind, rate});
  };
  const std::int64_t hot = random.poisson(config_.hot_pixels_per_million * millions);
  for (std::int64_t i = 0; i < hot; ++i)
    place(DefectKind::hot, static_cast<float>(5.0 * std::exp(1.5 * random.normal()) + 2.0));
  const std::int64_t dead = random.poisson(config_.dead_pixels_per_million * millions);
  for (std::int64_t i = 0; i < dead; ++i) place(DefectKind::dead, 0.0F);
  for (int i = 0; i < config_.bad_columns && !detector_.amplifiers.empty(); ++i) {
    const auto a = static_cast<std::size_t>(
        random.below(static_cast<std::int64_t>(detector_.amplifiers.size())));
    const image::Box& box = detector_.amplifiers[a].detector_box;
    const int x = box.x0 + static_cast<int>(random.below(box.width));
    const int length = static_cast<int>(random.uniform(0.05, 0.8) * box.height);
    for (int y = box.y0; y < box.y0 + length; ++y)
      defects_.push_back({x, y, DefectKind::bad_column, 0.0F});
  }
  std::stable_sort(defects_.begin(), defects_.end(), [](const Defect& a, const Defect& b) {
    return a.y != b.y ? a.y < b.y : a.x < b.x;
  });
}

void Sensor::response_row(int y, std::span<float> out) const {
  const auto field = RandomField::for_unit(seed_, {detector_.id}, "pixel_response");
  field.normals(row_start(y, detector_.width), out);
  const double dy = y - axis_y_;
  vignette_row(out.data(), static_cast<int>(out.size()), static_cast<float>(axis_x_),
               static_cast<float>(dy * dy),
               static_cast<float>(1.0 / (field_radius_pixel_ * field_radius_pixel_)),
               static_cast<float>(config_.pixel_response_rms));
  for (std::size_t a = 0; a < amplifier_.size(); ++a) {
    const image::Box& box = detector_.amplifiers[a].detector_box;
    if (y < box.y0 || y >= box.y_end()) continue;
    const auto factor = static_cast<float>(amplifier_[a]);
    for (int x = box.x0; x < box.x_end(); ++x) out[static_cast<std::size_t>(x)] *= factor;
  }
  const auto first = std::lower_bound(defects_.begin(), defects_.end(), y,
                                      [](const Defect& d, int row) { return d.y < row; });
  for (auto d = first; d != defects_.end() && d->y == y; ++d)
    if (d->kind != DefectKind::hot) out[static_cast<std::size_t>(d->x)] = 0.0F;
}

void bleed(image::ImageView<float> electrons, image::ImageView<image::MaskBits> mask,
           const instrument::Detector& detector) {
  float full = 0.0F;  // of the amplifier in hand
  const auto pour = [&](int x, int y, int step, float excess, const image::Box& box) {
    for (y += step; excess > 0.0F && y >= box.y0 && y < box.y_end(); y += step) {
      float& here = electrons(x, y);
      const float room = full - here;
      if (room <= 0.0F) continue;
      const float moved = std::min(room, excess);
      here += moved;
      excess -= moved;
      if (here >= full) mask(x, y) |= image::bit(image::MaskPlane::saturated);
    }
  };
  for (const instrument::Amplifier& amplifier : detector.amplifiers) {
    const image::Box& box = amplifier.detector_box;
    full = static_cast<float>(amplifier.full_well > 0.0 ? amplifier.full_well : detector.full_well);
    for (int y = box.y0; y < box.y_end(); ++y) {
      const float* row = electrons.row(y);
      if (!std::any_of(row + box.x0, row + box.x_end(), [&](float e) { return e > full; }))
        continue;
      for (int x = box.x0; x < box.x_end(); ++x) {
        const float excess = electrons(x, y) - full;
        if (!(excess > 0.0F)) continue;
        electrons(x, y) = full;
        mask(x, y) |= image::bit(image::MaskPlane::saturated);
        pour(x, y, 1, 0.5F * excess, box);
        pour(x, y, -1, 0.5F * excess, box);
      }
    }
  }
}

}  // namespace skywright::imagesim
