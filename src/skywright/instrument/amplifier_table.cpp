#include "skywright/instrument/amplifier_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::instrument {
namespace {

constexpr std::string_view kHeading = "detector,amplifier,gain,read_noise,full_well,crosstalk";

/// Cut the text before the first `at` off the front of `text`.
std::string_view take(std::string_view& text, char at) {
  const std::size_t end = std::min(text.find(at), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

}  // namespace

void apply_amplifier_table(std::string_view csv, std::string_view origin, Instrument& instrument) {
  std::map<std::string_view, Detector*> detectors;
  for (Detector& detector : instrument.camera.detectors) detectors[detector.name] = &detector;
  int number = 0;
  bool headed = false;
  while (!csv.empty()) {
    std::string_view line = take(csv, '\n');
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const auto refuse = [&](std::string_view reason) {
      throw ConfigError(fmt::format("{} line {}", origin, number), reason,
                        fmt::format("write lines of {}", kHeading));
    };
    if (!headed) {
      if (line != kHeading) refuse("names other columns");
      headed = true;
      continue;
    }
    const auto found = detectors.find(take(line, ','));
    if (found == detectors.end()) refuse("names a detector that the camera does not have");
    Detector& detector = *found->second;
    const std::string_view name = take(line, ',');
    const auto amplifier = std::find_if(detector.amplifiers.begin(), detector.amplifiers.end(),
                                        [&](const Amplifier& a) { return a.name == name; });
    if (amplifier == detector.amplifiers.end())
      refuse("names an amplifier that the detector does not have");
    std::array<double, 4> value{};
    for (double& v : value) {
      const std::string_view word = take(line, ',');
      const auto read = std::from_chars(word.data(), word.data() + word.size(), v);
      if (read.ec != std::errc{} || read.ptr != word.data() + word.size() || !(v >= 0.0))
        refuse("holds what is no number of 0 or more");
    }
    if (!line.empty() || !(value[0] > 0.0) || !(value[2] > 0.0))
      refuse("needs a gain and a full well above 0, and nothing more");
    amplifier->gain = value[0];
    amplifier->read_noise = value[1];
    amplifier->full_well = value[2];
    amplifier->saturation = value[2] / value[0];
    const std::size_t n = detector.amplifiers.size();
    if (detector.crosstalk.empty()) continue;
    const auto i = static_cast<std::size_t>(amplifier - detector.amplifiers.begin());
    for (std::size_t j = 0; j < n; ++j) detector.crosstalk[i * n + j] *= value[3];
  }
}

}  // namespace skywright::instrument
