#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/config/json_text.h"
#include "skywright/pipelines/ephemeris_list.h"
#include "skywright/table/table.h"

namespace skywright::pipelines {
namespace {

constexpr std::size_t kPrinted = 50;

}  // namespace

std::string ephemeris_text(const EphemerisList& list) {
  const table::Table& t = list.bodies;
  std::string out = fmt::format("{} UTC: {} of {} orbits\n",
                                time::iso_text(time::to_utc(list.time), 0), t.rows(), list.orbits);
  if (list.skipped > 0)
    out += fmt::format("{} lines are no orbit; line {}: {}\n", list.skipped,
                       list.first_skipped[0].line, list.first_skipped[0].reason);
  if (list.unperturbed > 0)
    out += fmt::format("{} orbits without an epoch that the ephemeris reaches: by two bodies\n",
                       list.unperturbed);
  if (list.lost > 0) out += fmt::format("{} fell into the Sun or a planet\n", list.lost);
  if (t.rows() == 0) return out;
  const bool pixels = t.contains("x");
  out += fmt::format("\n{:<14} {:>11} {:>11} {:>8} {:>8} {:>5} {:>7} {:>7}{}\n", "designation",
                     "ra", "dec", "\"/h east", "north", "V", "r [au]", "d [au]",
                     pixels ? "       x       y" : "");
  const auto names = t.column<std::string>("designation");
  const auto ra = t.numbers("ra"), dec = t.numbers("dec"), east = t.numbers("raRate"),
             north = t.numbers("decRate"), v = t.numbers("vMag"), r = t.numbers("helioRange"),
             d = t.numbers("topoRange");
  const auto x = pixels ? t.numbers("x") : std::vector<double>(),
             y = pixels ? t.numbers("y") : std::vector<double>();
  for (std::size_t i = 0; i < std::min(kPrinted, t.rows()); ++i) {
    out += fmt::format("{:<14} {:11.6f} {:11.6f} {:8.2f} {:8.2f} {:5.1f} {:7.3f} {:7.3f}",
                       names[i].substr(0, 14), ra[i], dec[i], east[i], north[i], v[i], r[i], d[i]);
    if (pixels) out += fmt::format(" {:7.1f} {:7.1f}", x[i], y[i]);
    out += "\n";
  }
  if (t.rows() > kPrinted)
    out += fmt::format("... and {} fainter ones: --out has all\n", t.rows() - kPrinted);
  return out;
}

std::string ephemeris_json(const EphemerisList& list) {
  nlohmann::ordered_json out;
  out["mjd_tai"] = list.time.mjd();
  out["orbits"] = list.orbits;
  out["skipped"] = list.skipped;
  out["unperturbed"] = list.unperturbed;
  out["lost"] = list.lost;
  out["found"] = list.bodies.rows();
  if (!list.whole_sky) {
    out["bodies"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < list.bodies.rows(); ++i) {
      nlohmann::ordered_json body;
      for (const table::Column& column : list.bodies.columns()) {
        if (const auto* text = std::get_if<std::vector<std::string>>(&column.values)) {
          body[column.name] = (*text)[i];
        } else {
          const double value = std::get<std::vector<double>>(column.values)[i];
          body[column.name] =
              std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
        }
      }
      out["bodies"].push_back(std::move(body));
    }
  }
  return config::json_text(out);
}

std::string ds9_regions(const table::Table& t) {
  std::string out = "# Region file format: DS9 version 4.1\nglobal color=green\nicrs\n";
  if (t.rows() == 0) return out;
  const auto names = t.column<std::string>("designation");
  const auto ra = t.numbers("ra"), dec = t.numbers("dec"), east = t.numbers("raRate"),
             north = t.numbers("decRate"), v = t.numbers("vMag");
  for (std::size_t i = 0; i < t.rows(); ++i) {
    out += fmt::format("circle({:.7f},{:.7f},3\") # text={{{} V={:.1f}}}\n", ra[i], dec[i],
                       names[i], v[i]);
    // DS9 counts a vector's angle from west, which is +x, through north.
    const double angle = std::atan2(north[i], -east[i]) * 180.0 / M_PI;
    out += fmt::format("# vector({:.7f},{:.7f},{:.2f}\",{:.2f})\n", ra[i], dec[i],
                       std::hypot(east[i], north[i]), angle < 0.0 ? angle + 360.0 : angle);
  }
  return out;
}

}  // namespace skywright::pipelines
