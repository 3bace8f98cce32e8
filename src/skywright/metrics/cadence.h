/// The rhythm in which a place is seen again.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "skywright/metrics/observations.h"

namespace skywright::metrics {

/// Gaps between consecutive visits of one place. Medians are NaN where there is no such gap.
struct RevisitTimes {
  double within_night_median = 0.0;    ///< between visits of one night [hour]; MAF IntraNightGaps
  double between_nights_median = 0.0;  ///< from a night's last visit to the next night's first
                                       ///< [day]; MAF InterNightGaps
  std::array<double, kBands> same_band_median{};  ///< between nights with a visit in the band [day]
  std::uint32_t nights = 0;                       ///< nights with a visit
  std::uint32_t nights_with_pair = 0;             ///< of these with two visits 15 to 60 min apart
  std::uint32_t rapid_short = 0;                  ///< gaps of 40 s to 20 min
  std::uint32_t rapid_long = 0;                   ///< gaps of 40 s to 30 min
};
/// @param visits of one place, in the order of time
RevisitTimes revisit_times(std::span<const std::uint32_t> visits, const Observations& o,
                           std::vector<double>& scratch);

/// Median length of the seasons of a place [day]: from its first to its last visit in each year
/// between passages of the Sun at its right ascension. MAF's SeasonLengthMetric, whose reference is
/// the Sun at right ascension 178.984 deg on MJD 60940; visits of 16 s or less do not count. NaN
/// without visits.
/// @param ra of the place [deg]
double season_length(std::span<const std::uint32_t> visits, const Observations& o, double ra,
                     std::vector<double>& scratch);

/// Median of `values`, which are put in another order; the mean of the middle two where they are
/// even in number, NaN where there are none.
double median_of(std::vector<double>& values);

}  // namespace skywright::metrics
