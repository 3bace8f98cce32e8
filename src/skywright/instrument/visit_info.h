/// What is known of an exposure apart from its pixels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/header/header.h"
#include "skywright/instrument/instrument.h"
#include "skywright/sphere/direction.h"
#include "skywright/time/time_scales.h"
#include "skywright/wcs/wcs.h"

namespace skywright::instrument {

enum class ExposureKind { science, bias, dark, flat };

struct VisitInfo {
  std::int64_t visit = 0;
  int detector = 0;
  ExposureKind kind = ExposureKind::science;
  std::string band;  ///< empty for bias and dark
  time::Tai start;   ///< shutter opens
  double exposure_s = 0.0;
  sphere::SkyPosition boresight;
  Angle rotation;        ///< rotSkyPos: position angle of focal-plane +y, from north through east
  double airmass = 1.0;  ///< 1 where the header has none

  [[nodiscard]] time::Tai middle() const { return start.plus_seconds(exposure_s / 2.0); }
};

/// From a frame's header, by the keywords of the instrument's description. MJD goes before the ISO
/// date; angles are degrees or sexagesimal text; a description without keywords for the pointing
/// gives a boresight of NaN, a calibration frame without pointing one of zero.
/// @throws InputError naming keyword, value and what it should be
VisitInfo visit_info_from(const header::Header& header, const Instrument& instrument);
/// The cards that `visit_info_from` reads back (times to the microsecond).
void set_visit_info(header::Header& header, const VisitInfo& info, const Instrument& instrument);

/// The band that a filter's name in a header means: its name, its physical filter, or either as the
/// first word ("r DECam SDSS c0002"). Any name where the instrument describes no bands.
std::optional<std::string> match_band(const Instrument& instrument, std::string_view filter);

/// The WCS that pointing and optical design predict for a detector: TAN-SIP fitted to the design's
/// distortion over the chip.
wcs::Wcs predicted_wcs(const Instrument& instrument, const Detector& detector,
                       const sphere::SkyPosition& boresight, Angle rotation);

/// "science", "bias", "dark", "flat".
std::string_view exposure_kind_name(ExposureKind kind);

}  // namespace skywright::instrument
