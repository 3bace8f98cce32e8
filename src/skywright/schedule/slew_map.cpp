// Slew times to every pixel of a map: the branch-free twin of SlewModel::slew.
#include <cmath>
#include <limits>
#include <numbers>

#include "skywright/base/vector_clones.h"
#include "skywright/schedule/slew.h"

namespace skywright::schedule {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr float kNever = std::numeric_limits<float>::infinity();

/// The smallest float that is not below `v`, so that a float is compared as the double would be.
float not_below(double v) {
  const auto f = static_cast<float>(v);
  return static_cast<double>(f) < v ? std::nextafter(f, kNever) : f;
}
float not_above(double v) { return -not_below(-v); }

/// A number in two floats: its difference to a float nearby is then exact.
struct Split {
  float most, rest;
  Split(double v = 0.0)  // not explicit: a plain number is one, too
      : most(static_cast<float>(v)), rest(static_cast<float>(v - static_cast<double>(most))) {}
  [[gnu::always_inline]] float to(float v) const { return (v - most) - rest; }
};

/// What stays the same over the map.
struct Fixed {
  MotionProfile<float> altitude, azimuth, dome_altitude, dome_azimuth;
  Split from_altitude;
  Split from_azimuth[3];        // in [0, 2 pi), a turn before and a turn after
  float lowest, highest;        // altitude
  float turn_back, turn_ahead;  // ways that the cable wrap leaves, <= 0 and >= 0
  float open_loop, settle, busy, closed_loop, closed_loop_above;
  float reach_squared, margin_altitude_s, margin_azimuth_s, dome_settle;
};

[[gnu::always_inline]] inline float larger(float a, float b) { return a > b ? a : b; }
[[gnu::always_inline]] inline float smaller(float a, float b) { return a < b ? a : b; }

[[gnu::always_inline]] inline float nearer(float a, float b) {
  return std::fabs(b) < std::fabs(a) ? b : a;
}

template <instrument::Dome kDome>
[[gnu::always_inline]] inline void fill(const Fixed& f, const float* altitude, const float* azimuth,
                                        float* out, std::size_t count) {
  constexpr auto kTurn = static_cast<float>(2.0 * std::numbers::pi);
  for (std::size_t i = 0; i < count; ++i) {
    const float up = std::fabs(f.from_altitude.to(altitude[i]));
    float near = f.from_azimuth[0].to(azimuth[i]);
    near = nearer(near, f.from_azimuth[1].to(azimuth[i]));
    near = nearer(near, f.from_azimuth[2].to(azimuth[i]));
    const float far = near < 0.0F ? near + kTurn : near - kTurn;
    // Each way is asked for by one comparison: how far it goes beyond what the wrap leaves.
    const float near_beyond = larger(near - f.turn_ahead, f.turn_back - near);
    const float far_beyond = larger(far - f.turn_ahead, f.turn_back - far);
    const float round = near < 0.0F ? -near : near;
    float way = near_beyond > 0.0F ? kTurn - round : round;
    const float beyond = smaller(near_beyond, far_beyond);

    const float open_loop = up * f.open_loop;
    float mount = larger(fast_seconds(f.altitude, up), fast_seconds(f.azimuth, way)) + open_loop;
    const float settling = larger(0.0F, f.settle - open_loop);
    mount += up + way > 0.0F ? settling : 0.0F;
    float seconds = larger(mount, f.busy);
    if constexpr (kDome == instrument::Dome::creeping) {
      const float rise = up * f.dome_altitude.per_speed;
      const float turn = round * f.dome_azimuth.per_speed;
      const float dome = smaller(larger(rise, turn + f.margin_azimuth_s),
                                 larger(rise + f.margin_altitude_s, turn));
      const float needed = up * up + round * round < f.reach_squared ? 0.0F : dome;
      seconds = larger(seconds, needed);
    } else if constexpr (kDome == instrument::Dome::following) {
      const float turn = fast_seconds(f.dome_azimuth, round);
      const float settled = round > 0.0F ? turn + f.dome_settle : 0.0F;
      seconds = larger(seconds, larger(fast_seconds(f.dome_altitude, up), settled));
    }
    seconds += up >= f.closed_loop_above ? f.closed_loop : 0.0F;
    seconds = beyond > 0.0F ? kNever : seconds;
    seconds = altitude[i] < f.lowest ? kNever : seconds;
    out[i] = altitude[i] > f.highest ? kNever : seconds;
  }
}

SKYWRIGHT_VECTOR_CLONES
void fill_without_dome(const Fixed& f, const float* alt, const float* az, float* out,
                       std::size_t count) {
  fill<instrument::Dome::none>(f, alt, az, out, count);
}
SKYWRIGHT_VECTOR_CLONES
void fill_creeping(const Fixed& f, const float* alt, const float* az, float* out,
                   std::size_t count) {
  fill<instrument::Dome::creeping>(f, alt, az, out, count);
}
SKYWRIGHT_VECTOR_CLONES
void fill_following(const Fixed& f, const float* alt, const float* az, float* out,
                    std::size_t count) {
  fill<instrument::Dome::following>(f, alt, az, out, count);
}

}  // namespace

void SlewModel::slew_seconds(const MountState& from, std::span<const float> altitude,
                             std::span<const float> azimuth, std::span<float> out) const {
  const instrument::Kinematics& k = kinematics_;
  constexpr double kTurn = 2.0 * std::numbers::pi;
  const double wrapped = from.azimuth - kTurn * std::floor(from.azimuth / kTurn);
  Fixed f{};
  f.altitude = fast_altitude_;
  f.azimuth = fast_azimuth_;
  f.dome_altitude = fast_dome_altitude_;
  f.dome_azimuth = fast_dome_azimuth_;
  f.from_altitude = Split(from.altitude);
  f.from_azimuth[0] = Split(wrapped);
  f.from_azimuth[1] = Split(wrapped - kTurn);
  f.from_azimuth[2] = Split(wrapped + kTurn);
  f.lowest = not_below(k.altitude_min_deg * kDegree);
  f.highest = not_above(k.altitude_max_deg * kDegree);
  f.turn_back = static_cast<float>(k.azimuth_min_deg * kDegree - from.azimuth);
  f.turn_ahead = static_cast<float>(k.azimuth_max_deg * kDegree - from.azimuth);
  f.open_loop = static_cast<float>(k.optics.open_loop_s_per_deg / kDegree);
  f.settle = static_cast<float>(k.settle_s);
  f.busy = static_cast<float>(from.busy);
  f.closed_loop = static_cast<float>(k.optics.closed_loop_s);
  f.closed_loop_above = static_cast<float>(k.optics.closed_loop_above_deg * kDegree);
  const double reach = k.dome.reach_deg * kDegree;
  const double margin = k.dome.margin_deg * kDegree;
  f.reach_squared = static_cast<float>(reach * reach);
  f.margin_altitude_s = static_cast<float>(margin * dome_altitude_.per_speed);
  f.margin_azimuth_s = static_cast<float>(margin * dome_azimuth_.per_speed);
  f.dome_settle = static_cast<float>(k.dome.settle_s);
  switch (k.dome.kind) {
    case instrument::Dome::none:
      return fill_without_dome(f, altitude.data(), azimuth.data(), out.data(), out.size());
    case instrument::Dome::creeping:
      return fill_creeping(f, altitude.data(), azimuth.data(), out.data(), out.size());
    case instrument::Dome::following:
      return fill_following(f, altitude.data(), azimuth.data(), out.data(), out.size());
  }
}

}  // namespace skywright::schedule
