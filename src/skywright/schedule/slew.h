/// How long the telescope takes from one pointing to the next, and where it then stands.
///
///     const SlewModel model(instrument.kinematics);
///     MountState mount = model.parked(band);
///     const Slew slew = model.slew(mount, {.altitude = 1.0, .azimuth = 2.0, .band = 3});
///     mount = slew.after;                           // then expose ...
///     mount.busy = busy_seconds(k, 30.0, 2);        // ... readout goes on during the next slew
///     mount = model.tracked(mount, where the sky has turned it to);
///
/// The times are those of rubin_scheduler's KinemModel with the same options (decision 0120).
#pragma once

#include <optional>
#include <span>

#include "skywright/instrument/kinematics.h"
#include "skywright/schedule/motion_profile.h"

namespace skywright::schedule {

/// Where to point, in the horizon frame.
struct Pointing {
  double altitude = 0.0;               ///< [rad]
  double azimuth = 0.0;                ///< [rad] from north through east, any turn
  std::optional<double> rotator = {};  ///< rotTelPos [rad]; nothing: stays where it is
  int band = 0;                        ///< index of the instrument's band
};

/// Where the telescope is, and what is in the beam.
struct MountState {
  double altitude = 0.0;  ///< [rad]
  double azimuth = 0.0;   ///< [rad] inside the cable wrap: may pass a turn
  double rotator = 0.0;   ///< rotTelPos [rad]
  int band = 0;
  bool parked = false;  ///< then the filter was chosen by day
  double busy = 0.0;    ///< [s] from now until the shutter may open again
};

/// A slew and what it is made of. `seconds` is infinity where the pointing is out of reach
/// (altitude, wrap or rotator limit), and `after` then is where it was.
struct Slew {
  double seconds = 0.0;
  MountState after;
  double altitude = 0.0;  ///< [s] moving the mount's altitude ...
  double azimuth = 0.0;   ///< ... and azimuth, at the same time
  double mount = 0.0;     ///< the slower of both, open-loop correction and settling
  double readout = 0.0;   ///< `busy` of before, during the mount's motion
  double dome = 0.0;
  double rotator = 0.0;
  double filter = 0.0;
  double optics = 0.0;  ///< closed-loop correction, after all else
};

class SlewModel {
 public:
  /// @pre kinematics are valid
  explicit SlewModel(const instrument::Kinematics& kinematics);

  /// max(mount, readout, dome, rotator), then the filter (or at the same time), then the optics.
  /// About 30 ns.
  [[nodiscard]] Slew slew(const MountState& from, const Pointing& to) const;

  /// [s] to many places in the same filter, the rotator left free; infinity out of reach. Agrees
  /// with `slew` to 1e-3 s, about 1 ns a place.
  /// @param altitude [rad], azimuth [rad] in [0, 2 pi]; @pre spans of one length
  void slew_seconds(const MountState& from, std::span<const float> altitude,
                    std::span<const float> azimuth, std::span<float> out) const;

  /// The state after following the sky to `now`: the turn of azimuth nearest to the one before.
  [[nodiscard]] MountState tracked(const MountState& from, const Pointing& now) const;
  /// Whether a state lies within the limits of altitude, wrap and rotator.
  [[nodiscard]] bool within_limits(const MountState& state) const;

  [[nodiscard]] MountState parked(int band) const;
  [[nodiscard]] const instrument::Kinematics& kinematics() const { return kinematics_; }

 private:
  [[nodiscard]] std::optional<double> azimuth_move(double from, double to) const;
  [[nodiscard]] double dome_seconds(double altitude, double azimuth) const;
  [[nodiscard]] double filter_seconds(const MountState& from, const Pointing& to) const;

  instrument::Kinematics kinematics_;
  MotionProfile<double> altitude_, azimuth_, dome_altitude_, dome_azimuth_, rotator_;
  MotionProfile<float> fast_altitude_, fast_azimuth_, fast_dome_altitude_, fast_dome_azimuth_;
};

/// [s] from the shutter's first motion to its last: exposures, shutter motions, readouts between.
/// @param exposure_s open-shutter time of all exposures together; @pre exposures >= 1
double visit_seconds(const instrument::Kinematics& kinematics, double exposure_s, int exposures);
/// [s] after a visit until the shutter may open again: the last readout, or the shutter's rest.
double busy_seconds(const instrument::Kinematics& kinematics, double exposure_s, int exposures);

}  // namespace skywright::schedule
