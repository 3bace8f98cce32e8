#include "skywright/pipelines/capacity_demand.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/pipelines/detail/embedded_files.h"

namespace skywright::pipelines {
namespace {

/// One table of a demand.
struct Figure {
  SourcedNumber& number;
  Range range;
};

void describe(Fields& fields, Figure& figure) {
  fields.number("value", figure.number.value, "the figure", figure.range);
  fields.text("source", figure.number.source, "where the figure comes from, or \"assumption\"");
}

/// Each figure of a demand with its name, its description and the values that make sense.
template <class Visit>
void for_each_figure(CapacityDemand& d, Visit&& visit) {
  visit("visits_a_night", d.visits_a_night, "visits in the fullest night", Range{.above = 0});
  visit("visits_a_year", d.visits_a_year, "visits a year, weather and maintenance taken off",
        Range{.above = 0});
  visit("years", d.years, "years that the survey takes", Range{.high = 100, .above = 0});
  visit("cadence_s", d.cadence_s, "time from one visit to the next [s]", Range{.above = 0});
  visit("deadline_s", d.deadline_s, "time from a raw's last byte to its alerts [s]",
        Range{.above = 0});
  visit("alerts_a_visit", d.alerts_a_visit, "alerts of a visit that must be carried",
        Range{.low = 0});
  visit("calibrations_a_night", d.calibrations_a_night,
        "calibration frames a night, of all detectors", Range{.low = 0});
  visit("sky_deg2", d.sky_deg2, "sky that templates cover, in each band [deg2]",
        Range{.low = 0, .high = 41253});
  visit("releases", d.releases, "data releases in all years, each of all visits until then",
        Range{.low = 0});
  visit("release_months", d.release_months, "months that one release may take", Range{.above = 0});
  visit("copies", d.copies, "copies of all that is kept", Range{.low = 1});
  visit("disk_tb", d.disk_tb, "what one disk holds [TB]", Range{.above = 0});
}

}  // namespace

void describe(Fields& fields, CapacityDemand& demand) {
  fields.text("name", demand.name, "name of the survey, for people");
  fields.text("instrument", demand.instrument,
              "instrument whose detectors, pixels and bands count");
  for_each_figure(demand, [&](std::string_view name, SourcedNumber& number, std::string_view doc,
                              const Range& range) {
    Figure figure{number, range};
    describe_nested(fields, name, figure, doc);
  });
}

std::vector<std::string> built_in_demands() {
  std::vector<std::string> out;
  for (const EmbeddedFile& file : detail::embedded_files())
    out.emplace_back(file.name.substr(0, file.name.rfind('.')));
  return out;
}

CapacityDemand built_in_demand(std::string_view name) {
  const EmbeddedFile* file = find_embedded(detail::embedded_files(), std::string(name) + ".toml");
  if (file == nullptr)
    throw ConfigError(
        fmt::format("demand \"{}\"", name), "there is none of that name",
        fmt::format("use one of {}, or a file FILE.toml", fmt::join(built_in_demands(), ", ")));
  CapacityDemand demand;
  config::read_toml(demand, file->content, file->name);
  return demand;
}

void validate(const CapacityDemand& demand) {
  check_fields(demand);
  CapacityDemand copy = demand;
  for_each_figure(
      copy, [](std::string_view name, const SourcedNumber& number, std::string_view, const Range&) {
        if (number.source.empty())
          throw ConfigError(fmt::format("{}.source", name), "it is empty",
                            "say whence the figure comes; \"assumption\" will do");
      });
}

}  // namespace skywright::pipelines
