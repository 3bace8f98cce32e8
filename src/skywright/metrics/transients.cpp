#include "skywright/metrics/transients.h"

#include <algorithm>
#include <cmath>

namespace skywright::metrics {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// What is known of one event so far.
struct Found {
  int epochs = 0;
  int before_peak = 0;
  unsigned bands = 0;  ///< one bit each
  double last = -kNever;
};

bool enough(const Found& found, const TransientClass& t) {
  return found.epochs >= t.min_epochs && __builtin_popcount(found.bands) >= t.min_bands &&
         found.before_peak >= t.min_before_peak;
}

/// The row of events that is tried.
struct Row {
  double begin;
  double end;
  int phases;
};

/// @param seen whether a visit sees an event of that age [day]
template <class Seen>
double counted(const TransientClass& t, std::span<const std::uint32_t> visits,
               const Observations& o, const Row& row, const Seen& seen) {
  std::int64_t possible = 0;
  std::int64_t found = 0;
  for (int phase = 0; phase < row.phases; ++phase) {
    const double start = row.begin + t.duration_days * phase / row.phases;
    const auto count = static_cast<std::int64_t>(std::floor((row.end - start) / t.duration_days));
    if (count <= 0) continue;
    possible += count;
    Found event;
    std::int64_t number = -1;
    double event_start = 0.0;
    double event_end = -kNever;
    for (const std::uint32_t v : visits) {
      const double mjd = o.mjd[v];
      if (mjd < start) continue;
      if (mjd >= event_end) {
        if (enough(event, t)) ++found;
        event = {};
        number = static_cast<std::int64_t>((mjd - start) / t.duration_days);
        if (number >= count) break;
        event_start = start + static_cast<double>(number) * t.duration_days;
        event_end = start + static_cast<double>(number + 1) * t.duration_days;
      }
      const double age = mjd - event_start;
      if (!seen(v, age)) continue;
      event.bands |= 1U << o.band[v];
      if (mjd - event.last < t.epoch_gap_days) continue;
      ++event.epochs;
      if (age < t.rise_days) ++event.before_peak;
      event.last = mjd;
    }
    if (enough(event, t)) ++found;
  }
  return possible == 0 ? std::numeric_limits<double>::quiet_NaN()
                       : static_cast<double>(found) / static_cast<double>(possible);
}

}  // namespace

double TransientClass::magnitude(std::size_t band, double age) const {
  if (age < rise_days) {
    // Flux as the square of time.
    return age > 0.0 ? peak[band] - 5.0 * std::log10(age / rise_days) : kNever;
  }
  if (decline == Decline::linear) return peak[band] + rate * (age - rise_days);
  const double later = std::max(age, reference_days * 1e-3);
  return peak[band] + 2.5 * rate * std::log10(later / reference_days);
}

std::vector<TransientClass> default_transients() {
  TransientClass kilonova{
      .name = "kilonova_200mpc",
      .source =
          "GW170817 (Smartt et al., GCN 21617: i 17.24, z 17.26, y 17.38 on MJD 57983.23, "
          "0.6 mag/day) moved from 40 to 200 Mpc; that of i in u, g and r",
      .rate = 0.6,
      .duration_days = 6.0};
  // 5 log10(200 / 40) = 3.49 mag farther.
  kilonova.peak = {20.73, 20.73, 20.73, 20.73, 20.75, 20.87};
  TransientClass afterglow{
      .name = "grb_afterglow",
      .source = "Japelj & Gomboc (2011), PASP 123, 1034: mean of 15.35 mag at 1 min, flux ~ 1/t",
      .decline = Decline::power_law,
      .rate = 1.0,
      .reference_days = 1.0 / 1440.0,
      .duration_days = 10.0,
      .min_bands = 1};
  afterglow.peak.fill(15.35);
  // Distance modulus 40.95 at z = 0.3 (H0 70 km/s/Mpc, Omega_m 0.3, flat), times stretched by 1.3.
  TransientClass supernova{
      .name = "sn_ia_z03",
      .source =
          "type Ia at z = 0.3 in g r i z, no K correction: M -19.26 (Richardson et al. 2014, "
          "AJ 147, 118), rise 17.4 days (Hayden et al. 2010, ApJ 712, 350), 1.1 mag in 15 "
          "days after the peak (Phillips 1993, ApJ 413, L105)",
      .rise_days = 17.4 * 1.3,
      .rate = 1.1 / (15.0 * 1.3),
      .duration_days = 60.0,
      .min_epochs = 5,
      .min_bands = 3,
      .min_before_peak = 2,
      .epoch_gap_days = 0.5};
  supernova.peak = {kNever, 21.69, 21.69, 21.69, 21.69, kNever};
  return {kilonova, afterglow, supernova};
}

SeenAges seen_ages(const TransientClass& t, const Observations& o) {
  SeenAges ages;
  ages.from.assign(o.size(), 0.0F);
  ages.to.assign(o.size(), 0.0F);
  for (std::size_t i = 0; i < o.size(); ++i) {
    if (o.band[i] == kOtherBand) continue;
    const double below = o.depth[i] - t.peak[o.band[i]];  // the depth beyond the peak [mag]
    if (!std::isfinite(below) || (t.rise_days > 0.0 && below <= 0.0)) continue;
    const double faded = t.decline == Decline::linear
                             ? t.rise_days + below / t.rate
                             : t.reference_days * std::pow(10.0, below / (2.5 * t.rate));
    ages.from[i] = static_cast<float>(t.rise_days * std::pow(10.0, -below / 5.0));
    ages.to[i] = static_cast<float>(std::min(faded, t.duration_days));
  }
  return ages;
}

double found_fraction(const TransientClass& t, const SeenAges& ages,
                      std::span<const std::uint32_t> visits, const Observations& o, double begin,
                      double end, int phases) {
  return counted(
      t, visits, o, {.begin = begin, .end = end, .phases = phases},
      [&](std::uint32_t v, double age) { return age >= ages.from[v] && age < ages.to[v]; });
}

double found_fraction_reference(const TransientClass& t, std::span<const std::uint32_t> visits,
                                const Observations& o, double begin, double end, int phases) {
  return counted(t, visits, o, {.begin = begin, .end = end, .phases = phases},
                 [&](std::uint32_t v, double age) {
                   return o.band[v] != kOtherBand && t.magnitude(o.band[v], age) < o.depth[v];
                 });
}

}  // namespace skywright::metrics
