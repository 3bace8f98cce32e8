#include "skywright/sphere/direction.h"

namespace skywright::sphere {

UnitVector unit_vector(const SkyPosition& position) {
  const double level = cos(position.dec);
  return {level * cos(position.ra), level * sin(position.ra), sin(position.dec)};
}

SkyPosition sky_position(const UnitVector& v) {
  const double level = std::hypot(v.x, v.y);
  const Angle ra = level > 0.0 ? Angle::from_radians(std::atan2(v.y, v.x)).wrapped() : Angle();
  return {ra, Angle::from_radians(std::atan2(v.z, level))};
}

Angle separation(const SkyPosition& a, const SkyPosition& b) {
  const double sin_a = sin(a.dec), cos_a = cos(a.dec);
  const double sin_b = sin(b.dec), cos_b = cos(b.dec);
  const Angle turn = b.ra - a.ra;
  const double across = cos_b * sin(turn);
  const double up = cos_a * sin_b - sin_a * cos_b * cos(turn);
  const double along = sin_a * sin_b + cos_a * cos_b * cos(turn);
  return Angle::from_radians(std::atan2(std::hypot(across, up), along));
}

Angle separation(const UnitVector& a, const UnitVector& b) {
  const double x = a.y * b.z - a.z * b.y;
  const double y = a.z * b.x - a.x * b.z;
  const double z = a.x * b.y - a.y * b.x;
  return Angle::from_radians(std::atan2(std::hypot(x, y, z), dot(a, b)));
}

Angle position_angle(const SkyPosition& from, const SkyPosition& to) {
  const Angle turn = to.ra - from.ra;
  const double east = cos(to.dec) * sin(turn);
  const double north = cos(from.dec) * sin(to.dec) - sin(from.dec) * cos(to.dec) * cos(turn);
  return Angle::from_radians(std::atan2(east, north)).wrapped();
}

SkyPosition offset(const SkyPosition& from, Angle position_angle, Angle distance) {
  const double forward = cos(distance);
  const double north = sin(distance) * cos(position_angle);
  const double east = sin(distance) * sin(position_angle);
  const double level = cos(from.dec) * forward - sin(from.dec) * north;
  const double up = sin(from.dec) * forward + cos(from.dec) * north;
  const Angle turn = Angle::from_radians(std::atan2(east, level));
  return {(from.ra + turn).wrapped(), Angle::from_radians(std::atan2(up, std::hypot(level, east)))};
}

}  // namespace skywright::sphere
