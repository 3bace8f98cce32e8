/// A visit that is wanted, and one that was made: the row of `observations`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "skywright/sphere/direction.h"

namespace skywright::schedule {

/// What a survey asks of the telescope.
struct Request {
  sphere::UnitVector direction;  ///< ICRS
  int band = 0;
  int exposures = 1;
  double exposure_s = 30.0;    ///< of the whole visit
  double rotator = 0.0;        ///< rotTelPos [rad]
  double earliest_mjd = 0.0;   ///< TAI
  double latest_mjd = 1e9;     ///< dropped after it
  double moon_distance = 0.0;  ///< beyond the strategy's own [rad]
  double airmass_max = 1e9;
  bool balance = true;  ///< counts for the footprint
  bool deep = false;    ///< part of a sequence: any filter may follow
  std::string note;
  std::string target;
  std::string program;
  std::string reason;
};

/// Degrees, MJD TAI, seconds, magnitudes; names and meaning as rubin_scheduler's output schema
/// (https://rubin-scheduler.lsst.io/output_schema.html).
struct Visit {
  std::int64_t id = 0;
  int night = 0;
  double start_mjd = 0.0;
  double start_lst = 0.0;
  int exposures = 1;
  double visit_time = 0.0;     ///< from the shutter's first opening to the end of readout
  double exposure_time = 0.0;  ///< shutter open
  double ra = 0.0, dec = 0.0;
  double altitude = 0.0, azimuth = 0.0;
  int band = 0;
  double airmass = 1.0;
  double sky_brightness = 0.0;
  double cloud = 0.0;
  double seeing_500 = 0.0, seeing_geom = 0.0, seeing_eff = 0.0;
  double depth = 0.0;
  double slew_time = 0.0, slew_distance = 0.0;
  double parallactic = 0.0;         ///< from the celestial pole of date
  double pseudo_parallactic = 0.0;  ///< from the pole of ICRS
  double rot_tel_pos = 0.0, rot_sky_pos = 0.0;
  double moon_ra = 0.0, moon_dec = 0.0, moon_altitude = 0.0, moon_azimuth = 0.0;
  double moon_distance = 0.0;
  double moon_phase = 0.0;  ///< lit part of the disc [%]
  double sun_altitude = 0.0, sun_azimuth = 0.0, solar_elongation = 0.0;
  bool balance = true;
  std::string note, target, program, reason;

  /// MJD at which the telescope may go on.
  [[nodiscard]] double end_mjd() const { return start_mjd + visit_time / 86400.0; }
};

}  // namespace skywright::schedule
