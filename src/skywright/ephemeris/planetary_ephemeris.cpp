#include "skywright/ephemeris/planetary_ephemeris.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "skywright/base/error.h"
#include "skywright/ephemeris/detail/embedded_files.h"

namespace skywright::ephemeris {
namespace {

constexpr int kEarthId = 399, kMoonId = 301, kEarthMoonId = 3, kSunId = 10;
/// Of masses, Earth over Moon, for kernels without a segment of the Earth (ours): DE440's. That of
/// DE405 is 1e-7 of it smaller, which moves the Earth by 0.5 m.
constexpr double kEarthMoonRatio = 81.3005682214972154;
constexpr double kJ2000 = 2451545.0;
constexpr double kDay = 86400.0;

int naif_id(Body body) {
  constexpr std::array<int, 11> ids{kSunId, 1, 2, kEarthId, kMoonId, 4, 5, 6, 7, 8, 9};
  return ids[static_cast<std::size_t>(body)];
}

double seconds_after_j2000(time::Tdb t) { return ((t.jd1 - kJ2000) + t.jd2) * kDay; }

State to_au(const State& s) {
  return {(1.0 / kAstronomicalUnit) * s.position, (kDay / kAstronomicalUnit) * s.velocity};
}

/// Bytes of a DAF file, checked at each look.
class Daf {
 public:
  Daf(std::string_view bytes, std::string_view origin) : bytes_(bytes), origin_(origin) {
    if (bytes.size() < 1024 || bytes.substr(0, 7) != "DAF/SPK") {
      fail("it does not begin with DAF/SPK");
    }
    const std::string_view order = bytes.substr(88, 8);
    if (order != "LTL-IEEE" && order != "BIG-IEEE") fail("its byte order is not named");
    swapped_ = (order == "LTL-IEEE") != (std::endian::native == std::endian::little);
    if (integer(8) != 2 || integer(12) != 6) fail("its summaries are not those of SPK");
  }

  [[nodiscard]] int integer(std::size_t at) const { return load<int, std::uint32_t>(at); }
  [[nodiscard]] double real(std::size_t at) const { return load<double, std::uint64_t>(at); }
  /// Doubles `first` to `last`, counted from one, as DAF does.
  [[nodiscard]] std::vector<double> reals(int first, int last) const {
    if (first < 1 || last < first || static_cast<std::size_t>(last) > bytes_.size() / 8) {
      fail("a segment lies beyond its end");
    }
    std::vector<double> out;
    out.reserve(static_cast<std::size_t>(last - first) + 1);
    for (int i = first; i <= last; ++i) out.push_back(real(8 * static_cast<std::size_t>(i - 1)));
    return out;
  }
  [[noreturn]] void fail(const std::string& reason) const {
    throw InputError("no ephemeris in " + std::string(origin_), reason,
                     "give an SPK kernel (.bsp) of planets, such as de440s.bsp, whole");
  }

 private:
  template <class T, class Bits>
  [[nodiscard]] T load(std::size_t at) const {
    if (at > bytes_.size() || bytes_.size() - at < sizeof(T)) fail("it is cut short");
    Bits bits = 0;
    std::memcpy(&bits, bytes_.data() + at, sizeof(T));
    if (swapped_) {
      Bits turned = 0;
      for (std::size_t i = 0; i < sizeof(T); ++i) {
        turned = static_cast<Bits>((turned << 8U) | (bits & 0xffU));
        bits = static_cast<Bits>(bits >> 8U);
      }
      bits = turned;
    }
    return std::bit_cast<T>(bits);
  }

