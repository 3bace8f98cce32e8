/// What a survey has done so far, pixel by pixel: the memory of the scheduler.
///
/// Arrays over pixels, one a band, so that the reward reads them in order. Rebuilt by `add` from
/// the visits of a file: the same visits give the same bits.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "skywright/schedule/visit.h"

namespace skywright::schedule {

/// FWHM_eff that counts as sharp, for shapes of galaxies [arcsec] (rubin_scheduler: 0.8), and that
/// is good enough for templates (1.3).
inline constexpr double kSharpSeeing = 0.8;
inline constexpr double kTemplateSeeing = 1.3;

/// Visits that a place should have in each filter every season, so that there is always a recent
/// image to subtract from (rubin_scheduler, NObsPerYearBasisFunction: 3 in 300 days).
inline constexpr std::size_t kSeasonVisits = 3;
inline constexpr double kSeasonDays = 300.0;

class Features {
 public:
  Features(std::size_t pixels, std::size_t bands);

  /// Forget what concerns one night only.
  void begin_night();
  /// @param pixels  what the visit covers
  /// @param season  of each of these pixels, now
  void add(const Visit& visit, std::span<const std::int32_t> pixels,
           std::span<const std::int16_t> season);

  std::vector<std::vector<float>> visits;     ///< [band][pixel], those that count for the footprint
  std::vector<std::vector<float>> templates;  ///< of them, with seeing good enough for templates
  std::vector<std::vector<float>> sharp;      ///< of them, sharp, in `sharp_season`
  std::vector<std::vector<std::int16_t>> sharp_season;
  std::vector<std::vector<float>> depth;  ///< sum of 10^(0.8 (m5 - 24)): all visits' weight
  std::vector<double> last_mjd;           ///< of any band; 0: never
  /// [band][pixel], days of the latest visits, the oldest first; 0: never.
  std::vector<std::vector<std::array<float, kSeasonVisits>>> latest;
  std::vector<std::uint8_t> tonight;                  ///< visits since the night began
  double total = 0.0;                                 ///< sum of `visits` over bands and pixels
  std::int64_t count = 0;                             ///< visits of all kinds
  std::map<std::string, std::int64_t> target_visits;  ///< by target_name
  std::map<std::string, double> target_last;          ///< MJD of the latest
};

}  // namespace skywright::schedule
