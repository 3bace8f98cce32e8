/// A frame as the camera read it out.
#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "skywright/header/header.h"
#include "skywright/image/image.h"
#include "skywright/instrument/visit_info.h"

namespace skywright::detrend {

/// One detector's raw pixels. Counts are held as float, exact to 2^24: enough for 18-bit digitisers
/// and for cameras that write real pixels.
struct RawExposure {
  header::Header header;  ///< of the primary HDU
  instrument::VisitInfo info;
  /// The raw rectangle of each amplifier [ADU], prescan and overscan included, in readout order and
  /// in the order of Detector::amplifiers.
  std::vector<image::Image<float>> amplifiers;
  /// Highest count that the digitiser or the file can hold [ADU]: a pixel there is saturated.
  double ceiling = std::numeric_limits<double>::infinity();
};

/// Gives the i-th of several raw exposures, so that a stack never holds more than a few of them.
using RawSource = std::function<RawExposure(std::size_t i)>;

/// @throws InputError where number or sizes of the amplifiers are not those of the detector
void check_geometry(const RawExposure& raw, const instrument::Detector& detector);

}  // namespace skywright::detrend