  std::string_view bytes_;
  std::string_view origin_;
  bool swapped_ = false;
};

std::size_t whole_number(const Daf& daf, double v) {
  if (!(v >= 1.0 && v < 1e9 && v == std::floor(v))) daf.fail("a segment has no sane size");
  return static_cast<std::size_t>(v);
}

}  // namespace

std::string_view name_of(Body body) {
  constexpr std::array<std::string_view, 11> names{"Sun",    "Mercury", "Venus",   "Earth",
                                                   "Moon",   "Mars",    "Jupiter", "Saturn",
                                                   "Uranus", "Neptune", "Pluto"};
  return names[static_cast<std::size_t>(body)];
}

const PlanetaryEphemeris& PlanetaryEphemeris::built_in() {
  static const PlanetaryEphemeris ephemeris =
      from_spk(detail::embedded_files().front().content, "the program");
  return ephemeris;
}

PlanetaryEphemeris PlanetaryEphemeris::from_spk(std::string_view bytes, std::string_view origin) {
  // NAIF, DAF Required Reading and SPK Required Reading: records of 1024 bytes; a list of summary
  // records, each of 25 summaries at most: two doubles and six integers in 40 bytes.
  constexpr int kPerRecord = 25;
  const Daf daf(bytes, origin);
  PlanetaryEphemeris out;
  out.name_ = std::string(bytes.substr(16, 60));
  out.name_.resize(out.name_.find_last_not_of(std::string_view(" \0", 2)) + 1);
  int record = daf.integer(76);
  const auto most = static_cast<int>(bytes.size() / 1024);
  for (int seen = 0; record != 0; ++seen) {
    if (record < 1 || record > most || seen > most) daf.fail("its list of segments is broken");
    const std::size_t base = 1024 * static_cast<std::size_t>(record - 1);
    const double next = daf.real(base), count = daf.real(base + 16);
    if (!(count >= 0.0 && count <= kPerRecord)) daf.fail("its list of segments is broken");
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const std::size_t at = base + 24 + 40 * i;
      const int frame = daf.integer(at + 24), type = daf.integer(at + 28);
      if (frame != 1 || (type != 2 && type != 3)) continue;
      Segment s;
      s.begin = daf.real(at);
      s.end = daf.real(at + 8);
      s.target = daf.integer(at + 16);
      s.centre = daf.integer(at + 20);
      auto values = daf.reals(daf.integer(at + 32), daf.integer(at + 36));
      if (values.size() < 4) daf.fail("a segment is cut short");
      const std::size_t tail = values.size() - 4;
      s.first = values[tail];
      s.length = values[tail + 1];
      s.record_size = whole_number(daf, values[tail + 2]);
      s.records = whole_number(daf, values[tail + 3]);
      s.own_velocity = type == 3;
      const std::size_t components = s.own_velocity ? 6 : 3;
      if (s.record_size < 2 + components || (s.record_size - 2) % components != 0 ||
          s.record_size * s.records != tail || !(s.length > 0.0) || !std::isfinite(s.first) ||
          !std::isfinite(s.length)) {
        daf.fail("a segment's records do not fill it");
      }
      s.terms = (s.record_size - 2) / components;
      for (const double v : values) {
        if (!std::isfinite(v)) daf.fail("a coefficient is not finite");
      }
      s.values = std::make_shared<const std::vector<double>>(std::move(values));
      out.segments_.insert(out.segments_.begin(), std::move(s));
    }
    if (!(next >= 0.0 && next <= static_cast<double>(most))) {
      daf.fail("its list of segments is broken");
    }
    record = static_cast<int>(next);
  }
  if (out.segments_.empty()) daf.fail("it holds no segment of type 2 or 3 in ICRF axes");
  return out;
}

