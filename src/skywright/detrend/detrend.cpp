#include "skywright/detrend/detrend.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/detrend/detail/signal_rows.h"
#include "skywright/detrend/interpolation.h"

namespace skywright::detrend {
namespace {

using image::Box;
using image::MaskBits;
using image::MaskPlane;

constexpr std::size_t kRowsInChunk = 64;

void check_master(const std::optional<image::MaskedImage>& master, std::string_view name,
                  const instrument::Detector& detector) {
  if (!master || (master->width() == detector.width && master->height() == detector.height)) return;
  throw InputError(fmt::format("master {} of detector {}", name, detector.name),
                   fmt::format("{}x{} pixels where the detector has {}x{}", master->width(),
                               master->height(), detector.width, detector.height),
                   "build it from frames of this detector");
}

void check_masters(const Masters& masters, const instrument::Detector& detector) {
  check_master(masters.bias, "bias", detector);
  check_master(masters.dark, "dark", detector);
  check_master(masters.flat, "flat", detector);
  if (masters.defects &&
      (masters.defects->width() != detector.width || masters.defects->height() != detector.height))
    throw InputError(fmt::format("defect map of detector {}", detector.name),
                     "its size is not the detector's", "build it from frames of this detector");
}

/// What one stretch of a row needs of the masters.
struct Stretch {
  int x0 = 0;
  int y = 0;
  std::size_t width = 0;
};

void subtract_master(const image::MaskedImage& master, const Stretch& at, float scale,
                     float* pixels, float* extra_variance) {
  const float* value = master.pixels.row(at.y) + at.x0;
  const float* variance = master.variance.row(at.y) + at.x0;
  for (std::size_t x = 0; x < at.width; ++x) {
    pixels[x] -= scale * value[x];
    extra_variance[x] += scale * scale * variance[x];
  }
}

void divide_by_flat(const image::MaskedImage& flat, const Stretch& at, float least, float* pixels,
                    float* variance, MaskBits* mask) {
  const float* value = flat.pixels.row(at.y) + at.x0;
  const float* flat_variance = flat.variance.row(at.y) + at.x0;
  const MaskBits* flat_mask = flat.mask.row(at.y) + at.x0;
  for (std::size_t x = 0; x < at.width; ++x) {
    const bool good = value[x] >= least;
    const float inverse = good ? 1.0F / value[x] : 1.0F;
    const float clean = pixels[x] * inverse;
    variance[x] = inverse * inverse * (variance[x] + clean * clean * flat_variance[x]);
    pixels[x] = clean;
    mask[x] |=
        (flat_mask[x] & image::bit(MaskPlane::bad)) | (good ? 0U : image::bit(MaskPlane::bad));
  }
}

/// Turns rows of ADU into rows of the assembled image.
class Assembler {
 public:
  Assembler(const instrument::Detector& detector, const Masters& masters,
            const DetrendConfig& config, double exposure_s, std::span<const double> read_noise,
            image::MaskedImage& out)
      : detector_(detector),
        masters_(masters),
        least_flat_(static_cast<float>(config.least_flat)),
        exposure_s_(static_cast<float>(exposure_s)),
        read_noise_(read_noise),
        out_(out) {}

  void put(std::size_t i, int r, detail::SignalRow& row) const {
    const auto& amplifier = detector_.amplifiers[i];
    if (row.signal.empty()) return;
    if (amplifier.flip_x) {
      std::reverse(row.signal.begin(), row.signal.end());
      std::reverse(row.flags.begin(), row.flags.end());
    }
    const Box& box = amplifier.detector_box;
    const Stretch at{box.x0, amplifier.flip_y ? box.y_end() - 1 - r : box.y0 + r,
                     row.signal.size()};
    float* pixels = out_.pixels.row(at.y) + at.x0;
    float* variance = out_.variance.row(at.y) + at.x0;
    MaskBits* mask = out_.mask.row(at.y) + at.x0;
    const auto gain = static_cast<float>(amplifier.gain);
    for (std::size_t x = 0; x < at.width; ++x) {
      pixels[x] = gain * row.signal[x];
      variance[x] = 0.0F;
      mask[x] = row.flags[x];
    }
    if (masters_.bias) subtract_master(*masters_.bias, at, 1.0F, pixels, variance);
    const auto noise = static_cast<float>(read_noise_[i] * read_noise_[i]);
    for (std::size_t x = 0; x < at.width; ++x)
      variance[x] += noise + (pixels[x] > 0.0F ? pixels[x] : 0.0F);
    if (masters_.dark) subtract_master(*masters_.dark, at, exposure_s_, pixels, variance);
    if (masters_.flat) divide_by_flat(*masters_.flat, at, least_flat_, pixels, variance, mask);
    if (masters_.defects) {
      const MaskBits* defects = masters_.defects->row(at.y) + at.x0;
      for (std::size_t x = 0; x < at.width; ++x) mask[x] |= defects[x];
    }
  }

