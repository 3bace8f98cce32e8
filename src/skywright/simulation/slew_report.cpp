#include "skywright/simulation/slew_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/schedule/slew.h"

namespace skywright::simulation {
namespace {

using instrument::Instrument;
using instrument::Kinematics;

constexpr double kDegree = std::numbers::pi / 180.0;

[[noreturn]] void refuse_place(std::string_view text) {
  throw ConfigError(fmt::format("\"{}\"", text), "is no place for a telescope",
                    "give altitude,azimuth[,rotator[,band]] in degrees: 60,180 or 60,180,-20,r");
}

double number(std::string_view cell, std::string_view all) {
  std::size_t used = 0;
  double value = 0.0;
  const std::string text(cell);
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    refuse_place(all);
  }
  if (used != text.size() || !std::isfinite(value)) refuse_place(all);
  return value;
}

int band_index(const Instrument& instrument, std::string_view name) {
  for (std::size_t i = 0; i < instrument.bands.size(); ++i)
    if (instrument.bands[i].name == name) return static_cast<int>(i);
  (void)instrument.band(name);  // refuses, naming those that exist
  return 0;
}

/// A place as typed; rotator and band only where given.
struct Place {
  schedule::Pointing pointing;
  bool has_band = false;
};

Place parse_place(const Instrument& instrument, std::string_view text) {
  std::vector<std::string_view> cells;
  std::size_t at = 0;
  for (std::size_t comma = 0; comma != std::string_view::npos; at = comma + 1) {
    comma = text.find(',', at);
    cells.push_back(text.substr(at, comma == std::string_view::npos ? comma : comma - at));
  }
  if (cells.size() < 2 || cells.size() > 4) refuse_place(text);
  Place place;
  place.pointing.altitude = number(cells[0], text) * kDegree;
  place.pointing.azimuth = number(cells[1], text) * kDegree;
  if (cells.size() > 2 && !cells[2].empty())
    place.pointing.rotator = number(cells[2], text) * kDegree;
  place.has_band = cells.size() > 3;
  if (place.has_band) place.pointing.band = band_index(instrument, cells[3]);
  return place;
}

/// The limit that a place breaks, told.
void check_reach(const Kinematics& k, const schedule::Pointing& p, std::string_view text) {
  const auto check = [&](const char* what, double radians, double low, double high) {
    const double v = radians / kDegree;
    if (v < low - 1e-9 || v > high + 1e-9)
      throw ConfigError(fmt::format("\"{}\"", text),
                        fmt::format("{} {:g} is outside {:g} to {:g} degree", what, v, low, high),
                        "name a place within the limits of its [kinematics]");
  };
  check("altitude", p.altitude, k.altitude_min_deg, k.altitude_max_deg);
  if (p.rotator) check("rotator", *p.rotator, k.rotator.min_deg, k.rotator.max_deg);
}

struct Part {
  const char* name;
  double seconds;
  std::string why;
};

std::vector<Part> parts_of(const Kinematics& k, const schedule::Slew& slew) {
  return {
      {"mount", slew.mount,
       fmt::format("altitude {:.2f} s, azimuth {:.2f} s, settling {:g} s", slew.altitude,
                   slew.azimuth, slew.mount > 0.0 ? k.settle_s : 0.0)},
      {"readout", slew.readout, "of the visit before, meanwhile"},
      {"dome", slew.dome, ""},
      {"rotator", slew.rotator, ""},
      {"filter", slew.filter,
       k.filters.when == instrument::FilterChange::after_slew ? "after the above" : "meanwhile"},
      {"optics", slew.optics, "closed loop, after all"},
  };
}

}  // namespace

SlewReport report_slew(const Instrument& instrument, std::string_view from, std::string_view to) {
  const Kinematics& k = instrument.kinematics;
  const schedule::SlewModel model(k);
  schedule::MountState start = model.parked(0);
  Place goal = parse_place(instrument, to);
  check_reach(k, goal.pointing, to);
  if (from != "park") {
    const Place place = parse_place(instrument, from);
    check_reach(k, place.pointing, from);
    start = {.altitude = place.pointing.altitude,
             .azimuth = place.pointing.azimuth,
             .rotator = place.pointing.rotator.value_or(0.0),
             .band = place.has_band ? place.pointing.band : goal.pointing.band,
             .busy = k.readout_s};
    if (!model.within_limits(start))
      throw ConfigError(fmt::format("\"{}\"", from),
                        fmt::format("azimuth is outside the cable wrap, {:g} to {:g} degree",
                                    k.azimuth_min_deg, k.azimuth_max_deg),
                        "give the azimuth a turn more or less");
  }
  if (!goal.has_band) goal.pointing.band = start.band;
  const schedule::Slew slew = model.slew(start, goal.pointing);
  if (!std::isfinite(slew.seconds))
    throw ConfigError(fmt::format("\"{}\"", to), "the cable wrap leaves no way there",
                      "name another place");
  const std::vector<Part> parts = parts_of(k, slew);
  const auto slowest = std::max_element(parts.begin(), parts.end(),
                                        [](auto& a, auto& b) { return a.seconds < b.seconds; });

  SlewReport report;
  report.text =
      fmt::format("{} from {} to {}: {:.2f} s\n", instrument.name, from, to, slew.seconds);
  nlohmann::ordered_json json = {{"instrument", instrument.name}, {"seconds", slew.seconds}};
  for (const Part& part : parts) {
    json[part.name] = part.seconds;
    if (part.seconds == 0.0) continue;
    report.text += fmt::format("  {:<8}{:>8.2f} s  {}{}\n", part.name, part.seconds,
                               &part == &*slowest ? "slowest  " : "", part.why);
  }
  report.text += fmt::format("  azimuth then at {:.2f} of {:g} to {:g} degree\n",
                             slew.after.azimuth / kDegree, k.azimuth_min_deg, k.azimuth_max_deg);
  json["slowest"] = slowest->seconds > 0.0 ? slowest->name : "none";
  json["azimuth_after"] = slew.after.azimuth / kDegree;
  report.json = config::json_text(json);
  return report;
}

}  // namespace skywright::simulation
