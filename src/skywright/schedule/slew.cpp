#include "skywright/schedule/slew.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace skywright::schedule {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr double kTurn = 2.0 * std::numbers::pi;
constexpr double kNever = std::numeric_limits<double>::infinity();

/// The shortest way round from one angle to another, in [-pi, pi].
double shortest(double from, double to) { return std::remainder(to - from, kTurn); }

}  // namespace

SlewModel::SlewModel(const instrument::Kinematics& k)
    : kinematics_(k),
      altitude_(k.altitude),
      azimuth_(k.azimuth),
      dome_altitude_(k.dome.altitude),
      dome_azimuth_(k.dome.azimuth),
      rotator_(k.rotator.axis),
      fast_altitude_(k.altitude),
      fast_azimuth_(k.azimuth),
      fast_dome_altitude_(k.dome.altitude),
      fast_dome_azimuth_(k.dome.azimuth) {}

/// The shorter way if the wrap allows it, else the longer one.
std::optional<double> SlewModel::azimuth_move(double from, double to) const {
  const double near = shortest(from, to);
  const double far = near < 0.0 ? near + kTurn : near - kTurn;
  for (const double move : {near, far}) {
    const double reached = from + move;
    if (reached >= kinematics_.azimuth_min_deg * kDegree &&
        reached <= kinematics_.azimuth_max_deg * kDegree)
      return move;
  }
  return std::nullopt;
}

double SlewModel::dome_seconds(double altitude, double azimuth) const {
  const instrument::DomeMotion& dome = kinematics_.dome;
  switch (dome.kind) {
    case instrument::Dome::none:
      return 0.0;
    case instrument::Dome::creeping: {
      const double reach = dome.reach_deg * kDegree;
      if (altitude * altitude + azimuth * azimuth < reach * reach) return 0.0;
      const double margin = dome.margin_deg * kDegree;
      const double up = altitude * dome_altitude_.per_speed;
      const double round = azimuth * dome_azimuth_.per_speed;
      return std::min(std::max(up, round + margin * dome_azimuth_.per_speed),
                      std::max(up + margin * dome_altitude_.per_speed, round));
    }
    case instrument::Dome::following: {
      const double round = azimuth > 0.0 ? dome_azimuth_.seconds(azimuth) + dome.settle_s : 0.0;
      return std::max(dome_altitude_.seconds(altitude), round);
    }
  }
  return 0.0;
}

double SlewModel::filter_seconds(const MountState& from, const Pointing& to) const {
  if (from.parked || from.band == to.band) return 0.0;
  const instrument::FilterExchange& filters = kinematics_.filters;
  if (filters.time == instrument::FilterChangeTime::constant || !to.rotator)
    return filters.change_s;
  return rotator_.seconds(std::abs(from.rotator)) + filters.exchange_s +
         rotator_.seconds(std::abs(*to.rotator));
}

Slew SlewModel::slew(const MountState& from, const Pointing& to) const {
  const instrument::Kinematics& k = kinematics_;
  const auto never = [&] {
    Slew slew;
    slew.seconds = kNever;
    slew.after = from;
    return slew;
  };
  const std::optional<double> azimuth = azimuth_move(from.azimuth, to.azimuth);
  if (!azimuth || to.altitude < k.altitude_min_deg * kDegree ||
      to.altitude > k.altitude_max_deg * kDegree)
    return never();
  if (to.rotator &&
      (*to.rotator < k.rotator.min_deg * kDegree || *to.rotator > k.rotator.max_deg * kDegree))
    return never();

  Slew slew;
  const double up = std::abs(to.altitude - from.altitude);
  slew.altitude = altitude_.seconds(up);
  slew.azimuth = azimuth_.seconds(std::abs(*azimuth));
  const double open_loop = up / kDegree * k.optics.open_loop_s_per_deg;
  slew.mount = std::max(slew.altitude, slew.azimuth) + open_loop;
  if (slew.mount > 0.0) slew.mount += std::max(0.0, k.settle_s - open_loop);
  slew.readout = from.busy;
  // The dome has no wrap: it takes the shorter way even where the telescope unwinds.
  slew.dome = dome_seconds(up, std::abs(shortest(from.azimuth, to.azimuth)));
  // A change of filter brings its own rotator moves.
  if (to.rotator && from.band == to.band)
    slew.rotator = rotator_.seconds(std::abs(*to.rotator - from.rotator));
  slew.filter = filter_seconds(from, to);
  if (up >= k.optics.closed_loop_above_deg * kDegree) slew.optics = k.optics.closed_loop_s;

  slew.seconds = std::max({slew.mount, slew.readout, slew.dome, slew.rotator});
  slew.seconds = k.filters.when == instrument::FilterChange::while_slewing
                     ? std::max(slew.seconds, slew.filter)
                     : slew.seconds + slew.filter;
  slew.seconds += slew.optics;
  slew.after = {.altitude = to.altitude,
                .azimuth = from.azimuth + *azimuth,
                .rotator = to.rotator.value_or(from.rotator),
                .band = to.band};
  return slew;
}

MountState SlewModel::tracked(const MountState& from, const Pointing& now) const {
  MountState state = from;
  state.altitude = now.altitude;
  state.azimuth = from.azimuth + shortest(from.azimuth, now.azimuth);
  state.rotator = now.rotator.value_or(from.rotator);
  return state;
}

bool SlewModel::within_limits(const MountState& s) const {
  const instrument::Kinematics& k = kinematics_;
  const auto within = [](double v, double low, double high) {
    return v >= low * kDegree && v <= high * kDegree;
  };
  return within(s.altitude, k.altitude_min_deg, k.altitude_max_deg) &&
         within(s.azimuth, k.azimuth_min_deg, k.azimuth_max_deg) &&
         within(s.rotator, k.rotator.min_deg, k.rotator.max_deg);
}

MountState SlewModel::parked(int band) const {
  return {.altitude = kinematics_.park_altitude_deg * kDegree,
          .azimuth = kinematics_.park_azimuth_deg * kDegree,
          .band = band,
          .parked = true};
}

double visit_seconds(const instrument::Kinematics& k, double exposure_s, int exposures) {
  return exposure_s + exposures * k.shutter_s + (exposures - 1) * k.readout_s;
}

double busy_seconds(const instrument::Kinematics& k, double exposure_s, int exposures) {
  return std::max(k.readout_s, k.shutter_cycle_s - exposure_s / exposures);
}

}  // namespace skywright::schedule