 private:
  const instrument::Detector& detector_;
  const Masters& masters_;
  float least_flat_;
  float exposure_s_;
  std::span<const double> read_noise_;
  image::MaskedImage& out_;
};

void check_boxes(const instrument::Detector& detector) {
  for (const auto& amplifier : detector.amplifiers) {
    const Box& to = amplifier.detector_box;
    if (!Box{0, 0, detector.width, detector.height}.contains(to) ||
        to.width != amplifier.data.width || to.height != amplifier.data.height ||
        !amplifier.raw.contains(amplifier.data))
      throw InputError(fmt::format("amplifier {} of detector {}", amplifier.name, detector.name),
                       "its sections do not fit each other or the detector",
                       "correct the instrument file");
  }
}

int grow_saturation(image::Image<MaskBits>& mask, int growth) {
  constexpr MaskBits kSaturated = image::bit(MaskPlane::saturated);
  std::vector<std::pair<int, int>> places;
  for (int y = 0; y < mask.height(); ++y) {
    const MaskBits* row = mask.row(y);
    for (int x = 0; x < mask.width(); ++x)
      if ((row[x] & kSaturated) != 0) places.emplace_back(x, y);
  }
  int added = 0;
  for (const auto& [px, py] : places) {
    const Box near = image::square_around(px, py, growth).intersection(mask.box());
    for (int y = near.y0; y < near.y_end(); ++y)
      for (int x = near.x0; x < near.x_end(); ++x) {
        added += (mask(x, y) & kSaturated) == 0 ? 1 : 0;
        mask(x, y) |= kSaturated;
      }
  }
  return static_cast<int>(places.size()) + added;
}

int count_bit(const image::Image<MaskBits>& mask, MaskBits wanted) {
  int count = 0;
  for (const MaskBits m : mask.pixels()) count += (m & wanted) != 0 ? 1 : 0;
  return count;
}

}  // namespace

void describe(Fields& fields, DetrendConfig& config) {
  describe_nested(fields, "overscan", config.overscan, "zero level from the overscan");
  describe_nested(fields, "cosmic_rays", config.cosmic_rays, "how cosmic rays are found");
  fields.flag("correct_crosstalk", config.correct_crosstalk,
              "take off crosstalk between amplifiers");
  fields.whole("saturation_growth", config.saturation_growth,
               "margin around saturated pixels [pixel]", {.low = 0, .high = 50});
  fields.number("suspect_fraction", config.suspect_fraction,
                "part of saturation above which a pixel is SUSPECT", {.high = 1.0, .above = 0.0});
  fields.flag("interpolate_defects", config.interpolate_defects, "replace bad pixels' values");
  fields.number("least_flat", config.least_flat, "pixels with a lower flat are BAD",
                {.above = 0.0});
}

DetrendResult detrend(const RawExposure& raw, const instrument::Detector& detector,
                      const Masters& masters, const DetrendConfig& config,
                      const Execution& execution) {
  check_fields(config);
  check_geometry(raw, detector);
  check_boxes(detector);
  check_masters(masters, detector);
  const std::size_t n = detector.amplifiers.size();
  DetrendResult result;
  std::vector<ZeroLevel> zero(n);
  execution.for_each(n, [&](std::size_t i) {
    zero[i] = measure_zero_level(raw.amplifiers[i].view(), detector.amplifiers[i], config.overscan);
  });
  std::vector<double> read_noise(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto& amplifier = detector.amplifiers[i];
    read_noise[i] =
        zero[i].read_noise > 0.0 ? zero[i].read_noise * amplifier.gain : amplifier.read_noise;
    result.amplifiers.push_back({amplifier.name, zero[i].level, read_noise[i], 0, 0});
  }

  // Pixels that no amplifier fills stay NO_DATA.
  result.image = image::MaskedImage(detector.width, detector.height);
  for (MaskBits& m : result.image.mask.pixels()) m = image::bit(MaskPlane::no_data);
  const detail::SignalRows source(raw, detector, masters, config, zero, read_noise);
  const Assembler assembler(detector, masters, config, raw.info.exposure_s, read_noise,
                            result.image);
  execution.for_chunks(static_cast<std::size_t>(source.row_count()), kRowsInChunk,
                       [&](std::size_t begin, std::size_t end) {
                         std::vector<detail::SignalRow> rows;
                         for (std::size_t r = begin; r < end; ++r) {
                           source.read(static_cast<int>(r), rows);
                           for (std::size_t i = 0; i < n; ++i)
                             assembler.put(i, static_cast<int>(r), rows[i]);
                         }
                       });
  execution.check_stop();
  for (std::size_t i = 0; i < n; ++i) {
    const Box& box = detector.amplifiers[i].detector_box;
    for (int y = box.y0; y < box.y_end(); ++y) {
      const MaskBits* mask = result.image.mask.row(y);
      for (int x = box.x0; x < box.x_end(); ++x) {
        result.amplifiers[i].saturated += (mask[x] & image::bit(MaskPlane::saturated)) != 0 ? 1 : 0;
        result.amplifiers[i].not_finite +=
            (mask[x] & image::bit(MaskPlane::not_finite)) != 0 ? 1 : 0;
      }
    }
  }
  result.saturated = grow_saturation(result.image.mask, config.saturation_growth);
  result.defective = count_bit(result.image.mask, image::bit(MaskPlane::bad));
  if (config.interpolate_defects)
    result.interpolated =
        interpolate_over(result.image, image::bits({MaskPlane::bad, MaskPlane::not_finite}));
  result.cosmic_rays = reject_cosmic_rays(result.image, config.cosmic_rays, execution);
  return result;
}

}  // namespace skywright::detrend
