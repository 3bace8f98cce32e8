/// How fast a telescope moves and a camera gets ready: the [kinematics] of an instrument file.
///
/// Angles in degrees as the file writes them; schedule/slew.h makes slew times of them.
#pragma once

#include "skywright/base/fields.h"

namespace skywright::instrument {

/// One driven axis, alike in both directions.
struct Axis {
  double speed = 1.0;         ///< [deg/s], > 0
  double acceleration = 1.0;  ///< [deg/s2], > 0
  double jerk = 0.0;          ///< [deg/s3]; 0: the acceleration sets in at once
};

/// How a dome's opening keeps up with the telescope.
enum class Dome {
  none,       ///< it never delays: a sliding roof, a clamshell
  creeping,   ///< moves at full speed all the while; only needs the field within its slit
  following,  ///< starts, stops and settles like the telescope, centred on it
};

struct DomeMotion {
  Dome kind = Dome::none;
  Axis altitude;
  Axis azimuth;
  double settle_s = 0.0;    ///< after an azimuth move, `following` only
  double reach_deg = 0.0;   ///< `creeping`: closer pointings need no move
  double margin_deg = 0.0;  ///< `creeping`: more than the pointings' distance, on one of its axes
};

/// The camera rotator; its angle is rotTelPos.
struct Rotator {
  Axis axis{.speed = 5.0, .acceleration = 2.5};
  double min_deg = -180.0;
  double max_deg = 180.0;
};

/// Corrections of mirror figure and alignment after a change of altitude.
struct OpticsCorrection {
  double open_loop_s_per_deg = 0.0;      ///< overlaps with settling
  double closed_loop_s = 0.0;            ///< in addition to all else ...
  double closed_loop_above_deg = 180.0;  ///< ... from this change of altitude on
};

enum class FilterChange {
  after_slew,     ///< the telescope stands still meanwhile
  while_slewing,  ///< at the same time
};
enum class FilterChangeTime {
  constant,      ///< `change_s`, the rotator's moves included
  with_rotator,  ///< rotator to zero, `exchange_s`, rotator to its new angle
};

struct FilterExchange {
  double change_s = 15.0;
  double exchange_s = 15.0;
  FilterChange when = FilterChange::while_slewing;
  FilterChangeTime time = FilterChangeTime::constant;
  int mounted = 0;  ///< filters that the changer holds; 0: all
};

/// The defaults are those of a small robotic telescope under a sliding roof: typical values, of no
/// particular maker.
struct Kinematics {
  Axis altitude{.speed = 4.0, .acceleration = 2.0};
  Axis azimuth{.speed = 4.0, .acceleration = 2.0};
  double settle_s = 2.0;  ///< after any move
  double altitude_min_deg = 20.0;
  double altitude_max_deg = 88.0;
  /// Cable wrap, counted from azimuth 0 (north) through east over more than a turn.
  double azimuth_min_deg = -270.0;
  double azimuth_max_deg = 270.0;
  double park_altitude_deg = 86.5;
  double park_azimuth_deg = 0.0;
  DomeMotion dome;
  Rotator rotator;
  OpticsCorrection optics;
  FilterExchange filters;
  double shutter_s = 0.0;        ///< from closed to fully open; once an exposure
  double shutter_cycle_s = 0.0;  ///< shortest time from one opening to the next
  double readout_s = 0.0;        ///< `camera.readout_s`, no key of its own
};

void describe(Fields& fields, Axis& value);
void describe(Fields& fields, DomeMotion& value);
void describe(Fields& fields, Rotator& value);
void describe(Fields& fields, OpticsCorrection& value);
void describe(Fields& fields, FilterExchange& value);
void describe(Fields& fields, Kinematics& value);

/// @throws ConfigError where a lower limit is not below its upper one, or the park position lies
///         outside the limits
void validate(const Kinematics& kinematics);

}  // namespace skywright::instrument
