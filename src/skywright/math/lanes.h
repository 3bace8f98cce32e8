/// Eight doubles that are worked on together, and the elementary functions of them that coordinates
/// need, without branches, so that they fill vector registers of any width.
///
///     SKYWRIGHT_VECTOR_CLONES void f(std::span<const double> x, std::span<double> y) {
///       for_lanes(x.size(), [&](std::size_t i, std::size_t n) { store(atan2(load(...), ...)) });
///     }
///
/// A lane's result depends on that lane alone, so that bulk and single calls agree to the last bit.
/// Include from .cpp files only: no Lanes may pass through a function that is not inlined.
#pragma once

#include <cstddef>
#include <cstring>
#include <numbers>

#define SKYWRIGHT_INLINE [[gnu::always_inline]] inline

namespace skywright::math {

/// Doubles that are worked on together.
inline constexpr std::size_t kLanes = 8;
__extension__ typedef double Lanes __attribute__((vector_size(kLanes * sizeof(double))));
__extension__ typedef long long LaneMask __attribute__((vector_size(kLanes * sizeof(double))));

SKYWRIGHT_INLINE Lanes lanes(double v) { return Lanes{} + v; }

/// The first `count` of eight from memory; the others are those of `rest`.
SKYWRIGHT_INLINE Lanes load(const double* from, std::size_t count, double rest = 0.0) {
  Lanes v = lanes(rest);
  if (count == kLanes) {
    std::memcpy(&v, from, sizeof v);
  } else {
    for (std::size_t i = 0; i < count; ++i) v[i] = from[i];
  }
  return v;
}

SKYWRIGHT_INLINE void store(Lanes v, double* to, std::size_t count) {
  if (count == kLanes) {
    std::memcpy(to, &v, sizeof v);
  } else {
    for (std::size_t i = 0; i < count; ++i) to[i] = v[i];
  }
}

/// Give it one comparison: masks joined by & or | are taken apart into scalars by GCC 12 for
/// AVX-512.
SKYWRIGHT_INLINE Lanes select(LaneMask where, Lanes yes, Lanes no) { return where ? yes : no; }

SKYWRIGHT_INLINE Lanes sqrt(Lanes v) {
  Lanes r;
  for (std::size_t i = 0; i < kLanes; ++i) r[i] = __builtin_sqrt(v[i]);
  return r;
}

SKYWRIGHT_INLINE Lanes abs(Lanes v) { return select(v < 0.0, -v, v); }

/// To the nearest whole number, halves to even. @pre |v| < 2^51
SKYWRIGHT_INLINE Lanes nearest_whole(Lanes v) {
  constexpr double kMagic = 0x1.8p52;  // numbers about this have a spacing of one
  return (v + kMagic) - kMagic;
}

struct SinCos {
  Lanes sin, cos;
};

/// Sine and cosine of an angle in degrees, within 2e-16. @pre |degrees| < 1e15
SKYWRIGHT_INLINE SinCos sincos_degrees(Lanes degrees) {
  const Lanes quarter_turns = nearest_whole(degrees * (1.0 / 90.0));
  const Lanes x = (degrees - quarter_turns * 90.0) * (std::numbers::pi / 180.0);  // exact reduction
  const Lanes z = x * x;
  // Taylor's series: on |x| <= pi/4 the first terms left out are below 1e-17 of the result.
  Lanes s = lanes(1.0 / 1307674368000.0);  // 1/15!
  s = 1.0 / 6227020800.0 - z * s;
  s = 1.0 / 39916800.0 - z * s;
  s = 1.0 / 362880.0 - z * s;
  s = 1.0 / 5040.0 - z * s;
  s = 1.0 / 120.0 - z * s;
  s = 1.0 / 6.0 - z * s;
  s = x - x * (z * s);
  Lanes c = lanes(1.0 / 20922789888000.0);  // 1/16!
  c = 1.0 / 87178291200.0 - z * c;
  c = 1.0 / 479001600.0 - z * c;
  c = 1.0 / 3628800.0 - z * c;
  c = 1.0 / 40320.0 - z * c;
  c = 1.0 / 720.0 - z * c;
  c = 1.0 / 24.0 - z * c;
  c = 0.5 - z * c;
  c = 1.0 - z * c;
  const Lanes q = quarter_turns - 4.0 * nearest_whole(quarter_turns * 0.25);  // -2 .. 2
  const Lanes sine = select(abs(q) == 1.0, c, s);
  const Lanes cosine = select(abs(q) == 1.0, s, c);
  return {select(abs(q - 0.5) < 1.0, sine, -sine),  // q is 0 or 1
          select(abs(q + 0.5) < 1.0, cosine, -cosine)};
}

/// Angle of (x, y) from the x axis [rad], in [-pi, pi], within 4e-16; 0 for (0, 0).
SKYWRIGHT_INLINE Lanes atan2(Lanes y, Lanes x) {
  const Lanes ax = abs(x);
  const Lanes ay = abs(y);
  const LaneMask steep = ay > ax;
  const Lanes small = select(steep, ax, ay);
  const Lanes large = select(steep, ay, ax);
  // atan(t) = atan(c) + atan((t - c) / (1 + c t)) with c = tan(0, pi/8, pi/4), the nearest: what is
  // left is below tan(pi/16), where eleven terms of the series reach 2e-17.
  constexpr double kTan1 = 0.19891236737965800691;  // tan(pi/16)
  constexpr double kTan2 = 0.41421356237309504880;  // tan(pi/8)
  constexpr double kTan3 = 0.66817863791929891999;  // tan(3 pi/16)
  const LaneMask low = small <= kTan1 * large;
  const LaneMask high = small > kTan3 * large;
  const Lanes zero = lanes(0.0);
  const Lanes c = select(low, zero, select(high, lanes(1.0), lanes(kTan2)));
  const Lanes base =
      select(low, zero, select(high, lanes(std::numbers::pi / 4.0), lanes(std::numbers::pi / 8.0)));
  const Lanes divisor = large + c * small;
  const Lanes t = (small - c * large) / select(divisor == 0.0, lanes(1.0), divisor);
  const Lanes z = t * t;
  Lanes p = lanes(1.0 / 21.0);
  p = 1.0 / 19.0 - z * p;
  p = 1.0 / 17.0 - z * p;
  p = 1.0 / 15.0 - z * p;
  p = 1.0 / 13.0 - z * p;
  p = 1.0 / 11.0 - z * p;
  p = 1.0 / 9.0 - z * p;
  p = 1.0 / 7.0 - z * p;
  p = 1.0 / 5.0 - z * p;
  p = 1.0 / 3.0 - z * p;
  Lanes angle = base + (t - t * (z * p));
  angle = select(steep, std::numbers::pi / 2.0 - angle, angle);
  angle = select(x < 0.0, std::numbers::pi - angle, angle);
  return select(y < 0.0, -angle, angle);
}

/// Call body(begin, count) for consecutive groups of at most eight indices.
template <class Body>
SKYWRIGHT_INLINE void for_lanes(std::size_t count, const Body& body) {
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) body(i, kLanes);
  if (i < count) body(i, count - i);
}

}  // namespace skywright::math
