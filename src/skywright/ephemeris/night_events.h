/// Nights over an observatory: when the Sun sets, when twilight ends, when the Moon rises.
///
///     for (const Night& night : nights(observatory, start, 3650)) {
///       if (const auto dark = night.below12()) observe(dark->begin, dark->end);
///     }
#pragma once

#include <optional>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/ephemeris/horizon_frame.h"

namespace skywright::ephemeris {

struct Interval {
  time::Tai begin;
  time::Tai end;
  [[nodiscard]] double seconds() const { return seconds_between(begin, end); }
};

/// From one noon to the next. Events are of the geometric centre, without refraction; one that does
/// not happen between the two noons is absent.
struct Night {
  int number = 1;                                   ///< 1 is the survey's first
  time::Tai noon;                                   ///< the Sun's passage of the meridian before it
  time::Tai next_noon;                              ///< and after it, where the next night begins
  std::optional<time::Tai> sunset, dusk12, dusk18;  ///< the Sun sinks below 0, -12, -18 degrees
  std::optional<time::Tai> dawn18, dawn12, sunrise;  ///< and rises above them
  std::optional<time::Tai> moonrise, moonset;
  /// Near the polar circles the Moon can rise or set twice between two noons.
  std::optional<time::Tai> second_moonrise, second_moonset;
  time::Tai midnight;              ///< the Sun's lowest
  Angle lowest_sun;                ///< its altitude then
  Angle sun_at_noon;               ///< its altitude at `noon`
  double moon_illumination = 0.0;  ///< at midnight, 0 new to 1 full

  /// While the Sun is below 0, -12, -18 degrees; absent where it stays above, noon to noon where
  /// it stays below.
  [[nodiscard]] std::optional<Interval> below0() const;
  [[nodiscard]] std::optional<Interval> below12() const;
  [[nodiscard]] std::optional<Interval> below18() const;
};

/// `count` nights in order; the first is the one between whose noons `start` lies. 0.1 ms each.
/// @throws InputError for a negative count or a latitude beyond a pole; Stopped
std::vector<Night> nights(const Observatory& observatory, time::Tai start, int count,
                          const EarthOrientation& orientation = {},
                          const PlanetaryEphemeris& ephemeris = PlanetaryEphemeris::built_in(),
                          const Execution& execution = Execution());

}  // namespace skywright::ephemeris
