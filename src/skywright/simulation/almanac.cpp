#include "skywright/simulation/almanac.h"

#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/io/atomic_file.h"

namespace skywright::simulation {
namespace {

using ephemeris::Night;
using Instant = std::optional<time::Tai>;

constexpr int kMostNights = 36525;

struct Event {
  const char* name;
  const char* description;
  Instant Night::*at;
};

constexpr std::array<Event, 8> kEvents{{
    {"sunset", "the Sun's centre sinks below the horizon, no refraction", &Night::sunset},
    {"dusk12", "the Sun sinks below -12 degrees", &Night::dusk12},
    {"dusk18", "the Sun sinks below -18 degrees", &Night::dusk18},
    {"dawn18", "the Sun rises above -18 degrees", &Night::dawn18},
    {"dawn12", "the Sun rises above -12 degrees", &Night::dawn12},
    {"sunrise", "the Sun's centre rises above the horizon, no refraction", &Night::sunrise},
    {"moonrise", "the Moon's centre rises above the horizon", &Night::moonrise},
    {"moonset", "the Moon's centre sinks below the horizon", &Night::moonset},
}};

/// Day on which the night begins by local time: what an observer calls it.
std::string evening(const Night& night, const ephemeris::Observatory& observatory) {
  const double ahead = observatory.longitude.wrapped_around_zero().degrees() * 240.0;
  return time::iso_text(time::to_utc(night.noon.plus_seconds(ahead)), 0).substr(0, 10);
}

/// Hour and minute, rounded to the nearest.
std::string clock(const Instant& t) {
  if (!t) return "  -  ";
  return time::iso_text(time::to_utc(t->plus_seconds(30.0)), 0).substr(11, 5);
}

double dark_hours(const Night& night) {
  const auto dark = night.below18();
  return dark ? dark->seconds() / 3600.0 : 0.0;
}

void check_covered(const ephemeris::PlanetaryEphemeris& kernel, const AlmanacRequest& request) {
  const time::Tai last = request.start.plus_seconds(86400.0 * (request.nights + 1));
  for (const time::Tai t : {request.start.plus_seconds(-2 * 86400.0), last}) {
    const time::Tdb tdb = time::to_tdb(time::to_tt(t));
    for (const auto body : {ephemeris::Body::earth, ephemeris::Body::sun, ephemeris::Body::moon}) {
      if (kernel.covers(body, tdb)) continue;
      throw InputError("no almanac from " + request.kernel,
                       fmt::format("it does not say where the {} is at MJD {:.1f}",
                                   ephemeris::name_of(body), t.mjd()),
                       "name a kernel of Sun, Earth and Moon that reaches all nights");
    }
  }
}

}  // namespace

Almanac almanac(const AlmanacRequest& request, const Execution& execution) {
  if (request.nights < 1 || request.nights > kMostNights) {
    throw ConfigError(fmt::format("{} nights", request.nights),
                      fmt::format("must be in [1, {}]", kMostNights), "choose a number in it");
  }
  if (!(std::abs(request.ut1_minus_utc) < 1.0)) {
    throw ConfigError(fmt::format("UT1 - UTC of {} s", request.ut1_minus_utc),
                      "must be within (-1, 1)", "see IERS Bulletin A");
  }
  Almanac out{.request = request, .ephemeris = {}, .nights = {}};
  const ephemeris::EarthOrientation orientation{request.ut1_minus_utc, {}, {}};
  const auto fill = [&](const ephemeris::PlanetaryEphemeris& kernel) {
    out.ephemeris = kernel.name();
    out.nights = ephemeris::nights(request.observatory, request.start, request.nights, orientation,
                                   kernel, execution);
  };
  if (request.kernel.empty()) {
    fill(ephemeris::PlanetaryEphemeris::built_in());
    const time::Tdb last = time::to_tdb(time::to_tt(out.nights.back().next_noon));
    const time::Tdb first = time::to_tdb(time::to_tt(out.nights.front().noon));
    const auto& own = ephemeris::PlanetaryEphemeris::built_in();
    if (!own.covers(ephemeris::Body::moon, first) || !own.covers(ephemeris::Body::moon, last)) {
      out.ephemeris += ", ERFA's series beyond 2014-12 to 2045-01";
    }
  } else {
    const auto kernel = ephemeris::PlanetaryEphemeris::from_spk(io::read_whole_file(request.kernel),
                                                                request.kernel);
    check_covered(kernel, request);
    fill(kernel);
  }
  return out;
}

std::string almanac_text(const Almanac& almanac) {
  const auto& there = almanac.request.observatory;
  std::string out = fmt::format(
      "{}{:.5f} deg, {:.5f} deg east, {:.0f} m; UTC; Sun and Moon by {}\n"
      "centres, without refraction; -: not between the two noons; dark: Sun below -18 deg\n\n"
      "evening     sunset    -12    -18    -18    -12 sunrise  moonrise moonset  lit  dark h\n",
      almanac.request.site.empty() ? "" : almanac.request.site + ": ", there.latitude.degrees(),
      there.longitude.degrees(), there.height, almanac.ephemeris);
  for (const Night& n : almanac.nights) {
    out += fmt::format("{}  {}   {}  {}  {}  {}  {}     {}    {}  {:3.0f}%  {:5.2f}\n",
                       evening(n, there), clock(n.sunset), clock(n.dusk12), clock(n.dusk18),
                       clock(n.dawn18), clock(n.dawn12), clock(n.sunrise), clock(n.moonrise),
                       clock(n.moonset), 100.0 * n.moon_illumination, dark_hours(n));
  }
  return out;
}

std::string almanac_json(const Almanac& almanac) {
  using Json = nlohmann::ordered_json;
  const auto iso = [](const Instant& t) -> Json {
    return t ? Json(time::iso_text(time::to_utc(*t), 0) + "Z") : Json();
  };
  Json out;
  out["site"] = almanac.request.site;
  out["latitude_deg"] = almanac.request.observatory.latitude.degrees();
  out["longitude_deg"] = almanac.request.observatory.longitude.degrees();
  out["height_m"] = almanac.request.observatory.height;
  out["ephemeris"] = almanac.ephemeris;
  out["nights"] = Json::array();
  for (const Night& n : almanac.nights) {
    Json night;
    night["night"] = n.number;
    night["evening"] = evening(n, almanac.request.observatory);
    night["noon"] = iso(n.noon);
    for (const Event& event : kEvents) night[event.name] = iso(n.*event.at);
    night["second_moonrise"] = iso(n.second_moonrise);
    night["second_moonset"] = iso(n.second_moonset);
    night["midnight"] = iso(n.midnight);
    night["lowest_sun_deg"] = n.lowest_sun.degrees();
    night["moon_illumination"] = n.moon_illumination;
    night["dark_hours"] = dark_hours(n);
    out["nights"].push_back(std::move(night));
  }
  return config::json_text(out);
}

table::Table almanac_table(const Almanac& almanac) {
  table::Table out;
  const auto column = [&](const auto& value) {
    std::vector<double> values;
    for (const Night& n : almanac.nights) values.push_back(value(n));
    return values;
  };
  std::vector<std::int64_t> number;
  std::vector<std::string> evenings;
  for (const Night& n : almanac.nights) {
    number.push_back(n.number);
    evenings.push_back(evening(n, almanac.request.observatory));
  }
  out.add("night", "", "counted from 1", number);
  out.add("evening", "", "local date at its beginning", evenings);
  out.add("noon", "d", "the Sun's passage of the meridian before it, MJD TAI",
          column([](const Night& n) { return n.noon.mjd(); }));
  for (const Event& event : kEvents) {
    out.add(event.name, "d", std::string(event.description) + ", MJD TAI",
            column([&](const Night& n) {
              const Instant& t = n.*event.at;
              return t ? t->mjd() : std::numeric_limits<double>::quiet_NaN();
            }));
  }
  out.add("moon_illumination", "", "lit part of the Moon's disc at midnight",
          column([](const Night& n) { return n.moon_illumination; }));
  out.add("dark_hours", "h", "with the Sun below -18 degrees", column(dark_hours));
  return out;
}

}  // namespace skywright::simulation
