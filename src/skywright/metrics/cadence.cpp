#include "skywright/metrics/cadence.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace skywright::metrics {
namespace {

constexpr double kMinute = 1.0 / 1440.0;  // [day]
constexpr double kSecond = 1.0 / 86400.0;
constexpr double kPairFrom = 15.0 * kMinute;
constexpr double kPairTo = 60.0 * kMinute;
// SRD table 25 (RVA1), as MAF's RapidRevisitMetric reads it.
constexpr double kRapidFrom = 40.0 * kSecond;
constexpr double kRapidShort = 20.0 * kMinute;
constexpr double kRapidLong = 30.0 * kMinute;

constexpr double kSeasonMjd = 60940.0;
constexpr double kSeasonSunRa = 178.98403541421598;  // [deg], rubin_scheduler, season_utils.py
constexpr double kYear = 365.25;
constexpr float kSeasonExposure = 16.0F;  // [s]

/// Whether two visits of `mjd[begin, end)`, in rising order, stand 15 to 60 min apart.
bool has_pair(std::span<const double> mjd) {
  for (std::size_t i = 0; i < mjd.size(); ++i)
    for (std::size_t j = i + 1; j < mjd.size() && mjd[j] - mjd[i] <= kPairTo; ++j)
      if (mjd[j] - mjd[i] >= kPairFrom) return true;
  return false;
}

double same_band_gap(std::span<const std::uint32_t> visits, const Observations& o,
                     std::uint8_t band, std::vector<double>& gaps) {
  gaps.clear();
  const double* last = nullptr;
  std::int32_t night = 0;
  for (const std::uint32_t v : visits) {
    if (o.band[v] != band) continue;
    if (last != nullptr && o.night[v] != night) gaps.push_back(o.mjd[v] - *last);
    last = &o.mjd[v];
    night = o.night[v];
  }
  return median_of(gaps);
}

}  // namespace

double median_of(std::vector<double>& values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

RevisitTimes revisit_times(std::span<const std::uint32_t> visits, const Observations& o,
                           std::vector<double>& scratch) {
  RevisitTimes out;
  scratch.clear();
  for (std::size_t i = 1; i < visits.size(); ++i) {
    const double gap = o.mjd[visits[i]] - o.mjd[visits[i - 1]];
    if (gap >= kRapidFrom && gap <= kRapidShort) ++out.rapid_short;
    if (gap >= kRapidFrom && gap <= kRapidLong) ++out.rapid_long;
    if (o.night[visits[i]] == o.night[visits[i - 1]]) scratch.push_back(gap * 24.0);
  }
  out.within_night_median = median_of(scratch);
  scratch.clear();
  for (std::size_t i = 1; i < visits.size(); ++i)
    if (o.night[visits[i]] != o.night[visits[i - 1]])
      scratch.push_back(o.mjd[visits[i]] - o.mjd[visits[i - 1]]);
  out.between_nights_median = median_of(scratch);
  for (std::uint8_t b = 0; b < kBands; ++b)
    out.same_band_median[b] = same_band_gap(visits, o, b, scratch);
  for (std::size_t begin = 0; begin < visits.size();) {
    scratch.clear();
    std::size_t end = begin;
    for (; end < visits.size() && o.night[visits[end]] == o.night[visits[begin]]; ++end)
      scratch.push_back(o.mjd[visits[end]]);
    ++out.nights;
    if (has_pair(scratch)) ++out.nights_with_pair;
    begin = end;
  }
  return out;
}

double season_length(std::span<const std::uint32_t> visits, const Observations& o, double ra,
                     std::vector<double>& lengths) {
  lengths.clear();
  const double begin = kSeasonMjd + (ra - kSeasonSunRa) / 360.0 * kYear;
  double season = std::numeric_limits<double>::quiet_NaN();
  double first = 0.0;
  double last = 0.0;
  for (const std::uint32_t v : visits) {
    if (!o.exposure.empty() && !(o.exposure[v] > kSeasonExposure)) continue;
    const double number = std::floor((o.mjd[v] - begin) / kYear);
    if (number != season) {
      if (!std::isnan(season)) lengths.push_back(last - first);
      season = number;
      first = o.mjd[v];
    }
    last = o.mjd[v];
  }
  if (!std::isnan(season)) lengths.push_back(last - first);
  return median_of(lengths);
}

}  // namespace skywright::metrics
