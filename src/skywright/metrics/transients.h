/// Which part of the things that flare up a survey's rhythm would find.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "skywright/metrics/observations.h"

namespace skywright::metrics {

enum class Decline {
  linear,    ///< so many magnitudes a day
  power_law  ///< flux falls as a power of the time since the event
};

/// A light curve without a change of colour, and what counts as finding it.
///
/// Flux rises with the square of time (the fireball, Riess et al. 1999, AJ 118, 2675) for
/// `rise_days`, then declines. After MAF's TransientMetric and GRBTransientMetric.
struct TransientClass {
  std::string name;
  std::string source;                 ///< where the figures come from
  std::array<double, kBands> peak{};  ///< AB mag; infinite in bands where it is not seen
  double rise_days = 0.0;             ///< 0: at its peak at once
  Decline decline = Decline::linear;
  double rate = 0.0;            ///< linear [mag/day]; power law: the exponent
  double reference_days = 0.0;  ///< power law: the age at which it has magnitude `peak`
  double duration_days = 10.0;  ///< seen for so long at most
  int min_epochs = 2;           ///< detections at least `epoch_gap_days` apart
  int min_bands = 2;            ///< filters with a detection
  int min_before_peak = 0;      ///< detections before the peak
  double epoch_gap_days = 15.0 / 1440.0;

  /// AB mag at an age of [0, duration) days.
  [[nodiscard]] double magnitude(std::size_t band, double age_days) const;
};

/// A kilonova as GW170817's at 200 Mpc, an afterglow of a gamma-ray burst seen on its axis, and a
/// type Ia supernova at redshift 0.3.
std::vector<TransientClass> default_transients();

/// The ages [day] at which each visit sees a transient: from `from` until `to`, nothing where that
/// is no later. A visit sees it where it is brighter than the visit's five-sigma depth; as it
/// brightens and then fades, these ages are one stretch.
struct SeenAges {
  std::vector<float> from;
  std::vector<float> to;
};
SeenAges seen_ages(const TransientClass& transient, const Observations& o);

/// The part found of events that follow one another through the survey: one begins every
/// `duration_days`, and the row is tried `phases` times, each shifted by a part of that. An event
/// counts where its whole duration lies within the survey. After MAF's TransientMetric.
/// @param ages of the same transient and observations
/// @param visits of one place, in the order of time
/// @param begin, end of the survey, MJD
/// @return 0 to 1; NaN where no event fits into the survey
double found_fraction(const TransientClass& transient, const SeenAges& ages,
                      std::span<const std::uint32_t> visits, const Observations& o, double begin,
                      double end, int phases);

/// The same from each visit's magnitude: the plain twin that tests hold it against.
double found_fraction_reference(const TransientClass& transient,
                                std::span<const std::uint32_t> visits, const Observations& o,
                                double begin, double end, int phases);

}  // namespace skywright::metrics
