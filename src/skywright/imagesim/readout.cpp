#include "skywright/imagesim/readout.h"

#include <algorithm>
#include <cmath>

#include "skywright/base/random_fill.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/vector_clones.h"

namespace skywright::imagesim {
namespace {

using instrument::Amplifier;
using instrument::Detector;

/// The rectangle of raw pixels that an amplifier writes.
image::Box written_box(const Amplifier& amplifier) {
  if (!amplifier.raw.empty()) return amplifier.raw;
  return amplifier.data;
}

/// Bias of one amplifier: what each row and each column adds [ADU].
struct BiasPattern {
  std::vector<float> row;
  std::vector<float> column;
};

BiasPattern bias_pattern(const Detector& detector, std::size_t amplifier,
                         const ReadoutConfig& config, const FrameId& frame) {
  const image::Box box = written_box(detector.amplifiers[amplifier]);
  const auto index = static_cast<std::int64_t>(amplifier);
  auto fixed = RandomStream::for_unit(frame.instrument_seed, {detector.id, index}, "bias_pattern");
  auto drawn = RandomStream::for_unit(frame.seed, {frame.visit, detector.id, index}, "bias_level");
  BiasPattern pattern;
  const double level =
      config.bias_level + 20.0 * fixed.normal() + config.bias_drift * drawn.normal();
  double walk = 0.0;
  for (int y = 0; y < box.height; ++y) {
    pattern.row.push_back(static_cast<float>(level + walk));
    // A walk that is drawn back, so that it stays within some steps of the level.
    walk = 0.98 * walk + config.row_drift * drawn.normal();
  }
  for (int x = 0; x < box.width; ++x)
    // The settling of the clamp at the start of a row, and a pattern by column.
    pattern.column.push_back(
        static_cast<float>(5.0 * config.column_structure * std::exp(-x / 15.0) +
                           config.column_structure * fixed.normal()));
  return pattern;
}

SKYWRIGHT_VECTOR_CLONES
void add_scaled(float* __restrict to, const float* __restrict from, int count, float factor) {
  for (int i = 0; i < count; ++i) to[i] += factor * from[i];
}

SKYWRIGHT_VECTOR_CLONES
void digitise(std::int32_t* __restrict out, const float* __restrict signal,
              const float* __restrict noise, const float* __restrict column, int count, float row,
              float noise_rms, float highest) {
  for (int i = 0; i < count; ++i) {
    float v = signal[i] + (row + column[i]) + noise_rms * noise[i] + 0.5F;
    v = v < 0.0F ? 0.0F : v;
    v = v > highest ? highest : v;
    out[i] = static_cast<std::int32_t>(v);
  }
}

/// Row j of an amplifier's data in the order it is read [ADU].
void read_row(image::ImageView<const float> electrons, const Amplifier& amplifier, int j,
              std::span<float> out) {
  const image::Box& box = amplifier.detector_box;
  const int y = amplifier.flip_y ? box.y_end() - 1 - j : box.y0 + j;
  const float* row = electrons.row(y);
  const auto scale = static_cast<float>(1.0 / amplifier.gain);
  if (amplifier.flip_x)
    for (int i = 0; i < box.width; ++i)
      out[static_cast<std::size_t>(i)] = row[box.x_end() - 1 - i] * scale;
  else
    for (int i = 0; i < box.width; ++i) out[static_cast<std::size_t>(i)] = row[box.x0 + i] * scale;
}

std::vector<RawImage> empty_frames(const Detector& detector) {
  std::vector<RawImage> frames;
  for (std::size_t a = 0; a < detector.amplifiers.size(); ++a) {
    const Amplifier& amplifier = detector.amplifiers[a];
    auto frame = std::find_if(frames.begin(), frames.end(), [&](const RawImage& f) {
      return f.extension == amplifier.extension;
    });
    if (frame == frames.end()) {
      frames.push_back({amplifier.extension, {}, {}});
      frame = frames.end() - 1;
    }
    frame->amplifiers.push_back(a);
  }
  for (RawImage& frame : frames) {
    int width = 0;
    int height = 0;
    for (const std::size_t a : frame.amplifiers) {
      width = std::max(width, written_box(detector.amplifiers[a]).x_end());
      height = std::max(height, written_box(detector.amplifiers[a]).y_end());
    }
    frame.pixels = image::Image<std::int32_t>(width, height);
  }
  return frames;
}

}  // namespace

std::vector<RawImage> read_out(image::ImageView<const float> electrons, const Detector& detector,
                               const ReadoutConfig& config, const FrameId& frame,
                               const Execution& execution) {
  std::vector<RawImage> frames = empty_frames(detector);
  const std::size_t count = detector.amplifiers.size();
  std::vector<image::ImageView<std::int32_t>> targets(count);
  for (RawImage& f : frames)
    for (const std::size_t a : f.amplifiers) targets[a] = f.pixels.view();
  std::vector<BiasPattern> bias;
  int rows = 0;
  int widest = 0;
  for (std::size_t a = 0; a < count; ++a) {
    bias.push_back(bias_pattern(detector, a, config, frame));
    rows = std::max(rows, written_box(detector.amplifiers[a]).height);
    widest = std::max(widest, written_box(detector.amplifiers[a]).width);
  }
  const auto stride = (static_cast<std::size_t>(widest) + 63) / 64 * 64;
  const bool crosstalk = detector.crosstalk.size() == count * count;

  constexpr std::size_t kRows = 64;
  execution.for_chunks(
      static_cast<std::size_t>(rows), kRows, [&](std::size_t begin, std::size_t end) {
        std::vector<float> own(count * stride);
        std::vector<float> signal(stride);
        std::vector<float> noise(stride);
        for (std::size_t row = begin; row < end; ++row) {
          const int raw_row = static_cast<int>(row);
          std::fill(own.begin(), own.end(), 0.0F);
          for (std::size_t a = 0; a < count; ++a) {
            const Amplifier& amplifier = detector.amplifiers[a];
            const image::Box box = written_box(amplifier);
            const int j = raw_row + box.y0 - amplifier.data.y0;
            if (j < 0 || j >= amplifier.data.height) continue;
            const auto offset = static_cast<std::size_t>(amplifier.data.x0 - box.x0);
            read_row(electrons, amplifier, j, std::span(own).subspan(a * stride + offset));
          }
          for (std::size_t a = 0; a < count; ++a) {
            const Amplifier& amplifier = detector.amplifiers[a];
            const image::Box box = written_box(amplifier);
            if (raw_row >= box.height) continue;
            std::copy_n(own.begin() + static_cast<std::ptrdiff_t>(a * stride), box.width,
                        signal.begin());
            if (crosstalk)
              for (std::size_t b = 0; b < count; ++b) {
                const double coefficient = detector.crosstalk[a * count + b];
                if (b != a && coefficient != 0.0)
                  add_scaled(signal.data(), own.data() + b * stride, box.width,
                             static_cast<float>(coefficient));
              }
            const auto field = RandomField::for_unit(
                frame.seed, {frame.visit, detector.id, static_cast<std::int64_t>(a)}, "read_noise");
            field.normals(row * stride,
                          std::span(noise).first(static_cast<std::size_t>(box.width)));
            const double highest =
                amplifier.saturation + config.bias_level > 65535.0 ? 262143.0 : 65535.0;
            digitise(targets[a].row(box.y0 + raw_row) + box.x0, signal.data(), noise.data(),
                     bias[a].column.data(), box.width, bias[a].row[row],
                     static_cast<float>(amplifier.read_noise / amplifier.gain),
                     static_cast<float>(highest));
          }
        }
      });
  return frames;
}

}  // namespace skywright::imagesim
