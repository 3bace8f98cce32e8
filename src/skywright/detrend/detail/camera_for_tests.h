/// A camera drawn pixel by pixel for tests, with the geometry of an LSST e2v CCD, so that the truth
/// of every step is known exactly. Knows nothing of the product's simulator.
#pragma once

#include <cmath>
#include <vector>

#include "skywright/base/random_stream.h"
#include "skywright/detrend/raw_exposure.h"

namespace skywright::detrend::for_tests {

using image::Box;
using image::Image;

/// 16 amplifiers in 2 rows of 8, read towards the outer edges; prescan 10, overscan 54 and 46 as in
/// LSSTCam's e2v devices. @param columns, rows imaging pixels an amplifier; 512 and 2002 are LSST's
inline instrument::Detector e2v(int columns = 512, int rows = 2002) {
  instrument::Detector detector;
  detector.id = 94;
  detector.name = "R22_S11";
  detector.vendor = "e2v";
  detector.width = 8 * columns;
  detector.height = 2 * rows;
  for (int i = 0; i < 16; ++i) {
    const bool top = i < 8;
    const int column = top ? i : 15 - i;
    instrument::Amplifier a;
    a.name = (top ? "C1" : "C0") + std::to_string(column);
    a.raw = {0, 0, 10 + columns + 54, rows + 46};
    a.prescan = {0, 0, 10, rows};
    a.data = {10, 0, columns, rows};
    a.serial_overscan = {10 + columns, 0, 54, rows};
    a.parallel_overscan = {10, rows, columns, 46};
    a.detector_box = {column * columns, top ? rows : 0, columns, rows};
    a.flip_x = top || column % 2 == 1;
    a.flip_y = top;
    a.gain = 1.5 + 0.01 * i;
    a.read_noise = 5.0 + 0.1 * i;
    a.saturation = 100000.0 / a.gain;
    detector.amplifiers.push_back(a);
  }
  return detector;
}

/// What the test camera adds to the light.
struct Flaws {
  double bias_adu = 20000.0;
  double row_jump_adu = 0.0;  ///< sigma of a level common to a row of all pixels [ADU]
  const Image<float>* bias_electrons = nullptr;  ///< a pattern that is no light
  bool noise = true;
  std::uint64_t seed = 1;
};

/// Read out `electrons` (expected counts on the assembled detector) through the detector's
/// amplifiers, its crosstalk matrix, gain and read noise, rounded to whole ADU.
inline RawExposure read_out(const instrument::Detector& detector, const Image<float>& electrons,
                            double exposure_s, const Flaws& flaws) {
  const std::size_t n = detector.amplifiers.size();
  std::vector<Image<float>> signal;
  for (std::size_t i = 0; i < n; ++i) {
    const auto& a = detector.amplifiers[i];
    auto random = RandomStream::for_unit(flaws.seed, {static_cast<std::int64_t>(i)}, "test_light");
    signal.emplace_back(a.data.width, a.data.height);
    for (int y = 0; y < a.data.height; ++y)
      for (int x = 0; x < a.data.width; ++x) {
        const int u = a.detector_box.x0 + (a.flip_x ? a.data.width - 1 - x : x);
        const int v = a.detector_box.y0 + (a.flip_y ? a.data.height - 1 - y : y);
        double e = static_cast<double>(electrons(u, v));
        if (flaws.noise) e += std::sqrt(std::max(e, 0.0)) * random.normal();
        e = std::min(e, 1.02 * a.saturation * a.gain);
        if (flaws.bias_electrons != nullptr)
          e += static_cast<double>((*flaws.bias_electrons)(u, v));
        signal.back()(x, y) = static_cast<float>(e / a.gain);
      }
  }
  RawExposure raw;
  raw.info.exposure_s = exposure_s;
  raw.info.detector = detector.id;
  for (std::size_t i = 0; i < n; ++i) {
    const auto& a = detector.amplifiers[i];
    auto random =
        RandomStream::for_unit(flaws.seed, {static_cast<std::int64_t>(i)}, "test_readout");
    Image<float> out(a.raw.width, a.raw.height);
    for (int y = 0; y < a.raw.height; ++y) {
      const double level = flaws.bias_adu + flaws.row_jump_adu * random.normal();
      for (int x = 0; x < a.raw.width; ++x) {
        double adu = level;
        if (flaws.noise) adu += a.read_noise / a.gain * random.normal();
        const int dx = x - a.data.x0;
        const int dy = y - a.data.y0;
        if (signal[i].box().contains(dx, dy)) {
          adu += static_cast<double>(signal[i](dx, dy));
          for (std::size_t j = 0; j < n && !detector.crosstalk.empty(); ++j)
            if (j != i)
              adu += detector.crosstalk[i * n + j] * static_cast<double>(signal[j](dx, dy));
        }
        out(x, y) = static_cast<float>(std::round(adu));
      }
    }
    raw.amplifiers.push_back(std::move(out));
  }
  return raw;
}

}  // namespace skywright::detrend::for_tests
