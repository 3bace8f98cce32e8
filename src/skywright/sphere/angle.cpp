#include "skywright/sphere/angle.h"

namespace skywright::sphere {
namespace {
constexpr double kTurn = 2.0 * std::numbers::pi;
}

Angle Angle::wrapped() const {
  const double r = std::fmod(radians_, kTurn);
  const double positive = r < 0.0 ? r + kTurn : r;
  return Angle(positive >= kTurn ? 0.0 : positive);  // -1e-20 + 2 pi rounds to 2 pi
}

Angle Angle::wrapped_around_zero() const {
  const double r = wrapped().radians();
  return Angle(r >= std::numbers::pi ? r - kTurn : r);
}

}  // namespace skywright::sphere
