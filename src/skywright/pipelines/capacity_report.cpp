#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/config/json_text.h"
#include "skywright/pipelines/capacity.h"

namespace skywright::pipelines {
namespace {

/// The figures of a demand in the order in which people read them.
struct NamedFigure {
  const char* name;
  const SourcedNumber& number;
};

std::vector<NamedFigure> figures_of(const CapacityDemand& d) {
  return {{"visits a night", d.visits_a_night},
          {"visits a year", d.visits_a_year},
          {"years", d.years},
          {"cadence [s]", d.cadence_s},
          {"deadline [s]", d.deadline_s},
          {"alerts a visit", d.alerts_a_visit},
          {"calibration frames a night", d.calibrations_a_night},
          {"sky [deg2]", d.sky_deg2},
          {"releases", d.releases},
          {"months a release", d.release_months},
          {"copies", d.copies},
          {"disk [TB]", d.disk_tb}};
}

/// Three figures, and thousands apart where there are more before the point.
std::string readable(double value) {
  if (!std::isfinite(value)) return "-";
  if (std::abs(value) < 1000.0) return fmt::format("{:.3g}", value);
  std::string digits = fmt::format("{:.0f}", value);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

}  // namespace

std::string CapacityPlan::text() const {
  std::string out = fmt::format("{}: {:.0f} {}, {:.4g} Gpixel\n", demand.name, detectors,
                                detectors == 1.0 ? "detector" : "detectors", pixels / 1e9);
  std::string group;
  for (const CapacityLine& line : lines) {
    if (line.group != group) out += fmt::format("\n{}\n", group = line.group);
    out += fmt::format("  {:<42} {:>9} {:<7} {}\n", line.quantity, readable(line.value), line.unit,
                       line.made_of);
  }
  out += "\nmeasured\n";
  for (const MeasuredNumber& m : measured.all())
    out +=
        fmt::format("  {:<42} {:>9} {:<10} {}\n", m.name, readable(m.value), m.unit, m.measurement);
  out += "\nasked\n";
  for (const auto& [name, number] : figures_of(demand))
    out += fmt::format("  {:<42} {:>9} {}\n", name, readable(number.value), number.source);
  return out;
}

std::string CapacityPlan::json() const {
  nlohmann::ordered_json json;
  json["name"] = demand.name;
  json["instrument"] = demand.instrument;
  json["detectors"] = detectors;
  json["pixels"] = pixels;
  json["lines"] = nlohmann::json::array();
  for (const CapacityLine& line : lines) {
    nlohmann::ordered_json one = {{"group", line.group}, {"quantity", line.quantity}};
    one["value"] = std::isfinite(line.value) ? nlohmann::ordered_json(line.value)
                                             : nlohmann::ordered_json(nullptr);
    one["unit"] = line.unit;
    one["made_of"] = line.made_of;
    json["lines"].push_back(std::move(one));
  }
  json["measured"] = nlohmann::json::array();
  for (const MeasuredNumber& m : measured.all())
    json["measured"].push_back(nlohmann::ordered_json{
        {"name", m.name}, {"value", m.value}, {"unit", m.unit}, {"measurement", m.measurement}});
  json["asked"] = nlohmann::json::array();
  for (const auto& [name, number] : figures_of(demand))
    json["asked"].push_back(
        nlohmann::ordered_json{{"name", name}, {"value", number.value}, {"source", number.source}});
  return config::json_text(json);
}

}  // namespace skywright::pipelines
