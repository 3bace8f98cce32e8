#include "skywright/ephemeris/mpcorb.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "skywright/base/error.h"
#include "skywright/ephemeris/detail/text_fields.h"

namespace skywright::ephemeris {
namespace {

using detail::number;
using detail::trimmed;

constexpr double kDefaultSlope = 0.15;
constexpr std::size_t kShortest = 103;  ///< the elements end there

/// Columns from 0: first and width.
struct Field {
  std::size_t first = 0, width = 0;
};
constexpr Field kPacked{0, 7}, kMagnitude{8, 5}, kSlope{14, 5}, kEpoch{20, 5}, kAnomaly{26, 9},
    kArgument{37, 9}, kNode{48, 9}, kInclination{59, 9}, kEccentricity{70, 9}, kAxis{92, 11},
    kUncertainty{105, 1}, kReadable{166, 28};

std::string_view cut(std::string_view line, Field f) {
  return line.size() > f.first ? line.substr(f.first, f.width) : std::string_view();
}

double needed(std::string_view line, Field f) {
  const auto v = number(cut(line, f));
  if (v) return *v;
  throw InputError("cannot read orbits",
                   "'" + std::string(cut(line, f)) + "' in columns " + std::to_string(f.first + 1) +
                       "-" + std::to_string(f.first + f.width) + " is no number",
                   "correct the line or take it out");
}

/// Most lines of a catalog share a few epochs.
double mjd_of_epoch(std::string_view text) {
  thread_local std::pair<std::string, double> last{"", 0.0};
  if (last.first != text) last = {std::string(text), mjd_from_packed_date(text)};
  return last.second;
}

double turn(Angle a) { return a.wrapped().degrees(); }

}  // namespace

bool looks_like_mpcorb(std::string_view line) {
  if (line.size() < kShortest) return false;
  for (const Field f : {kAnomaly, kArgument, kNode, kInclination, kEccentricity, kAxis})
    if (!number(cut(line, f))) return false;
  return true;
}

void append_mpcorb_line(OrbitCatalog& out, std::string_view line) {
  if (line.size() < kShortest)
    throw InputError("cannot read orbits", "it is shorter than 103 columns",
                     "correct the line or take it out");
  OrbitFacts facts;
  facts.packed = trimmed(cut(line, kPacked));
  facts.epoch = mjd_of_epoch(trimmed(cut(line, kEpoch)));
  const std::string_view u = cut(line, kUncertainty);
  if (!u.empty() && u[0] >= '0' && u[0] <= '9') facts.uncertainty = u[0] - '0';
  const auto readable = trimmed(cut(line, kReadable));
  std::string label = readable.empty() ? facts.packed : std::string(readable);
  const Orbit orbit = orbit_from_keplerian(
      needed(line, kAxis), needed(line, kEccentricity),
      Angle::from_degrees(needed(line, kInclination)), Angle::from_degrees(needed(line, kNode)),
      Angle::from_degrees(needed(line, kArgument)), Angle::from_degrees(needed(line, kAnomaly)),
      time::Tdb::from_mjd(facts.epoch));
  out.append(std::move(label), orbit,
             number(cut(line, kMagnitude)).value_or(std::numeric_limits<double>::quiet_NaN()),
             number(cut(line, kSlope)).value_or(kDefaultSlope), std::move(facts));
}

std::string mpcorb_line(const Orbit& orbit, time::Tdb epoch, double h, double g,
                        std::string_view packed, std::string_view readable) {
  const double axis = orbit.perihelion_distance / (1.0 - orbit.eccentricity);
  const double motion = kGaussConstant / (axis * std::sqrt(axis));  // [rad/day]
  const double days =
      (epoch.jd1 - orbit.perihelion_time.jd1) + (epoch.jd2 - orbit.perihelion_time.jd2);
  const std::string date =
      time::iso_text(time::Utc::from_mjd(std::floor(epoch.mjd() + 0.5)), 0);  // 2026-11-22T...
  const auto packed_number = [](int v) {
    return static_cast<char>(v < 10 ? '0' + v : 'A' + v - 10);
  };
  std::string day{packed_number(std::stoi(date.substr(0, 2))), date[2], date[3],
                  packed_number(std::stoi(date.substr(5, 2))),
                  packed_number(std::stoi(date.substr(8, 2)))};
  std::array<char, 256> line{};
  std::snprintf(line.data(), line.size(),
                "%-7.7s %5.2f %5.2f %5s %9.5f  %9.5f  %9.5f  %9.5f  %9.7f %11.8f %11.7f",
                std::string(packed).c_str(), std::isfinite(h) ? h : 99.99, g, day.c_str(),
                turn(Angle::from_radians(motion * days)), turn(orbit.argument_of_perihelion),
                turn(orbit.node), orbit.inclination.degrees(), orbit.eccentricity,
                motion * 180.0 / 3.14159265358979323846, axis);
  std::string out(line.data());
  out.resize(166, ' ');
  out += readable.substr(0, 28);
  out.resize(202, ' ');
  return out;
}

double mjd_from_packed_date(std::string_view text) {
  const auto digit = [&](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'V') return c - 'A' + 10;
    return -1;
  };
  const auto fail = [&]() {
    throw InputError("'" + std::string(text) + "' is no packed date",
                     "it must be a century (I, J, K), two digits, month and day",
                     "see minorplanetcenter.net/iau/info/PackedDates.html");
  };
  if (text.size() != 5 || text[0] < 'I' || text[0] > 'K') fail();
  const int tens = digit(text[1]), ones = digit(text[2]);
  const int month = digit(text[3]), day = digit(text[4]);
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9 || month < 1 || month > 12 || day < 1) fail();
  const int year = 100 * (text[0] - 'A' + 10) + 10 * tens + ones;
  std::array<char, 16> iso{};
  std::snprintf(iso.data(), iso.size(), "%04d-%02d-%02d", year, month, day);
  return time::utc_from_iso(iso.data()).mjd();  // a day's number, in whatever scale
}

}  // namespace skywright::ephemeris
