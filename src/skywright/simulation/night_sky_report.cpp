#include "skywright/simulation/night_sky_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"

namespace skywright::simulation {
namespace {

using draw::Colour;
using sphere::UnitVector;

constexpr double kDegree = std::numbers::pi / 180.0;

UnitVector towards(double altitude, double azimuth) {
  return {std::cos(altitude) * std::cos(azimuth), std::cos(altitude) * std::sin(azimuth),
          std::sin(altitude)};
}

ephemeris::HorizonFrame::At instant(const instrument::Instrument& instrument, time::Tai t) {
  if (instrument.bands.empty())
    throw ConfigError(instrument.name, "it describes no bands", "give it [[bands]]");
  const instrument::Site& site = instrument.site;
  return ephemeris::HorizonFrame({site.latitude, site.longitude, site.height_m}, t,
                                 t.plus_seconds(60.0))
      .at(t);
}

struct Darkest {
  double magnitude = 0.0;
  double altitude = 0.0;  ///< [rad]
  double azimuth = 0.0;
};

Darkest darkest_place(const SiteSky& sky, std::size_t band) {
  Darkest best;
  for (int alt = 30; alt <= 90; alt += 2)
    for (int az = 0; az < 360; az += 4) {
      const double m = sky.magnitude(band, towards(alt * kDegree, az * kDegree));
      if (m > best.magnitude) best = {m, alt * kDegree, az * kDegree};
    }
  return best;
}

std::string phase_of_night(double sun_altitude_deg) {
  if (sun_altitude_deg > 0.0) return "day";
  if (sun_altitude_deg > -6.0) return "civil twilight";
  if (sun_altitude_deg > -12.0) return "nautical twilight";
  if (sun_altitude_deg > -18.0) return "astronomical twilight";
  return "night";
}

/// Night blue over red to pale yellow for 0 to 1; brightness rises evenly.
Colour glow(double value) {
  static constexpr std::array<std::array<double, 3>, 6> kStops = {{{8, 12, 40},
                                                                   {52, 36, 110},
                                                                   {130, 48, 130},
                                                                   {212, 80, 100},
                                                                   {250, 152, 80},
                                                                   {252, 240, 178}}};
  const double x = std::clamp(value, 0.0, 1.0) * (kStops.size() - 1);
  const auto i = std::min(static_cast<std::size_t>(x), kStops.size() - 2);
  const double f = x - static_cast<double>(i);
  const auto mix = [&](std::size_t c) {
    return static_cast<std::uint8_t>(std::lround((1.0 - f) * kStops[i][c] + f * kStops[i + 1][c]));
  };
  return {mix(0), mix(1), mix(2)};
}

/// Where a direction stands on the disc: zenith distance is the radius, north up, east left.
draw::Point on_disc(const UnitVector& d, draw::Point centre, double radius) {
  const double r = std::acos(std::clamp(d.z, -1.0, 1.0)) / (0.5 * std::numbers::pi) * radius;
  const double level = std::max(std::hypot(d.x, d.y), 1e-12);
  return {centre.x - r * d.y / level, centre.y - r * d.x / level};
}

void draw_grid(draw::Canvas& canvas, draw::Point centre, double radius, double unit) {
  for (const double altitude : {30.0, 60.0}) {
    const double r = radius * (1.0 - altitude / 90.0);
    canvas.circle(centre, r, 0.8, draw::kWhite, 0.35);
    canvas.text({centre.x + 3.0, centre.y - r - 4.0}, fmt::format("{:.0f}", altitude),
                {.height = 0.9 * unit, .colour = draw::gray(230)});
  }
  canvas.line({centre.x - radius, centre.y}, {centre.x + radius, centre.y}, 0.8, draw::kWhite, 0.2);
  canvas.line({centre.x, centre.y - radius}, {centre.x, centre.y + radius}, 0.8, draw::kWhite, 0.2);
  canvas.circle(centre, radius, 1.5, draw::kBlack);
  const draw::TextStyle label{.height = 1.4 * unit, .anchor = draw::Anchor::middle};
  canvas.text({centre.x, centre.y - radius - unit}, "N", label);
  canvas.text({centre.x, centre.y + radius + 2.4 * unit}, "S", label);
  canvas.text({centre.x - radius - 1.4 * unit, centre.y + 0.7 * unit}, "E", label);
  canvas.text({centre.x + radius + 1.4 * unit, centre.y + 0.7 * unit}, "W", label);
}

}  // namespace

SiteSky::SiteSky(const instrument::Instrument& instrument, time::Tai t)
    : instrument_(instrument),
      time_(t),
      now_(instant(instrument, t)),
      state_(sky::night_sky_state(now_)),
      model_(instrument_.bands, instrument_.site.height_m) {}

double SiteSky::magnitude(std::size_t band, const UnitVector& horizon) const {
  const UnitVector icrs = ephemeris::from_horizon(now_.icrs_to_horizon, horizon);
  return model_.magnitude(band, sky::sky_point(now_, icrs), state_);
}

double SiteSky::magnitude_at(std::size_t band, const sphere::SkyPosition& icrs) const {
  return model_.magnitude(band, sky::sky_point(now_, sphere::unit_vector(icrs)), state_);
}

NightSkyReport night_sky_report(const SiteSky& sky) {
  const sky::NightSkyState& state = sky.state();
  const ephemeris::Horizontal sun = ephemeris::horizontal(state.sun);
  const ephemeris::Horizontal moon = ephemeris::horizontal(state.moon);
  const instrument::Instrument& instrument = sky.instrument();
  NightSkyReport out;
  out.text = fmt::format("{}, {} UTC (MJD TAI {:.5f}): {}\n", instrument.site.name,
                         time::iso_text(time::to_utc(sky.time()), 0), sky.time().mjd(),
                         phase_of_night(sun.altitude.degrees()));
  out.text += fmt::format("  Sun   altitude {:6.1f} deg  azimuth {:5.1f} deg\n",
                          sun.altitude.degrees(), sun.azimuth.degrees());
  out.text +=
      fmt::format("  Moon  altitude {:6.1f} deg  azimuth {:5.1f} deg  lit {:.0f} %\n\n",
                  moon.altitude.degrees(), moon.azimuth.degrees(), 100.0 * state.moon_illumination);
  out.text += "  AB mag/arcsec2    zenith   no Moon   darkest above 30 deg\n";
  std::string bands;
  for (std::size_t b = 0; b < instrument.bands.size(); ++b) {
    const double zenith = sky.magnitude(b, {0.0, 0.0, 1.0});
    const Darkest dark = darkest_place(sky, b);
    out.text +=
        fmt::format("  {:<14}  {:8.2f}  {:8.2f}   {:.2f} at altitude {:.0f}, azimuth {:.0f}\n",
                    instrument.bands[b].name, zenith, instrument.bands[b].dark_sky, dark.magnitude,
                    dark.altitude / kDegree, dark.azimuth / kDegree);
    bands += fmt::format(
        R"({}{{"band":{},"zenith":{:.4f},"dark_sky":{:.4f},"darkest":{:.4f},"darkest_altitude":{:.1f},"darkest_azimuth":{:.1f}}})",
        b == 0 ? "" : ",", config::json_string(instrument.bands[b].name), zenith,
        instrument.bands[b].dark_sky, dark.magnitude, dark.altitude / kDegree,
        dark.azimuth / kDegree);
  }
  out.json = fmt::format(
      R"({{"mjd":{:.8f},"sun":{{"altitude":{:.4f},"azimuth":{:.4f}}},"moon":{{"altitude":{:.4f},"azimuth":{:.4f},"illumination":{:.4f}}},"bands":[{}]}})",
      sky.time().mjd(), sun.altitude.degrees(), sun.azimuth.degrees(), moon.altitude.degrees(),
      moon.azimuth.degrees(), state.moon_illumination, bands);
  return out;
}

draw::Canvas night_sky_picture(const SiteSky& sky, std::size_t band, int size) {
  const double unit = size / 75.0;
  const double radius = 0.5 * size - 6.5 * unit;
  const draw::Point centre{0.5 * size, 0.5 * size + 2.0 * unit};
  const int width = size + static_cast<int>(13.0 * unit);
  draw::Canvas canvas(width, size + static_cast<int>(4.0 * unit));

  // Every second pixel of both axes is computed: the sky is smooth.
  const int steps = static_cast<int>(radius) + 1;
  std::vector<double> values(static_cast<std::size_t>(steps) * static_cast<std::size_t>(steps),
                             0.0);
  const auto direction = [&](double x, double y) {
    const double r = std::hypot(x, y);
    const double altitude = 0.5 * std::numbers::pi * (1.0 - std::min(r, 1.0));
    return towards(altitude, std::atan2(-x, -y));
  };
  std::vector<double> seen;
  for (int j = 0; j < steps; ++j)
    for (int i = 0; i < steps; ++i) {
      const double x = (2.0 * i + 1.0) / radius - 1.0;
      const double y = (2.0 * j + 1.0) / radius - 1.0;
      if (std::hypot(x, y) > 1.01) continue;
      const double m = sky.magnitude(band, direction(x, y));
      values[static_cast<std::size_t>(j * steps + i)] = m;
      seen.push_back(m);
    }
  std::sort(seen.begin(), seen.end());
  const double bright = std::floor(10.0 * seen[seen.size() / 50]) / 10.0;
  const double dark = std::max(std::ceil(10.0 * seen.back()) / 10.0, bright + 0.2);
  for (int py = 0; py < canvas.height(); ++py)
    for (int px = 0; px < size; ++px) {
      const double x = (px + 0.5 - centre.x) / radius;
      const double y = (py + 0.5 - centre.y) / radius;
      if (std::hypot(x, y) > 1.0) continue;
      const auto i = static_cast<int>((x + 1.0) * radius / 2.0);
      const auto j = static_cast<int>((y + 1.0) * radius / 2.0);
      const double m =
          values[static_cast<std::size_t>(std::min(j, steps - 1) * steps + std::min(i, steps - 1))];
      canvas.set(px, py, glow((dark - m) / (dark - bright)));
    }
  draw_grid(canvas, centre, radius, unit);
  const sky::NightSkyState& state = sky.state();
  const auto mark = [&](const UnitVector& body, Colour colour, const char* name) {
    if (body.z < 0.0) return;
    const draw::Point at = on_disc(body, centre, radius);
    canvas.disc(at, 0.8 * unit, colour);
    canvas.circle(at, 0.8 * unit, 1.2, draw::kBlack);
    canvas.text({at.x + 1.4 * unit, at.y + 0.5 * unit}, name,
                {.height = 1.1 * unit, .colour = draw::kBlack, .weight = 2.0});
  };
  mark(state.sun, {255, 210, 60}, "Sun");
  mark(state.moon, draw::gray(245), "Moon");

  const instrument::Instrument& instrument = sky.instrument();
  canvas.text({unit, 2.4 * unit},
              fmt::format("{}  {}  {} UTC  Sun {:.0f} deg", instrument.site.name,
                          instrument.bands[band].name, time::iso_text(time::to_utc(sky.time()), 0),
                          std::asin(state.sun.z) / kDegree),
              {.height = 1.3 * unit});
  const double x0 = std::floor(size + 3.0 * unit);
  const double y0 = std::floor(centre.y - 0.7 * radius);
  const double length = std::floor(1.4 * radius);
  for (int k = 0; k < static_cast<int>(length); ++k)
    canvas.fill_rectangle({x0, y0 + k}, {x0 + 2.0 * unit, y0 + k + 1.0}, glow(1.0 - k / length));
  canvas.rectangle({x0, y0}, {x0 + 2.0 * unit, y0 + length}, 1.0, draw::kBlack);
  for (int k = 0; k <= 4; ++k)
    canvas.text({x0 + 2.6 * unit, y0 + length * k / 4.0 + 0.5 * unit},
                fmt::format("{:.2f}", bright + (dark - bright) * k / 4.0), {.height = 1.1 * unit});
  canvas.text({x0 - 2.0 * unit, y0 - 1.6 * unit}, "mag/arcsec2", {.height = 1.0 * unit});
  return canvas;
}

}  // namespace skywright::simulation
