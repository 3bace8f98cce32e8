#include "skywright/sphere/healpix.h"

#include <algorithm>
#include <cassert>
#include <numbers>

#include "skywright/base/vector_clones.h"
#include "skywright/math/lanes.h"

namespace skywright::sphere::healpix {
namespace {

using math::LaneMask;
using math::Lanes;
using math::lanes;
using math::select;

constexpr double kHalfPi = std::numbers::pi / 2.0;
// Ring of a face's southern corner and its longitude, in units of nside and of 45 degrees.
constexpr std::array<int, 12> kFaceRing = {2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4};
constexpr std::array<int, 12> kFaceTurn = {1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7};

/// Bits of a number moved to the even places, and back. (Interleaved, x and y give the index.)
template <class Word>
SKYWRIGHT_INLINE Word spread(Word v) {
  v = (v | (v << 16)) & 0x0000ffff0000ffffLL;
  v = (v | (v << 8)) & 0x00ff00ff00ff00ffLL;
  v = (v | (v << 4)) & 0x0f0f0f0f0f0f0f0fLL;
  v = (v | (v << 2)) & 0x3333333333333333LL;
  return (v | (v << 1)) & 0x5555555555555555LL;
}

std::int64_t gathered(std::int64_t v) {
  v &= 0x5555555555555555LL;
  v = (v | (v >> 1)) & 0x3333333333333333LL;
  v = (v | (v >> 2)) & 0x0f0f0f0f0f0f0f0fLL;
  v = (v | (v >> 4)) & 0x00ff00ff00ff00ffLL;
  v = (v | (v >> 8)) & 0x0000ffff0000ffffLL;
  return (v | (v >> 16)) & 0x00000000ffffffffLL;
}

SKYWRIGHT_INLINE Lanes floor_of(Lanes v) {
  const Lanes r = math::nearest_whole(v);
  return select(r > v, r - 1.0, r);
}

/// Whole numbers in [0, 2^51) as integers, by the bits of v + 2^52.
SKYWRIGHT_INLINE LaneMask whole_bits(Lanes v) {
  const Lanes shifted = v + 0x1p52;
  LaneMask bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  return bits & 0x000fffffffffffffLL;
}

/// `turn` in [0, 4): longitude in quarters; `z`, `level`: sine and cosine of latitude.
SKYWRIGHT_INLINE LaneMask index_of(Lanes turn, Lanes z, Lanes level, int order) {
  const auto nside = static_cast<double>(std::int64_t{1} << order);
  const Lanes za = math::abs(z);
  const LaneMask polar = za > 2.0 / 3.0;
  // Equator: diagonals that rise and fall, counted from the first face's western corner.
  const Lanes along = nside * (turn + 0.5);
  const Lanes across = nside * 0.75 * z;
  const Lanes rising = floor_of(along - across);
  const Lanes falling = floor_of(along + across);
  const Lanes face_rising = floor_of(rising * (1.0 / nside));
  const Lanes face_falling = floor_of(falling * (1.0 / nside));
  const Lanes wrapped = select(face_rising == 4.0, lanes(4.0), face_rising + 4.0);
  const Lanes equator_face =
      select(face_rising == face_falling, wrapped,
             select(face_rising < face_falling, face_rising, face_falling + 8.0));
  const Lanes equator_x = falling - face_falling * nside;
  const Lanes equator_y = nside - 1.0 - (rising - face_rising * nside);
  // Caps: distance from the pole, in which sqrt(3 (1 - |z|)) is written so that it keeps its
  // digits.
  const Lanes quarter = select(turn >= 3.0, lanes(3.0), floor_of(turn));
  const Lanes part = turn - quarter;
  const Lanes reach = nside * level * math::sqrt(3.0 / (1.0 + za));
  const Lanes p = floor_of(part * reach);
  const Lanes m = floor_of((1.0 - part) * reach);
  const Lanes jp = select(p > nside - 1.0, lanes(nside - 1.0), p);
  const Lanes jm = select(m > nside - 1.0, lanes(nside - 1.0), m);
  const LaneMask north = z > 0.0;
  const Lanes polar_face = select(north, quarter, quarter + 8.0);
  const Lanes polar_x = select(north, nside - 1.0 - jm, jp);
  const Lanes polar_y = select(north, nside - 1.0 - jp, jm);

  const LaneMask face = whole_bits(select(polar, polar_face, equator_face));
  const LaneMask x = whole_bits(select(polar, polar_x, equator_x));
  const LaneMask y = whole_bits(select(polar, polar_y, equator_y));
  return (face << (2 * order)) | spread(x) | (spread(y) << 1);
}

struct FacePosition {
  int face = 0;
  std::int64_t x = 0, y = 0;
};

FacePosition face_position(std::int64_t index, int order) {
  assert(index >= 0 && index < pixel_count(order));
  const std::int64_t within = index & ((std::int64_t{1} << (2 * order)) - 1);
  return {static_cast<int>(index >> (2 * order)), gathered(within), gathered(within >> 1)};
}

struct Place {
  double z = 0.0, level = 0.0, longitude = 0.0;
};

/// A place on a face, x and y in units of pixels from its southern corner, both in [0, nside].
Place place_on_face(int face, double x, double y, double nside) {
  const auto f = static_cast<std::size_t>(face);
  const double ring = kFaceRing[f] * nside - x - y;
  double from_pole = nside;
  Place place;
  if (ring < nside || ring > 3.0 * nside) {
    from_pole = ring < nside ? ring : 4.0 * nside - ring;
    const double depth = (from_pole / nside) * (from_pole / nside) / 3.0;  // 1 - |z|
    place.z = ring < nside ? 1.0 - depth : depth - 1.0;
    place.level = std::sqrt(depth * (2.0 - depth));
  } else {
    place.z = (2.0 * nside - ring) * (2.0 / 3.0) / nside;
    place.level = std::sqrt((1.0 - place.z) * (1.0 + place.z));
  }
  const double turn = from_pole > 0.0 ? kFaceTurn[f] + (x - y) / from_pole : 0.0;
  place.longitude = (turn < 0.0 ? turn + 8.0 : turn) * (kHalfPi / 2.0);
  return place;
}

UnitVector vector_of(const Place& p) {
  return {p.level * std::cos(p.longitude), p.level * std::sin(p.longitude), p.z};
}

}  // namespace

double pixel_area(int order) {
  return 4.0 * std::numbers::pi / static_cast<double>(pixel_count(order));
}

Angle max_pixel_radius(int order) {
  // The most elongated pixels lie where cap and equator meet on a face's meridian: from their
  // centre on z = 2/3 to the corner on the ring above. (HEALPix C++, T_Healpix_Base::max_pixrad.)
  const auto nside = static_cast<double>(std::int64_t{1} << order);
  const double z = 1.0 - (1.0 - 1.0 / nside) * (1.0 - 1.0 / nside) / 3.0;
  const double level = std::sqrt((1.0 - 2.0 / 3.0) * (1.0 + 2.0 / 3.0));
  const double turn = std::numbers::pi / (4.0 * nside);
  const UnitVector a{level * std::cos(turn), level * std::sin(turn), 2.0 / 3.0};
  const UnitVector b{std::sqrt((1.0 - z) * (1.0 + z)), 0.0, z};
  return separation(a, b);
}

SKYWRIGHT_VECTOR_CLONES
void pixels_at(std::span<const double> ra, std::span<const double> dec, int order,
               std::span<std::int64_t> out) {
  math::for_lanes(
      ra.size(), [&](std::size_t i, std::size_t n) __attribute__((always_inline)) {
        const Lanes longitude = math::load(&ra[i], n) * (1.0 / 90.0);
        Lanes turn = longitude - 4.0 * floor_of(longitude * 0.25);
        turn = select(turn >= 4.0, turn - 4.0, turn);
        const math::SinCos d = math::sincos_degrees(math::load(&dec[i], n));
        const LaneMask index = index_of(turn, d.sin, d.cos, order);
        const LaneMask known = (turn == turn) & (d.sin == d.sin);
        const LaneMask result = known ? index : LaneMask{} - 1;
        for (std::size_t k = 0; k < n; ++k) out[i + k] = result[k];
      });
}

std::int64_t pixel_at(const SkyPosition& position, int order) {
  const double ra = position.ra.degrees();
  const double dec = position.dec.degrees();
  std::int64_t index = 0;
  pixels_at({&ra, 1}, {&dec, 1}, order, {&index, 1});
  return index;
}

std::int64_t pixel_at(const UnitVector& v, int order) {
  const double level = std::hypot(v.x, v.y);
  double turn = std::atan2(v.y, v.x) / kHalfPi;
  if (turn < 0.0) turn += 4.0;
  if (turn >= 4.0) turn = 0.0;
  const LaneMask index = index_of(lanes(turn), lanes(v.z), lanes(level), order);
  return index[0];
}

UnitVector centre(std::int64_t index, int order) {
  const FacePosition p = face_position(index, order);
  return vector_of(place_on_face(p.face, static_cast<double>(p.x) + 0.5,
                                 static_cast<double>(p.y) + 0.5,
                                 static_cast<double>(std::int64_t{1} << order)));
}

SKYWRIGHT_VECTOR_CLONES
void centres(std::span<const std::int64_t> index, int order, std::span<double> ra,
             std::span<double> dec) {
  const auto nside = static_cast<double>(std::int64_t{1} << order);
  constexpr double kDegrees = 180.0 / std::numbers::pi;
  math::for_lanes(
      index.size(), [&](std::size_t i, std::size_t n) __attribute__((always_inline)) {
        // place_on_face, its plain twin, eight at a time.
        Lanes face_ring = lanes(2.0), face_turn = lanes(1.0), x = lanes(0.0), y = x;
        for (std::size_t k = 0; k < n; ++k) {
          const FacePosition p = face_position(index[i + k], order);
          face_ring[k] = kFaceRing[static_cast<std::size_t>(p.face)];
          face_turn[k] = kFaceTurn[static_cast<std::size_t>(p.face)];
          x[k] = static_cast<double>(p.x) + 0.5;
          y[k] = static_cast<double>(p.y) + 0.5;
        }
        const Lanes ring = face_ring * nside - x - y;
        const Lanes from_south = 4.0 * nside - ring;
        const Lanes from_pole =
            select(ring < nside, ring, select(from_south < nside, from_south, lanes(nside)));
        const Lanes depth = (from_pole * (1.0 / nside)) * (from_pole * (1.0 / nside)) * (1.0 / 3.0);
        const Lanes polar_z = select(ring < 2.0 * nside, 1.0 - depth, depth - 1.0);
        const Lanes z =
            select(from_pole < nside, polar_z, (2.0 * nside - ring) * (2.0 / (3.0 * nside)));
        const Lanes square =
            select(from_pole < nside, depth * (2.0 - depth), (1.0 - z) * (1.0 + z));
        const Lanes turn = face_turn + (x - y) / from_pole;
        math::store(select(turn < 0.0, turn + 8.0, turn) * 45.0, &ra[i], n);
        math::store(math::atan2(z, math::sqrt(square)) * kDegrees, &dec[i], n);
      });
}

std::array<UnitVector, 4> corners(std::int64_t index, int order) {
  const FacePosition p = face_position(index, order);
  const auto nside = static_cast<double>(std::int64_t{1} << order);
  const auto x = static_cast<double>(p.x);
  const auto y = static_cast<double>(p.y);
  return {vector_of(place_on_face(p.face, x + 1.0, y + 1.0, nside)),
          vector_of(place_on_face(p.face, x, y + 1.0, nside)),
          vector_of(place_on_face(p.face, x, y, nside)),
          vector_of(place_on_face(p.face, x + 1.0, y, nside))};
}

std::array<std::int64_t, 8> neighbours(std::int64_t index, int order) {
  // Which face lies across each edge and corner, and how its axes are turned: rows S, SE, E, SW,
  // centre, NE, W, NW, N. Facts of the tessellation (Gorski et al. 2005, figure 4).
  static constexpr std::array<std::array<int, 12>, 9> kFace = {{
      {8, 9, 10, 11, -1, -1, -1, -1, 10, 11, 8, 9},
      {5, 6, 7, 4, 8, 9, 10, 11, 9, 10, 11, 8},
      {-1, -1, -1, -1, 5, 6, 7, 4, -1, -1, -1, -1},
      {4, 5, 6, 7, 11, 8, 9, 10, 11, 8, 9, 10},
      {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
      {1, 2, 3, 0, 0, 1, 2, 3, 5, 6, 7, 4},
      {-1, -1, -1, -1, 7, 4, 5, 6, -1, -1, -1, -1},
      {3, 0, 1, 2, 3, 0, 1, 2, 4, 5, 6, 7},
      {2, 3, 0, 1, -1, -1, -1, -1, 0, 1, 2, 3},
  }};
  enum Turn { none = 0, flip_x = 1, flip_y = 2, swap = 4 };
  static constexpr std::array<std::array<int, 3>, 9> kTurn = {{
      {none, none, flip_x | flip_y},
      {none, none, flip_y | swap},
      {none, none, none},
      {none, none, flip_x | swap},
      {none, none, none},
      {flip_x | swap, none, none},
      {none, none, none},
      {flip_y | swap, none, none},
      {flip_x | flip_y, none, none},
  }};
  static constexpr std::array<std::array<int, 2>, 8> kStep = {
      {{-1, 0}, {-1, 1}, {0, 1}, {1, 1}, {1, 0}, {1, -1}, {0, -1}, {-1, -1}}};
  const FacePosition p = face_position(index, order);
  const std::int64_t nside = std::int64_t{1} << order;
  std::array<std::int64_t, 8> out{};
  for (std::size_t k = 0; k < 8; ++k) {
    std::int64_t x = p.x + kStep[k][0];
    std::int64_t y = p.y + kStep[k][1];
    const int dx = x < 0 ? -1 : x >= nside ? 1 : 0;
    const int dy = y < 0 ? -1 : y >= nside ? 1 : 0;
    const auto row = static_cast<std::size_t>(4 + dx + 3 * dy);
    const int face = kFace[row][static_cast<std::size_t>(p.face)];
    if (face < 0) {
      out[k] = -1;
      continue;
    }
    x -= dx * nside;
    y -= dy * nside;
    const int turn = kTurn[row][static_cast<std::size_t>(p.face / 4)];
    if ((turn & flip_x) != 0) x = nside - 1 - x;
    if ((turn & flip_y) != 0) y = nside - 1 - y;
    if ((turn & swap) != 0) std::swap(x, y);
    out[k] = (static_cast<std::int64_t>(face) << (2 * order)) | spread(x) | (spread(y) << 1);
  }
  return out;
}

}  // namespace skywright::sphere::healpix
