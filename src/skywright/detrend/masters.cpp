#include "skywright/detrend/masters.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/detrend/detail/clipped_stack.h"
#include "skywright/math/statistics.h"

namespace skywright::detrend {
namespace {

constexpr double kLeastFlat = 50.0;  // [electron] median; less is no flat

/// A frame made ready to be averaged.
struct Prepared {
  image::MaskedImage image;
  double weight = 1.0;
};

DetrendConfig without_repairs(const MasterConfig& config) {
  DetrendConfig d;
  d.overscan = config.overscan;
  d.correct_crosstalk = config.correct_crosstalk;
  d.cosmic_rays.enabled = false;  // the comparison of frames finds them
  d.interpolate_defects = false;
  d.saturation_growth = 0;
  return d;
}

void scale(image::MaskedImage& image, double factor) {
  const auto f = static_cast<float>(factor);
  for (float& v : image.pixels.pixels()) v *= f;
  for (float& v : image.variance.pixels()) v *= f * f;
}

void fill(image::Image<float>& image, const image::Box& box, double value) {
  for (int y = box.y0; y < box.y_end(); ++y)
    std::fill_n(image.row(y) + box.x0, box.width, static_cast<float>(value));
}

/// One good pixel in 61, a prime, so that no column is favoured.
std::vector<float> sample(const image::MaskedImage& image) {
  std::vector<float> values;
  const auto pixels = image.pixels.pixels();
  const auto mask = image.mask.pixels();
  for (std::size_t i = 0; i < pixels.size(); i += 61)
    if ((mask[i] & image::kUnusable) == 0) values.push_back(pixels[i]);
  return values;
}

double noise_ratio(const image::MaskedImage& frame, const image::MaskedImage& mean, int frames) {
  if (frames < 2) return 0.0;
  std::vector<float> pulls;
  const double share = 1.0 - 1.0 / frames;
  for (std::size_t i = 0; i < frame.pixels.size(); i += 61) {
    if (((frame.mask.pixels()[i] | mean.mask.pixels()[i]) & image::kUnusable) != 0) continue;
    const double d = static_cast<double>(frame.pixels.pixels()[i] - mean.pixels.pixels()[i]);
    pulls.push_back(
        static_cast<float>(d / std::sqrt(share * static_cast<double>(frame.variance.pixels()[i]))));
  }
  return pulls.size() < 2 ? 0.0
                          : math::clipped_statistics(std::span<const float>(pulls), 5.0).sigma;
}

MasterFrame combine(std::string_view kind, std::size_t count, const instrument::Detector& detector,
                    const MasterConfig& config, const Execution& execution,
                    const std::function<Prepared(std::size_t)>& get) {
  check_fields(config);
  if (count == 0)
    throw InputError(fmt::format("master {} of detector {}", kind, detector.name),
                     fmt::format("there is no {} exposure", kind), "name at least one raw frame");
  detail::ClippedStack stack(detector.width, detector.height, count,
                             static_cast<std::size_t>(config.median_frames), config.clip,
                             execution);
  image::MaskedImage last;
  for (std::size_t i = 0; i < count; ++i) {
    execution.check_stop();
    Prepared frame = get(i);
    if (i + 1 == count) last = frame.image;
    stack.add(std::move(frame.image), frame.weight);
  }
  detail::ClippedStack::Mean mean = stack.finish();
  MasterFrame master;
  master.frames = static_cast<int>(count);
  master.rejected = mean.rejected;
  master.image = std::move(mean.image);
  master.noise_ratio = noise_ratio(last, master.image, master.frames);
  return master;
}

}  // namespace

void describe(Fields& fields, MasterConfig& config) {
  describe_nested(fields, "overscan", config.overscan, "zero level from the overscan");
  fields.flag("correct_crosstalk", config.correct_crosstalk,
              "take off crosstalk between amplifiers");
  fields.number("clip", config.clip, "outliers left out [sigma]", {.low = 3.0});
  fields.whole("median_frames", config.median_frames,
               "number of frames whose median tells outliers", {.low = 1, .high = 50});
  fields.number("flat_low", config.flat_low, "response below which a pixel is dead",
                {.low = 0.0, .below = 1.0});
  fields.number("flat_high", config.flat_high, "response above which a pixel is bad",
                {.above = 1.0});
  fields.number("hot_rate", config.hot_rate, "dark current above which a pixel is hot [electron/s]",
                {.above = 0.0});
  fields.number("column_share", config.column_share, "flagged part above which a column is bad",
                {.high = 1.0, .above = 0.0});
}

MasterFrame build_bias(const RawSource& raws, std::size_t count,
                       const instrument::Detector& detector, const MasterConfig& config,
                       const Execution& execution) {
  const DetrendConfig steps = without_repairs(config);
  return combine("bias", count, detector, config, execution, [&](std::size_t i) {
    DetrendResult result = detrend(raws(i), detector, {}, steps, execution);
    // A bias has no light: its variance is the read noise's, whatever a pixel's value.
    for (std::size_t k = 0; k < detector.amplifiers.size(); ++k)
      fill(result.image.variance, detector.amplifiers[k].detector_box,
           result.amplifiers[k].read_noise * result.amplifiers[k].read_noise);
    return Prepared{std::move(result.image), 1.0};
  });
}

MasterFrame build_dark(const RawSource& raws, std::size_t count,
                       const instrument::Detector& detector, const Masters& masters,
                       const MasterConfig& config, const Execution& execution) {
  const DetrendConfig steps = without_repairs(config);
  Masters used;
  used.bias = masters.bias;
  // The bias's error is the same in all frames: it is added to the mean, not averaged away.
  if (used.bias) std::fill_n(used.bias->variance.data(), used.bias->variance.size(), 0.0F);
  double total_seconds = 0.0;
  MasterFrame master = combine("dark", count, detector, config, execution, [&](std::size_t i) {
    const RawExposure raw = raws(i);
    const double seconds = raw.info.exposure_s;
    if (!(seconds > 0.0))
      throw InputError(fmt::format("dark exposure {} of detector {}", i + 1, detector.name),
                       fmt::format("its exposure time is {} s", seconds),
                       "take darks of some seconds, and see that the header gives them");
    Prepared frame{detrend(raw, detector, used, steps, execution).image, seconds};
    scale(frame.image, 1.0 / seconds);
    total_seconds += seconds;
    return frame;
  });
  if (masters.bias) {
    const auto share = static_cast<float>(std::pow(static_cast<double>(count) / total_seconds, 2));
    for (std::size_t k = 0; k < master.image.variance.size(); ++k)
      master.image.variance.pixels()[k] += share * masters.bias->variance.pixels()[k];
  }
  return master;
}

MasterFrame build_flat(const RawSource& raws, std::size_t count,
                       const instrument::Detector& detector, const Masters& masters,
                       const MasterConfig& config, const Execution& execution) {
  const DetrendConfig steps = without_repairs(config);
  Masters used;
  used.bias = masters.bias;
  used.dark = masters.dark;
  used.linearity = masters.linearity;
  used.crosstalk = masters.crosstalk;
  MasterFrame master = combine("flat", count, detector, config, execution, [&](std::size_t i) {
    Prepared frame{detrend(raws(i), detector, used, steps, execution).image, 1.0};
    const double level = math::median(std::span<const float>(sample(frame.image)));
    if (!(level > kLeastFlat))
      throw InputError(fmt::format("flat {} of detector {}", i + 1, detector.name),
                       fmt::format("its median level is {:.4g} electron", level),
                       "leave out flats without light or saturated all over");
    frame.weight = level;
    scale(frame.image, 1.0 / level);
    return frame;
  });
  double sum = 0.0;
  std::int64_t good = 0;
  for (std::size_t i = 0; i < master.image.pixels.size(); ++i)
    if ((master.image.mask.pixels()[i] & image::kUnusable) == 0) {
      sum += static_cast<double>(master.image.pixels.pixels()[i]);
      ++good;
    }
  if (good > 0 && sum > 0.0) scale(master.image, static_cast<double>(good) / sum);
  return master;
}

}  // namespace skywright::detrend
