/// The telescope through a night: takes visits if it can, and tells how each turned out.
#pragma once

#include <optional>

#include "skywright/schedule/tonight.h"
#include "skywright/schedule/weather.h"

namespace skywright::schedule {

/// What surveys may know of the telescope.
struct TelescopeState {
  double mjd = 0.0;  ///< free from then on, readout aside
  MountState mount;
  bool any_visit = false;  ///< since the night began; the rest is of the latest
  double last_mjd = 0.0;
  double last_moon_altitude = 0.0;  ///< [deg]
  double last_sun_altitude = 0.0;   ///< [deg]
  bool last_deep = false;
};

class Telescope {
 public:
  Telescope(const Setting& setting, const Weather& weather);

  /// Parked, with `band` in the beam, at the instant when the night begins.
  void begin_night(const Tonight& tonight, int band);
  [[nodiscard]] const TelescopeState& state() const { return state_; }
  /// Let time pass.
  void wait_until(double mjd);

  /// Slew and expose. Nothing where a limit of altitude, Moon, Sun, wrap or rotator, a filter that
  /// is not mounted, or the request's own limits forbid it; then no time has passed.
  /// The visit has no id, night, note yet: those are the caller's.
  std::optional<Visit> take(const Request& request, const Tonight& tonight);

 private:
  struct Place {
    double altitude, azimuth;   ///< [rad]
    double parallactic;         ///< from the pole of date [rad]
    double pseudo_parallactic;  ///< from the pole of ICRS [rad]
  };
  [[nodiscard]] Place place(const ephemeris::HorizonFrame::At& now,
                            const sphere::UnitVector& direction) const;
  [[nodiscard]] bool allowed(const Request& request, const ephemeris::HorizonFrame::At& now,
                             double altitude) const;
  [[nodiscard]] Visit row(const Request& request, const ephemeris::HorizonFrame::At& now,
                          const Place& at, double start_mjd, const CloudPatches& clouds) const;

  const Setting* setting_;
  const Weather* weather_;
  TelescopeState state_;
};

}  // namespace skywright::schedule