State PlanetaryEphemeris::place(const Segment& s, double seconds) {
  const double records = static_cast<double>(s.records);
  double index = std::floor((seconds - s.first) / s.length);
  index = index < 0.0 ? 0.0 : index >= records ? records - 1.0 : index;
  const double* record = s.values->data() + static_cast<std::size_t>(index) * s.record_size;
  const double radius = record[1];
  const double x = (seconds - record[0]) / radius;
  const std::size_t n = s.terms;
  const double* c = record + 2;
  // Chebyshev polynomials and their derivatives rise together, all components in one pass.
  std::array<double, 3> p{c[0], c[n], c[2 * n]}, v{};
  double before = 1.0, here = x, slope_before = 0.0, slope = 1.0;
  for (std::size_t k = 1; k < n; ++k) {
    for (std::size_t j = 0; j < 3; ++j) {
      p[j] += c[j * n + k] * here;
      v[j] += c[j * n + k] * slope;
    }
    const double next = 2.0 * x * here - before;
    const double slope_next = 2.0 * x * slope + 2.0 * here - slope_before;
    before = here, here = next;
    slope_before = slope, slope = slope_next;
  }
  if (!s.own_velocity) return {{p[0], p[1], p[2]}, (1.0 / radius) * Vector{v[0], v[1], v[2]}};
  v = {c[3 * n], c[4 * n], c[5 * n]};
  before = 1.0, here = x;
  for (std::size_t k = 1; k < n; ++k) {
    for (std::size_t j = 0; j < 3; ++j) v[j] += c[(3 + j) * n + k] * here;
    const double next = 2.0 * x * here - before;
    before = here, here = next;
  }
  return {{p[0], p[1], p[2]}, {v[0], v[1], v[2]}};
}

const PlanetaryEphemeris::Segment* PlanetaryEphemeris::find(int target, double seconds) const {
  for (const Segment& s : segments_) {
    if (s.target == target && seconds >= s.begin && seconds <= s.end) return &s;
  }
  return nullptr;
}

bool PlanetaryEphemeris::chain(int target, double seconds, State* sum) const {
  constexpr int kLongest = 8;  // a chain that ends at all is shorter
  for (int i = 0; i < kLongest && target != 0; ++i) {
    const Segment* s = find(target, seconds);
    if (s == nullptr) return false;
    const State link = place(*s, seconds);
    sum->position = sum->position + link.position;
    sum->velocity = sum->velocity + link.velocity;
    target = s->centre;
  }
  return target == 0;
}

bool PlanetaryEphemeris::state(Body body, double seconds, State* sum) const {
  if (body == Body::earth && find(kEarthId, seconds) == nullptr) {
    const Segment* moon = find(kMoonId, seconds);
    if (moon == nullptr || moon->centre != kEarthMoonId) return false;
    const State m = place(*moon, seconds);
    *sum = {(-1.0 / kEarthMoonRatio) * m.position, (-1.0 / kEarthMoonRatio) * m.velocity};
    return chain(kEarthMoonId, seconds, sum);
  }
  return chain(naif_id(body), seconds, sum);
}

bool PlanetaryEphemeris::covers(Body body, time::Tdb t) const {
  State ignored;
  return state(body, seconds_after_j2000(t), &ignored);
}

State PlanetaryEphemeris::barycentric(Body body, time::Tdb t) const {
  State sum;
  if (!state(body, seconds_after_j2000(t), &sum)) {
    throw InputError("no place of " + std::string(name_of(body)),
                     "the ephemeris " + name_ + " has none at MJD " + std::to_string(t.mjd()),
                     "choose a date within it or name a larger kernel");
  }
  return to_au(sum);
}

State PlanetaryEphemeris::geocentric(Body body, time::Tdb t) const {
  if (body == Body::earth) return {};
  const double seconds = seconds_after_j2000(t);
  const Segment* moon = find(kMoonId, seconds);
  const Segment* earth = find(kEarthId, seconds);
  if (body == Body::moon && moon != nullptr && moon->centre == kEarthId) {
    return to_au(place(*moon, seconds));
  }
  if (body == Body::moon && moon != nullptr && moon->centre == kEarthMoonId &&
      (earth == nullptr || earth->centre == kEarthMoonId)) {
    const State m = place(*moon, seconds);
    const State e = earth != nullptr ? place(*earth, seconds)
                                     : State{(-1.0 / kEarthMoonRatio) * m.position,
                                             (-1.0 / kEarthMoonRatio) * m.velocity};
    return to_au({m.position - e.position, m.velocity - e.velocity});
  }
  const State there = barycentric(body, t), here = barycentric(Body::earth, t);
  return {there.position - here.position, there.velocity - here.velocity};
}

}  // namespace skywright::ephemeris
