/// The sky at an instant, over the pixels that stand high enough: where they are, how bright the
/// sky is there, how deep a visit would be.
///
/// Arrays over the pixels that are up ("slots"), so that every pass over them is short and in
/// order. Good for some minutes; the telescope asks each visit's limits again, exactly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "skywright/schedule/tonight.h"

namespace skywright::schedule {

struct Conditions {
  explicit Conditions(const Setting& setting);

  /// Look at the sky of an instant. About 0.4 ms at nside 32.
  /// @param seeing  of the atmosphere, 500 nm, zenith [arcsec]
  /// @param cloud  share of the sky
  void refresh(const Tonight& tonight, double mjd, double seeing, double cloud);

  double mjd = 0.0;  ///< TAI
  ephemeris::HorizonFrame::At now;
  double sun_altitude = -90.0;   ///< [deg]
  double moon_altitude = -90.0;  ///< [deg]
  double seeing = 0.7;
  double cloud = 0.0;
  std::vector<double> fwhm_zenith;  ///< FWHM_eff of each band there [arcsec]

  std::vector<std::int32_t> pixel;  ///< of each slot, rising
  std::vector<std::int32_t> slot;   ///< of each pixel; -1: not up, or too near the Moon
  std::vector<float> up;            ///< sine of altitude
  std::vector<float> altitude;      ///< [rad]
  std::vector<float> azimuth;       ///< [rad]
  std::vector<float> airmass;
  std::vector<float> hour_angle;          ///< [h], west positive, within 12
  std::vector<float> sun_cosine;          ///< of the elongation
  std::vector<std::uint8_t> clouded;      ///< behind a patch of cloud now, or five minutes from now
  std::vector<std::vector<float>> sky;    ///< [band][slot] [mag/arcsec2]; mounted bands only
  std::vector<std::vector<float>> depth;  ///< [band][slot] m5 less that in the dark at best [mag]

  /// Whether each slot stays within limits of altitude for so long.
  [[nodiscard]] std::vector<std::uint8_t> stays_within(const Tonight& tonight, double minutes,
                                                       double max_altitude_deg) const;

 private:
  void find_slots(const Tonight& tonight);
  void find_depths(std::size_t band);
  void find_clouds(const Tonight& tonight);

  const Setting* setting_;
  std::vector<float> best_airmass_;               ///< of each pixel, on the meridian
  std::vector<std::vector<float>> sky_to_depth_;  ///< [band] depth by sky brightness, tabulated
  std::vector<float> log_airmass_;
  sky::SkyDirections directions_;
};

/// FWHM_eff of the reference in `Conditions::depth` (rubin_scheduler's fiducial for blobs).
inline constexpr double kReferenceSeeing = 1.3;

}  // namespace skywright::schedule
